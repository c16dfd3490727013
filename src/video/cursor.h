// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace loci::internal {

using Bytes = std::span<const uint8_t>;

/// Reads what ROS serialises, one value after the other (little-endian, text and arrays behind
/// their length), from bytes that nobody has checked: what lies outside reads as zero or empty, and
/// ok() is false from then on.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  uint64_t at() const { return at_; }
  template <class T>
  T number() {
    T value{};
    const Bytes part = bytes(sizeof(T));
    if (ok_) std::memcpy(&value, part.data(), sizeof(T));
    return value;
  }
  Bytes bytes(uint64_t count) {
    ok_ = ok_ && count <= bytes_.size() - at_;
    if (!ok_) return {};
    const Bytes part = bytes_.subspan(at_, count);
    at_ += count;
    return part;
  }
  Bytes array() { return bytes(number<uint32_t>()); }
  /// Two numbers, seconds and the nanoseconds beyond them, as ROS writes a time.
  int64_t time_ns() {
    const auto seconds = number<uint32_t>(), rest = number<uint32_t>();
    return int64_t{seconds} * 1'000'000'000 + rest;
  }
  std::string_view text() {
    const Bytes part = array();
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }

 private:
  Bytes bytes_;
  uint64_t at_ = 0;
  bool ok_ = true;
};

}  // namespace loci::internal
