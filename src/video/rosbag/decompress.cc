// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "decompress.h"

#include "loci/base/text.h"

#include <exception>

#include <rosbag/chunked_file.h>

namespace loci::internal {

Result<ChunkContent> decompress_chunk(std::string_view compression,
                                      Bytes compressed,
                                      uint32_t size) {
  constexpr uint32_t kMaxBytes = uint32_t{1} << 30;
  if (compression != "bz2" && compression != "lz4") {
    return unsupported("a chunk compressed by '" + printable(compression) +
                       "'; expected none, bz2 or lz4");
  }
  if (size > kMaxBytes) return unsupported(format("a chunk of %u bytes; at most 1 GiB", size));
  ChunkContent out(size);
  if (out.size() != size) return corrupt(format("no memory for a chunk of %u bytes", size));
  // The library takes the source as not const, and changes nothing in it.
  auto* source = const_cast<uint8_t*>(compressed.data());
  try {
    rosbag::ChunkedFile().decompress(
        compression == "bz2" ? rosbag::compression::BZ2 : rosbag::compression::LZ4,
        out.data(),
        size,
        source,
        static_cast<unsigned>(compressed.size()));
  } catch (const std::exception& error) {
    return corrupt("a chunk cannot be decompressed: " + printable(error.what()));
  }
  return out;
}

}  // namespace loci::internal
