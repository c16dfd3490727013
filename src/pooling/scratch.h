// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"

#include <mutex>
#include <utility>
#include <vector>

namespace loci::internal {

/// Float buffers that outlive a call: a large one taken from the system anew costs more in page
/// faults than the layer computes.
/// Threads: safe from many; each caller has its own buffer while its Lease lives.
class Scratch {
 public:
  class Lease {
   public:
    Lease(Scratch& owner, AlignedBuffer<float> buffer)
        : owner_(owner), buffer_(std::move(buffer)) {}
    ~Lease() { owner_.give_back(std::move(buffer_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    float* data() { return buffer_.data(); }

   private:
    Scratch& owner_;
    AlignedBuffer<float> buffer_;
  };

  /// At least `size` floats with any content.
  Lease lease(size_t size) {
    AlignedBuffer<float> buffer;
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        buffer = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (buffer.size() < size) buffer = AlignedBuffer<float>(size);
    return {*this, std::move(buffer)};
  }

 private:
  void give_back(AlignedBuffer<float> buffer) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(buffer));
  }

  std::mutex mutex_;
  std::vector<AlignedBuffer<float>> free_;
};

}  // namespace loci::internal
