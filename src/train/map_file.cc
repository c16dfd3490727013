// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "map_file.h"

#include "byte_stream.h"
#include "content_hash.h"
#include "scratch_file.h"

#include "loci/base/check.h"
#include "loci/base/sha256.h"
#include "loci/base/text.h"
#include "loci/math/half.h"

#include <algorithm>
#include <vector>

namespace loci::train {
namespace {

constexpr uint64_t kMagic = 0x3150414d4f434f4cu;
constexpr uint64_t kHeaderBytes = 128;  // magic, three sides, check sum, 64 digits of the key
constexpr float kLargestHalf = 65504;

}  // namespace

std::string map_key_digest(const std::string& frozen, const ActivationKey& key) {
  const std::string text =
      frozen + '\n' + key.content + '\n' + format("%d %d", key.width, key.height);
  Sha256 sha;
  sha.update(text.data(), text.size());
  return sha.hex_digest();
}

uint64_t disk_blocks(uint64_t bytes) { return (bytes + 4095) / 4096 * 4096; }

uint64_t activation_file_bytes(int64_t channels, int64_t height, int64_t width) {
  LOCI_REQUIRE(channels >= 0 && height >= 0 && width >= 0, "sides are not negative");
  return disk_blocks(kHeaderBytes + 2 * static_cast<uint64_t>(channels) *
                                        static_cast<uint64_t>(height) *
                                        static_cast<uint64_t>(width));
}

Status write_map_file(const std::string& path,
                      const std::string& key_digest,
                      int64_t channels,
                      int64_t height,
                      int64_t width,
                      std::span<const float> values) {
  LOCI_REQUIRE(key_digest.size() == 64, "the digest has 64 digits");
  std::vector<float> bounded(values.begin(), values.end());
  for (float& value : bounded) value = std::clamp(value, -kLargestHalf, kLargestHalf);
  std::vector<uint16_t> halfs(values.size());
  floats_to_halfs(bounded.data(), halfs.data(), halfs.size());
  ByteWriter header;
  header.put(kMagic);
  header.put(channels);
  header.put(height);
  header.put(width);
  header.put(content_hash(halfs.data(), halfs.size() * sizeof(uint16_t)));
  for (const char c : key_digest) header.put(c);
  std::vector<uint8_t> bytes = header.take();
  bytes.resize(kHeaderBytes, 0);
  LOCI_TRY(file, ScratchFile::create(path));
  LOCI_RETURN_IF_ERROR(file.write_at(0, bytes.data(), bytes.size()));
  LOCI_RETURN_IF_ERROR(file.write_at(kHeaderBytes, halfs.data(), halfs.size() * sizeof(uint16_t)));
  return file.commit(/*durable=*/false);  // the check sum finds what a power cut leaves
}

Result<ActivationMap> open_map_file(const std::string& path, const std::string& key_digest) {
  const std::string where = printable(path);
  LOCI_TRY(file, MappedFile::open(path));
  const auto damaged = [&] { return corrupt(where + ": is damaged; it will be made again"); };
  ActivationMap map;
  ByteReader in(file.bytes());
  uint64_t magic = 0, hash = 0, plane = 0, count = 0, bytes = 0;
  in.get(&magic);
  in.get(&map.channels);
  in.get(&map.height);
  in.get(&map.width);
  if (!in.get(&hash) || magic != kMagic || map.channels < 0 || map.height < 0 || map.width < 0)
    return damaged();
  std::string key(64, ' ');
  for (char& c : key) in.get(&c);
  if (key != key_digest) return damaged();
  if (!checked_mul(static_cast<uint64_t>(map.height), static_cast<uint64_t>(map.width), &plane) ||
      !checked_mul(plane, static_cast<uint64_t>(map.channels), &count) ||
      !checked_mul(count, sizeof(uint16_t), &bytes) || file.bytes().size() < kHeaderBytes ||
      bytes != file.bytes().size() - kHeaderBytes) {
    return damaged();
  }
  const uint8_t* values = file.bytes().data() + kHeaderBytes;
  if (content_hash(values, bytes) != hash) return damaged();
  map.values = {reinterpret_cast<const uint16_t*>(values), count};
  map.file = std::move(file);
  return map;
}

}  // namespace loci::train
