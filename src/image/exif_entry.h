// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bytes.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace loci::internal {

/// The types of values (TIFF 6.0, section 2).
enum Type : uint32_t {
  kByte = 1,
  kAscii,
  kShort,
  kLong,
  kRational,
  kSByte,
  kUndefined,
  kSShort,
  kSLong,
  kSRational,
  kFloat,
  kDouble
};

/// One directory entry; values are read through it and are absent when out of bounds.
class Entry {
 public:
  Entry(std::span<const uint8_t> tiff, bool big_endian, uint64_t at)
      : in_(tiff, big_endian), tiff_(tiff), big_endian_(big_endian) {
    tag_ = in_.u16(at);
    type_ = in_.u16(at + 2);
    count_ = in_.u32(at + 4);
    const uint64_t bytes = uint64_t{count_} * element_size();
    value_at_ = bytes <= 4 ? at + 8 : in_.u32(at + 8);
    usable_ = in_.ok() && element_size() != 0 && in_.has(value_at_, bytes);
  }
  uint32_t tag() const { return tag_; }

  std::optional<uint32_t> integer() {
    const auto value = number(0);
    if (!value || type_ == kRational || !(*value >= 0 && *value <= 4294967295.0))
      return std::nullopt;
    return static_cast<uint32_t>(*value);
  }
  /// The i-th value of whatever numeric type: programs write angles as all of them.
  std::optional<double> number(uint32_t i) {
    if (!usable_ || i >= count_) return std::nullopt;
    const uint64_t at = value_at_ + uint64_t{element_size()} * i;
    switch (type_) {
      case kByte:
        return in_.u8(at);
      case kSByte:
        return static_cast<int8_t>(in_.u8(at));
      case kShort:
        return in_.u16(at);
      case kSShort:
        return static_cast<int16_t>(in_.u16(at));
      case kLong:
        return in_.u32(at);
      case kSLong:
        return static_cast<int32_t>(in_.u32(at));
      case kRational:
        return fraction(in_.u32(at), in_.u32(at + 4));
      case kSRational:
        return fraction(static_cast<int32_t>(in_.u32(at)), static_cast<int32_t>(in_.u32(at + 4)));
      case kFloat:
        return finite(std::bit_cast<float>(in_.u32(at)));
      case kDouble: {
        const uint64_t first = in_.u32(at), second = in_.u32(at + 4);
        return finite(
            std::bit_cast<double>(big_endian_ ? first << 32 | second : second << 32 | first));
      }
      default:
        return std::nullopt;
    }
  }
  std::span<const uint8_t> bytes() const {
    return usable_ ? tiff_.subspan(value_at_, uint64_t{count_} * element_size())
                   : std::span<const uint8_t>();
  }
  bool is_text() const { return type_ == kAscii; }
  /// Also where the letters are declared as bytes or as of no type.
  std::string text() const {
    if (!usable_ || (type_ != kAscii && type_ != kByte && type_ != kUndefined)) return {};
    const std::span<const uint8_t> raw = tiff_.subspan(value_at_, count_);
    std::string out(raw.begin(), raw.end());
    return out.substr(0, out.find('\0'));
  }

 private:
  uint32_t element_size() const {
    constexpr std::array<uint32_t, 13> kSizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
    return type_ < kSizes.size() ? kSizes[type_] : 0;
  }
  static std::optional<double> fraction(double above, double below) {
    if (below == 0) return std::nullopt;
    return above / below;
  }
  static std::optional<double> finite(double value) {
    if (!std::isfinite(value)) return std::nullopt;
    return value;
  }
  ByteReader in_;
  std::span<const uint8_t> tiff_;
  bool big_endian_;
  uint32_t tag_ = 0, type_ = 0, count_ = 0;
  uint64_t value_at_ = 0;
  bool usable_ = false;
};

template <class Visit>
void walk_directory(std::span<const uint8_t> tiff, bool big_endian, uint64_t at, Visit visit) {
  ByteReader in(tiff, big_endian);
  const uint32_t count = in.u16(at);
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t entry = at + 2 + 12 * uint64_t{i};
    if (!in.has(entry, 12)) return;
    visit(Entry(tiff, big_endian, entry));
  }
}

}  // namespace loci::internal
