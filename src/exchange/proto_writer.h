// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/file.h"
#include "loci/base/status.h"

#include <cstdint>
#include <cstring>
#include <list>
#include <span>
#include <string>
#include <string_view>

namespace loci {

/// Writes one protocol buffers message (its wire format). Long byte fields are not copied but
/// pointed to: what they view must live until the message is written.
class ProtoWriter {
 public:
  void integer(uint32_t field, int64_t value) {
    tag(field, 0);
    varint(static_cast<uint64_t>(value));
  }
  void real(uint32_t field, float value) {
    tag(field, 5);
    char raw[4];
    std::memcpy(raw, &value, 4);
    tail().append(raw, 4);
    size_ += 4;
  }
  void text(uint32_t field, std::string_view value) {
    tag(field, 2);
    varint(value.size());
    tail().append(value);
    size_ += value.size();
  }
  /// Not copied.
  void view(uint32_t field, std::span<const uint8_t> value) {
    tag(field, 2);
    varint(value.size());
    pieces_.push_back({{}, value});
    size_ += value.size();
  }
  void message(uint32_t field, ProtoWriter&& part) {
    tag(field, 2);
    varint(part.size_);
    size_ += part.size_;
    pieces_.splice(pieces_.end(), part.pieces_);
  }
  uint64_t size() const { return size_; }
  Status write_to(FileWriter& file) const {
    for (const Piece& piece : pieces_) {
      LOCI_RETURN_IF_ERROR(file.write(piece.text.data(), piece.text.size()));
      LOCI_RETURN_IF_ERROR(file.write(piece.view.data(), piece.view.size()));
    }
    return {};
  }

 private:
  /// Bytes of our own, then bytes of somebody else.
  struct Piece {
    std::string text;
    std::span<const uint8_t> view;
  };

  std::string& tail() {
    if (pieces_.empty() || !pieces_.back().view.empty()) pieces_.emplace_back();
    return pieces_.back().text;
  }
  void varint(uint64_t value) {
    do {
      const bool more = value > 0x7f;
      tail().push_back(static_cast<char>((value & 0x7f) | (more ? 0x80 : 0)));
      value >>= 7;
      ++size_;
    } while (value != 0);
  }
  void tag(uint32_t field, uint32_t wire_type) { varint(uint64_t{field} << 3 | wire_type); }

  std::list<Piece> pieces_;
  uint64_t size_ = 0;
};

}  // namespace loci
