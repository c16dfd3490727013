// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace loci::train {

/// How a file of a DescriptorCache begins (docs/formats/descriptor_cache.md).
struct DescriptorFileHeader {
  int64_t rows = 0;   ///< of all files of the refresh
  int64_t dim = 0;    ///< M
  int64_t first = 0;  ///< of this file
  int64_t count = 0;
  std::string key;
};

inline constexpr uint64_t kDescriptorHeaderBytes = 4096;
inline constexpr size_t kMaxKeyBytes = 255;

/// Bytes of the values, of the table of check sums before them, and of the whole file.
struct DescriptorFileSizes {
  uint64_t row = 0;
  uint64_t values_at = 0;
  uint64_t total = 0;
};
/// InvalidArgument when the header's numbers are negative, out of order or overflow.
Result<DescriptorFileSizes> descriptor_file_sizes(const DescriptorFileHeader& header);

std::vector<uint8_t> write_descriptor_header(const DescriptorFileHeader& header);
/// Corrupt or Unsupported with `where` before the message.
Result<DescriptorFileHeader> parse_descriptor_header(std::span<const uint8_t> file,
                                                     const std::string& where);

}  // namespace loci::train
