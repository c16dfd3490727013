// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "message_reader.h"

#include <bit>

namespace loci::internal {

MessageReader::MessageReader(Bytes message, Wire wire) : bytes_(message), wire_(wire) {
  if (wire == Wire::kRos1) return;
  if (wire == Wire::kOther || message.size() < 4 || message[0] != 0) {
    ok_ = false;
    return;
  }
  // The representation identifier; alignment counts from behind it and its options.
  const uint8_t kind = message[1];
  bytes_ = message.subspan(4);
  swap_ = (kind & 1) == 0 && std::endian::native == std::endian::little;
  version_2_ = kind >= 6;
  delimited_ = kind == 8 || kind == 9;
  largest_alignment_ = version_2_ ? 4 : 8;
  ok_ = kind <= 1 || (kind >= 6 && kind <= 9);
}

void MessageReader::align(uint64_t size) {
  if (wire_ == Wire::kRos1) return;
  const uint64_t step = std::min(size, largest_alignment_);
  bytes((step - at_ % step) % step);
}

Bytes MessageReader::bytes(uint64_t count) {
  ok_ = ok_ && count <= bytes_.size() - at_;
  if (!ok_) return {};
  const Bytes part = bytes_.subspan(at_, count);
  at_ += count;
  return part;
}

void MessageReader::skip_numbers(uint64_t size) {
  const auto count = number<uint32_t>();
  if (count == 0) return;
  align(size);
  bytes(count * size);
}

std::string_view MessageReader::text() {
  const Bytes part = array();
  std::string_view out(reinterpret_cast<const char*>(part.data()), part.size());
  if (wire_ == Wire::kCdr && out.ends_with('\0')) out.remove_suffix(1);
  return out;
}

void MessageReader::structure() {
  if (delimited_) number<uint32_t>();
}

uint32_t MessageReader::sequence() {
  if (version_2_) number<uint32_t>();
  return number<uint32_t>();
}

int64_t MessageReader::time_ns() {
  structure();
  // Seconds are signed in ROS 2 and not in ROS 1.
  const auto seconds = number<uint32_t>();
  const auto rest = number<uint32_t>();
  const int64_t whole =
      wire_ == Wire::kRos1 ? int64_t{seconds} : int64_t{static_cast<int32_t>(seconds)};
  return whole * 1'000'000'000 + rest;
}

}  // namespace loci::internal
