// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cursor.h"

#include <cstring>
#include <optional>
#include <string_view>

namespace loci::internal {

/// The kinds of records of a bag (http://wiki.ros.org/Bags/Format/2.0).
enum class RecordKind : uint8_t {
  kMessage = 0x02,
  kBagHeader = 0x03,
  kIndex = 0x04,
  kChunk = 0x05,
  kChunkInfo = 0x06,
  kConnection = 0x07,
};

/// A record: fields "name=value", and data.
struct Record {
  RecordKind kind{};
  Bytes fields, data;
  uint64_t end = 0;  ///< where the next one begins
};

/// The value of a field.
std::optional<std::string_view> record_field(Bytes fields, std::string_view name);

template <class T>
std::optional<T> record_number(Bytes fields, std::string_view name) {
  const auto text = record_field(fields, name);
  if (!text || text->size() != sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, text->data(), sizeof(T));
  return value;
}

/// The record that begins at `at`; nothing when it does not lie in `bytes` as a whole.
std::optional<Record> read_record(Bytes bytes, uint64_t at);

}  // namespace loci::internal
