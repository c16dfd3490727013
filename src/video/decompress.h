// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cursor.h"

#include "loci/base/status.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace loci::internal {

/// Zeroed by the system as it is written, so that a size that is wrong costs nothing.
class ChunkContent {
 public:
  ChunkContent() = default;
  explicit ChunkContent(uint64_t size)
      : data_(static_cast<uint8_t*>(std::calloc(size, 1))), size_(data_ ? size : 0) {}
  uint8_t* data() { return data_.get(); }
  uint64_t size() const { return size_; }  ///< 0 where there was no memory
  void cut(uint64_t size) { size_ = size < size_ ? size : size_; }
  Bytes bytes() const { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(uint8_t* data) const { std::free(data); }
  };
  std::unique_ptr<uint8_t, Free> data_;
  uint64_t size_ = 0;
};

/// The content of a chunk, `size` bytes, from its compressed form ("bz2", "lz4" frames, "zstd"). With `cut`, the source may
/// end early, and so does the content.
/// Errors: Corrupt; Unsupported for another name, one that this build has no library for, or a size above 1 GiB
Result<ChunkContent> decompress_chunk(std::string_view compression,
                                      Bytes compressed,
                                      uint64_t size,
                                      bool cut = false);

/// A message that a recorder compressed by itself (rosbag2's compression_mode MESSAGE): its content where it begins as a
/// zstd frame, nothing where it does not.
Result<std::optional<ChunkContent>> decompress_message(Bytes message);

/// A file of zstd frames, unpacked to another.
Status unpack_file(const std::string& packed, const std::string& to);

}  // namespace loci::internal
