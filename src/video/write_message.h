// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace loci::internal {

/// For tests: how messages are written.
enum class Encapsulation {
  kRos1,
  kCdrLittle,
  kCdrBig,
  kCdr2,        ///< PLAIN_CDR2, little-endian
  kDelimited2,  ///< DELIMITED_CDR2, little-endian
};

/// For tests: serialises the fields of a message one after the other.
class MessageWriter {
 public:
  explicit MessageWriter(Encapsulation kind) : kind_(kind) {
    if (kind == Encapsulation::kRos1) return;
    const uint8_t id = kind == Encapsulation::kCdrBig      ? 0
                       : kind == Encapsulation::kCdrLittle ? 1
                       : kind == Encapsulation::kCdr2      ? 7
                                                           : 9;
    bytes_ = {0, id, 0, 0};
    begin_ = 4;
  }
  template <class T>
  MessageWriter& number(T value) {
    align(sizeof(T));
    const auto* raw = reinterpret_cast<const uint8_t*>(&value);
    const size_t at = bytes_.size();
    bytes_.insert(bytes_.end(), raw, raw + sizeof(T));
    if (kind_ == Encapsulation::kCdrBig)
      std::reverse(bytes_.begin() + static_cast<ptrdiff_t>(at), bytes_.end());
    return *this;
  }
  MessageWriter& text(const std::string& value) {
    const bool ros1 = kind_ == Encapsulation::kRos1;
    number(static_cast<uint32_t>(value.size() + (ros1 ? 0 : 1)));
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    if (!ros1) bytes_.push_back(0);
    return *this;
  }
  MessageWriter& array(const std::vector<uint8_t>& value) {
    number(static_cast<uint32_t>(value.size()));
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }
  /// Lengths are not filled in: who reads passes over them.
  MessageWriter& structure() {
    if (kind_ == Encapsulation::kDelimited2) number(uint32_t{0});
    return *this;
  }
  MessageWriter& sequence(uint32_t count) {
    if (kind_ == Encapsulation::kCdr2 || kind_ == Encapsulation::kDelimited2) number(uint32_t{0});
    return number(count);
  }
  MessageWriter& header(double stamp_s, const std::string& frame = "base_link") {
    structure();
    if (kind_ == Encapsulation::kRos1) number(uint32_t{0});
    structure();
    const auto ns = static_cast<int64_t>(std::llround(stamp_s * 1e9));
    number(static_cast<uint32_t>(ns / 1'000'000'000));
    number(static_cast<uint32_t>(ns % 1'000'000'000));
    return text(frame);
  }
  MessageWriter& pose(double x, double y, double z) {
    structure().structure();
    number(x).number(y).number(z);
    structure();
    return number(0.0).number(0.0).number(0.0).number(1.0);
  }
  MessageWriter& zeros(int count) {
    for (int i = 0; i < count; ++i) number(0.0);
    return *this;
  }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  void align(size_t size) {
    if (kind_ == Encapsulation::kRos1) return;
    const bool first = kind_ == Encapsulation::kCdrBig || kind_ == Encapsulation::kCdrLittle;
    const size_t step = std::min<size_t>(size, first ? 8 : 4);
    while ((bytes_.size() - begin_) % step != 0) bytes_.push_back(0);
  }
  Encapsulation kind_;
  std::vector<uint8_t> bytes_;
  size_t begin_ = 0;
};

}  // namespace loci::internal
