// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "descriptor_file.h"

#include "byte_stream.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>

namespace loci::train {
namespace {

constexpr uint64_t kMagic = 0x4353444943434f4cu;
constexpr uint32_t kVersion = 1;

}  // namespace

Result<DescriptorFileSizes> descriptor_file_sizes(const DescriptorFileHeader& header) {
  const auto refuse = [&] {
    return invalid_argument(
        format("%lld rows of %lld values, of them %lld from %lld on, are no "
               "descriptor cache that can be made",
               static_cast<long long>(header.rows),
               static_cast<long long>(header.dim),
               static_cast<long long>(header.count),
               static_cast<long long>(header.first)));
  };
  if (header.rows < 0 || header.dim < 1 || header.first < 0 || header.count < 0 ||
      header.first > header.rows || header.count > header.rows - header.first) {
    return refuse();
  }
  DescriptorFileSizes sizes;
  uint64_t table = 0, values = 0;
  const auto count = static_cast<uint64_t>(header.count);
  if (!checked_mul(static_cast<uint64_t>(header.dim), sizeof(uint16_t), &sizes.row) ||
      !checked_mul(count, sizeof(uint64_t), &table) || !checked_mul(count, sizes.row, &values) ||
      !checked_add(kDescriptorHeaderBytes, table, &sizes.values_at) ||
      !checked_add(sizes.values_at, values, &sizes.total) || sizes.total > INT64_MAX) {
    return refuse();
  }
  return sizes;
}

std::vector<uint8_t> write_descriptor_header(const DescriptorFileHeader& header) {
  ByteWriter out;
  out.put(kMagic);
  out.put(kVersion);
  out.put(header.rows);
  out.put(header.dim);
  out.put(header.first);
  out.put(header.count);
  out.put(static_cast<uint32_t>(header.key.size()));
  for (const char c : header.key) out.put(c);
  std::vector<uint8_t> bytes = out.take();
  bytes.resize(kDescriptorHeaderBytes, 0);
  return bytes;
}

Result<DescriptorFileHeader> parse_descriptor_header(std::span<const uint8_t> file,
                                                     const std::string& where) {
  if (file.size() < kDescriptorHeaderBytes)
    return corrupt(where + format(": is %zu bytes long, too short", file.size()));
  ByteReader in(file.first(kDescriptorHeaderBytes));
  uint64_t magic = 0;
  uint32_t version = 0, key_size = 0;
  DescriptorFileHeader header;
  in.get(&magic);
  if (magic != kMagic) return corrupt(where + ": is no descriptor cache");
  in.get(&version);
  if (version > kVersion) {
    return unsupported(where + format(": is of version %u, this program reads up to %u; delete it "
                                      "to have it made again",
                                      version,
                                      kVersion));
  }
  in.get(&header.rows);
  in.get(&header.dim);
  in.get(&header.first);
  in.get(&header.count);
  in.get(&key_size);
  if (key_size > kMaxKeyBytes) return corrupt(where + ": its header is damaged");
  header.key.resize(key_size);
  for (char& c : header.key) in.get(&c);
  const Result<DescriptorFileSizes> sizes = descriptor_file_sizes(header);
  if (!sizes.ok()) return corrupt(where + ": " + sizes.status().message());
  if (sizes->total != file.size()) {
    return corrupt(where + format(": is %zu bytes long, its header says %llu",
                                  file.size(),
                                  static_cast<unsigned long long>(sizes->total)));
  }
  return header;
}

}  // namespace loci::train
