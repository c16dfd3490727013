// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "byte_reader.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace loci {

/// Goes through the fields of one protocol buffers message and never past its end.
///
///   for (ProtoReader r(bytes); r.next();) switch (r.field()) { case 3: name = r.text(); ... }
///
/// A field asked for in another form than it is stored in is Corrupt; fields not asked for are
/// passed over.
class ProtoReader {
 public:
  explicit ProtoReader(std::span<const uint8_t> message) : reader_(message) {}

  bool next() {
    if (reader_.done()) return false;
    const uint64_t tag = varint(reader_);
    field_ = tag >> 3;
    wire_ = static_cast<int>(tag & 7);
    if (field_ == 0 || field_ >= (1u << 29))
      fail_corrupt("a field has the number 0 or one too large");
    switch (wire_) {
      case 0:
        value_ = varint(reader_);
        break;
      case 1:
        content_ = reader_.take(8);
        break;
      case 2:
        content_ = reader_.take(varint(reader_));
        break;
      case 5:
        content_ = reader_.take(4);
        break;
      default:  // groups have been gone from the format since before ONNX
        fail_corrupt("a field is of the unknown kind " + std::to_string(wire_));
    }
    return true;
  }

  uint64_t field() const { return field_; }
  int64_t integer() const {
    expect(0);
    return static_cast<int64_t>(value_);
  }
  float real() const {
    expect(5);
    float value;
    std::memcpy(&value, content_.data(), sizeof value);
    return value;
  }
  std::span<const uint8_t> bytes() const {
    expect(2);
    return content_;
  }
  std::string_view text() const {
    const auto raw = bytes();
    return {reinterpret_cast<const char*>(raw.data()), raw.size()};
  }
  /// One integer or a packed run of them.
  void integers(std::vector<int64_t>* out) const {
    if (wire_ == 0) {
      out->push_back(static_cast<int64_t>(value_));
      return;
    }
    for (ByteReader run(bytes()); !run.done();) out->push_back(static_cast<int64_t>(varint(run)));
  }
  /// One number of a fixed width or a packed run of them.
  template <class T>
  void numbers(std::vector<T>* out) const {
    if (wire_ != 2) expect(sizeof(T) == 4 ? 5 : 1);
    if (content_.size() % sizeof(T) != 0) fail_corrupt("a run of numbers ends within a number");
    const size_t before = out->size();
    out->resize(before + content_.size() / sizeof(T));
    if (!content_.empty()) std::memcpy(out->data() + before, content_.data(), content_.size());
  }

 private:
  static uint64_t varint(ByteReader& reader) {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = reader.u8();
      value |= uint64_t{byte & 0x7fu} << shift;
      if ((byte & 0x80) == 0) return value;
    }
    fail_corrupt("a number has more than ten bytes");
  }
  void expect(int wire) const {
    if (wire_ != wire) {
      fail_corrupt("field " + std::to_string(field_) + " is stored in a form that it cannot have");
    }
  }

  ByteReader reader_;
  uint64_t field_ = 0, value_ = 0;
  int wire_ = 0;
  std::span<const uint8_t> content_;
};

}  // namespace loci
