// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace loci::internal {

/// A piece of memory needed from step `first` to step `last` of a plan, both included.
struct Buffer {
  size_t bytes = 0;
  int first = 0;
  int last = 0;
  size_t offset = 0;
};

/// Gives every buffer an offset (a multiple of 64) such that no two that are needed at the same
/// step overlap; large ones first, each at the lowest place that is free. Returns the bytes in all.
size_t place_buffers(std::vector<Buffer>& buffers);

/// One block of memory that only grows, on large pages where the system gives them.
class Arena {
 public:
  Arena() = default;
  explicit Arena(size_t bytes) { reserve(bytes); }
  ~Arena() { release(); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Throws std::bad_alloc and keeps what it has when there is not enough.
  void reserve(size_t bytes);
  std::byte* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  void release();
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace loci::internal
