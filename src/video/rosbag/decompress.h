// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cursor.h"

#include "loci/base/status.h"

#include <cstdlib>
#include <memory>
#include <string_view>

namespace loci::internal {

/// Zeroed by the system as it is written, so that a size that is wrong costs nothing.
class ChunkContent {
 public:
  ChunkContent() = default;
  explicit ChunkContent(uint32_t size)
      : data_(static_cast<uint8_t*>(std::calloc(size, 1))), size_(data_ ? size : 0) {}
  uint8_t* data() { return data_.get(); }
  uint32_t size() const { return size_; }  ///< 0 where there was no memory
  Bytes bytes() const { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(uint8_t* data) const { std::free(data); }
  };
  std::unique_ptr<uint8_t, Free> data_;
  uint32_t size_ = 0;
};

/// The content of a chunk, `size` bytes, from its compressed form ("bz2", "lz4").
/// Errors: Corrupt; Unsupported for another name or a size above 1 GiB
Result<ChunkContent> decompress_chunk(std::string_view compression,
                                      Bytes compressed,
                                      uint32_t size);

}  // namespace loci::internal
