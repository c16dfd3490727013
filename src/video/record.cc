// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "record.h"

namespace loci::internal {

std::optional<std::string_view> record_field(Bytes fields, std::string_view name) {
  for (Cursor in(fields); in.ok() && in.at() < fields.size();) {
    const std::string_view field = in.text();
    if (field.size() > name.size() && field.starts_with(name) && field[name.size()] == '=') {
      return field.substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

std::optional<Record> read_record(Bytes bytes, uint64_t at) {
  if (at >= bytes.size()) return std::nullopt;
  Cursor in(bytes.subspan(at));
  Record record;
  record.fields = in.array();
  record.data = in.array();
  record.end = at + in.at();
  const auto kind = record_number<uint8_t>(record.fields, "op");
  if (!in.ok() || !kind) return std::nullopt;
  record.kind = static_cast<RecordKind>(*kind);
  return record;
}

}  // namespace loci::internal
