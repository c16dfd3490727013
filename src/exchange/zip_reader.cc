// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "zip_reader.h"

#include "byte_reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <zlib.h>

namespace loci {
namespace {

constexpr uint32_t kEnd = 0x06054b50, kEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
constexpr uint32_t kCentral = 0x02014b50, kLocal = 0x04034b50;
constexpr uint32_t kAll32 = 0xffffffff;
constexpr size_t kEndSize = 22, kCentralSize = 46;

size_t find_end(std::span<const uint8_t> bytes) {
  if (bytes.size() < kEndSize) fail_corrupt("is too short for a zip archive");
  const size_t lowest = bytes.size() > kEndSize + 65535 ? bytes.size() - kEndSize - 65535 : 0;
  for (size_t at = bytes.size() - kEndSize + 1; at-- > lowest;) {
    uint32_t signature;
    std::memcpy(&signature, bytes.data() + at, 4);
    if (signature == kEnd) return at;
  }
  fail_corrupt("has no zip directory at its end: the file is cut short");
}

/// Sizes that do not fit 32 bits stand in extra field 1, in a fixed order.
void read_zip64_extra(ByteReader extra, ZipEntry* entry) {
  while (extra.left() >= 4) {
    const uint16_t id = extra.u16();
    ByteReader field(extra.take(extra.u16()));
    if (id != 1) continue;
    if (entry->size == kAll32) entry->size = field.u64();
    if (entry->packed_size == kAll32) entry->packed_size = field.u64();
    if (entry->header_at == kAll32) entry->header_at = field.u64();
  }
}

ZipEntry read_central(ByteReader& in) {
  ByteReader head(in.take(kCentralSize));
  if (head.u32() != kCentral) fail_corrupt("the zip directory is damaged");
  ZipEntry entry;
  head.seek(8);
  entry.flags = head.u16();
  entry.method = head.u16();
  head.seek(16);
  entry.crc = head.u32();
  entry.packed_size = head.u32();
  entry.size = head.u32();
  const uint16_t name_size = head.u16(), extra_size = head.u16(), comment_size = head.u16();
  head.seek(42);
  entry.header_at = head.u32();
  entry.name = std::string(in.text(name_size));
  read_zip64_extra(ByteReader(in.take(extra_size)), &entry);
  in.take(comment_size);
  return entry;
}

}  // namespace

ZipReader::ZipReader(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner)
    : bytes_(bytes), owner_(std::move(owner)), budget_(bytes.size()) {
  read_directory();
}

void ZipReader::read_directory() {
  const size_t end_at = find_end(bytes_);
  ByteReader end(bytes_, end_at + 10);
  uint64_t count = end.u16();
  uint64_t size = end.u32(), start = end.u32();
  if ((count == 0xffff || size == kAll32 || start == kAll32) && end_at >= 20) {
    ByteReader locator(bytes_, end_at - 20);
    if (locator.u32() == kLocator64) {
      locator.u32();
      ByteReader end64(bytes_);
      end64.seek(locator.u64());
      if (end64.u32() != kEnd64) fail_corrupt("the zip64 directory is damaged");
      end64.take(28);
      count = end64.u64();
      size = end64.u64();
      start = end64.u64();
    }
  }
  ByteReader directory(bytes_);
  directory.seek(start);
  ByteReader in(directory.take(size));
  if (count > in.left() / kCentralSize)
    fail_corrupt("the zip directory is shorter than its entries");
  entries_.reserve(static_cast<size_t>(count));
  uint64_t packed = 0;
  for (uint64_t i = 0; i < count; ++i) {
    entries_.push_back(read_central(in));
    // Members that share bytes are how small archives become huge.
    if (!checked_add(packed, entries_.back().packed_size, &packed) || packed > bytes_.size()) {
      fail_corrupt("the zip members are together larger than the file");
    }
  }
}

const ZipEntry* ZipReader::find(const std::string& name) const {
  const auto it = std::find_if(
      entries_.begin(), entries_.end(), [&](const ZipEntry& entry) { return entry.name == name; });
  return it == entries_.end() ? nullptr : &*it;
}

ZipContent ZipReader::read(const ZipEntry& entry) {
  const std::string what = "member '" + printable(entry.name) + "'";
  if ((entry.flags & 1) != 0) fail_unsupported(what + " is encrypted");
  ByteReader local(bytes_);
  local.seek(entry.header_at);
  if (local.u32() != kLocal) fail_corrupt(what + " does not begin where the zip directory says");
  local.take(22);
  const uint16_t name_size = local.u16(), extra_size = local.u16();
  local.take(uint64_t{name_size} + extra_size);
  const std::span<const uint8_t> packed = local.take(entry.packed_size);
  ZipContent content;
  if (entry.method == 0) {
    if (entry.size != entry.packed_size) fail_corrupt(what + " is stored with two different sizes");
    content = {packed, owner_};
  } else if (entry.method == 8) {
    const SharedBytes out = inflate_exactly(packed, entry.size, /*raw=*/true, budget_, what);
    content = {out->span(), out};
  } else {
    fail_unsupported(what + " uses zip method " + std::to_string(entry.method) +
                     "; only stored and deflated members are read");
  }
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  uLong crc = crc32(0, nullptr, 0);
  for (size_t at = 0; at < content.bytes.size();) {
    const size_t now = std::min(content.bytes.size() - at, size_t{1} << 30);
    crc = crc32(crc, content.bytes.data() + at, static_cast<uInt>(now));
    at += now;
  }
  if (crc != entry.crc) fail_corrupt(what + " does not match its checksum: the file is damaged");
#endif
  return content;
}

}  // namespace loci
