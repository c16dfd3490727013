// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <string>

namespace loci::train {

/// A file of known size written at any place by many threads, under a temporary name until it is
/// complete.
/// Threads: write_at() of places that do not overlap may run at once
class ScratchFile {
 public:
  ScratchFile() = default;
  static Result<ScratchFile> create(const std::string& path);
  ScratchFile(ScratchFile&& other) noexcept;
  ScratchFile& operator=(ScratchFile&& other) noexcept;
  ~ScratchFile();  ///< removes what was not committed

  /// Takes `bytes` of the disk, so that no later write finds it full.
  Status reserve(uint64_t bytes);
  Status write_at(uint64_t offset, const void* data, size_t size);
  /// Puts the file in place. With `durable` its bytes are on the disk first; without, a power cut
  /// may leave a damaged file, for content that carries a check sum and can be made again.
  Status commit(bool durable = true);

 private:
  std::string path_, temporary_;
  int fd_ = -1;
};

}  // namespace loci::train
