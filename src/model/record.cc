// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/record.h"

#include "json_fields.h"

namespace loci {
namespace {

using internal::Json;

Json parsed(const std::string& record) {
  Json json = internal::parse_description(record);
  return json.is_object() ? json : Json::object();
}

template <class T>
std::string with_member(const std::string& record, const std::string& name, const T& value) {
  Json json = parsed(record);
  json[name] = value;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string record_text(const std::string& record, const std::string& name) {
  const Json json = parsed(record);
  return json.contains(name) && json[name].is_string() ? json[name].get<std::string>() : "";
}

int64_t record_number(const std::string& record, const std::string& name) {
  const Json json = parsed(record);
  return json.contains(name) && json[name].is_number_integer() ? json[name].get<int64_t>() : 0;
}

std::string with_record_text(const std::string& record,
                             const std::string& name,
                             const std::string& value) {
  return with_member(record, name, value);
}

std::string with_record_number(const std::string& record, const std::string& name, int64_t value) {
  return with_member(record, name, value);
}

}  // namespace loci
