// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "guard.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace loci {

/// Reads little-endian (or swapped) numbers from bytes and never past their end: Corrupt with the
/// place instead.
class ByteReader {
 public:
  explicit ByteReader(std::span<const uint8_t> bytes, size_t at = 0) : bytes_(bytes), at_(at) {}

  size_t at() const { return at_; }
  size_t left() const { return bytes_.size() - at_; }
  bool done() const { return at_ >= bytes_.size(); }
  std::span<const uint8_t> all() const { return bytes_; }

  void seek(uint64_t at) {
    if (at > bytes_.size()) ended(at);
    at_ = static_cast<size_t>(at);
  }
  std::span<const uint8_t> take(uint64_t count) {
    if (count > left()) ended(count);
    const auto part = bytes_.subspan(at_, static_cast<size_t>(count));
    at_ += static_cast<size_t>(count);
    return part;
  }
  std::string_view text(uint64_t count) {
    const auto part = take(count);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }
  template <class T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  uint8_t u8() { return number<uint8_t>(); }
  uint16_t u16() { return number<uint16_t>(); }
  uint32_t u32() { return number<uint32_t>(); }
  uint64_t u64() { return number<uint64_t>(); }

 private:
  [[noreturn]] void ended(uint64_t wanted) const {
    fail_corrupt("ends too early: " + std::to_string(wanted) + " bytes are announced at byte " +
                 std::to_string(at_) + " of " + std::to_string(bytes_.size()));
  }
  static_assert(std::endian::native == std::endian::little,
                "files are little-endian, and so is loci");
  std::span<const uint8_t> bytes_;
  size_t at_;
};

}  // namespace loci
