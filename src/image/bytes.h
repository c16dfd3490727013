// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace loci::internal {

/// Reads numbers of either byte order from bytes that nobody has checked: what lies outside reads
/// as zero, and ok() is false from then on.
class ByteReader {
 public:
  ByteReader(std::span<const uint8_t> bytes, bool big_endian)
      : bytes_(bytes), big_endian_(big_endian) {}

  bool ok() const { return ok_; }
  size_t size() const { return bytes_.size(); }
  bool has(uint64_t offset, uint64_t count) const {
    return offset <= bytes_.size() && count <= bytes_.size() - offset;
  }
  uint32_t u8(uint64_t offset) { return number(offset, 1); }
  uint32_t u16(uint64_t offset) { return number(offset, 2); }
  uint32_t u24(uint64_t offset) { return number(offset, 3); }
  uint32_t u32(uint64_t offset) { return number(offset, 4); }
  std::span<const uint8_t> part(uint64_t offset, uint64_t count) const {
    return has(offset, count) ? bytes_.subspan(offset, count) : std::span<const uint8_t>();
  }

 private:
  uint32_t number(uint64_t offset, uint32_t count) {
    if (!has(offset, count)) {
      ok_ = false;
      return 0;
    }
    uint32_t value = 0;
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t byte = bytes_[offset + (big_endian_ ? i : count - 1 - i)];
      value = value << 8 | byte;
    }
    return value;
  }

  std::span<const uint8_t> bytes_;
  bool big_endian_;
  bool ok_ = true;
};

/// Whether `bytes` has `text` at `offset`.
inline bool has_text(std::span<const uint8_t> bytes, uint64_t offset, std::string_view text) {
  return offset <= bytes.size() && text.size() <= bytes.size() - offset &&
         std::memcmp(bytes.data() + offset, text.data(), text.size()) == 0;
}

/// Calls `visit(marker, payload)` for each JPEG segment before the first scan, until it returns
/// false. Returns whether the end was reached in good order (a scan or a stop), not in mid-segment.
template <class Visit>
bool walk_jpeg(std::span<const uint8_t> bytes, Visit visit) {
  constexpr uint64_t kMostStray = 4096;
  ByteReader in(bytes, true);
  uint64_t at = 2, stray = 0;
  while (in.has(at, 2)) {
    const uint8_t marker = bytes[at + 1];
    if (bytes[at] != 0xFF || marker == 0x00) {  // stray bytes, which decoders pass over
      if (++stray > kMostStray) return false;
      ++at;
      continue;
    }
    if (marker == 0xFF) {  // fill byte
      ++at;
      continue;
    }
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {  // no payload
      at += 2;
      continue;
    }
    if (marker == 0xD9) return true;
    const uint32_t length = in.u16(at + 2);
    if (!in.ok() || length < 2 || !in.has(at + 2, length)) return false;
    if (!visit(marker, bytes.subspan(at + 4, length - 2)) || marker == 0xDA) return true;
    at += 2 + length;
  }
  return false;
}

/// Calls `visit(type, payload, stored_crc)` for each PNG chunk until it returns false. Returns
/// whether the walk ended so, or at IEND.
template <class Visit>
bool walk_png(std::span<const uint8_t> bytes, Visit visit) {
  ByteReader in(bytes, true);
  uint64_t at = 8;
  while (in.has(at, 12)) {
    const uint64_t length = in.u32(at);
    if (!in.has(at + 8, length + 4)) return false;
    const std::string_view type(reinterpret_cast<const char*>(bytes.data() + at + 4), 4);
    const uint32_t crc = in.u32(at + 8 + length);
    if (!visit(type, bytes.subspan(at + 8, length), crc) || type == "IEND") return true;
    at += 12 + length;
  }
  return false;
}

}  // namespace loci::internal
