// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bag.h"
#include "cursor.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace loci::internal {

/// Reads the fields of a message one after the other, as ROS 1 packs them or as CDR does: aligned to their size, of either
/// byte order, in the encodings of XTypes 1.3, 7.4: CDR (version 1), PLAIN_CDR2 and DELIMITED_CDR2 (version 2, whose
/// alignment ends at 4). What lies outside reads as zero or empty, and ok() is false from then on; so it is for
/// encodings with member numbers (PL_CDR).
class MessageReader {
 public:
  MessageReader(Bytes message, Wire wire);

  bool ok() const { return ok_; }
  Wire wire() const { return wire_; }
  template <class T>
  T number() {
    align(sizeof(T));
    const Bytes part = bytes(sizeof(T));
    uint8_t raw[sizeof(T)] = {};
    if (ok_) std::copy(part.begin(), part.end(), raw);
    if (swap_) std::reverse(raw, raw + sizeof(T));
    T value;
    std::memcpy(&value, raw, sizeof(T));
    return value;
  }
  /// So many bytes as they are.
  Bytes bytes(uint64_t count);
  /// A sequence of bytes.
  Bytes array() { return bytes(number<uint32_t>()); }
  /// A sequence of numbers of `size` bytes, which is passed over.
  void skip_numbers(uint64_t size);
  std::string_view text();
  /// A structure begins; DELIMITED_CDR2 writes its length.
  void structure();
  /// How many structures follow; CDR of version 2 writes the length of all of them before.
  uint32_t sequence();
  /// Nanoseconds since 1970, 0 where none was set.
  int64_t time_ns();

 private:
  void align(uint64_t size);

  Bytes bytes_;
  Wire wire_;
  uint64_t at_ = 0;
  uint64_t largest_alignment_ = 1;
  bool swap_ = false, version_2_ = false, delimited_ = false, ok_ = true;
};

}  // namespace loci::internal
