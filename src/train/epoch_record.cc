// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/epoch_record.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

namespace loci::train {
namespace {

using Json = nlohmann::json;

/// Every member once, for writing and reading.
template <class Record, class Visit>
void visit_members(Record& record, Visit visit) {
  visit("epoch", record.epoch);
  visit("loss", record.loss);
  visit("counted", record.counted);
  visit("with_violation", record.with_violation);
  visit("violating", record.violating);
  visit("skipped", record.skipped);
  visit("unreadable", record.unreadable);
  visit("learning_rate", record.learning_rate);
  visit("seconds", record.seconds);
  visit("val_seconds", record.val_seconds);
  visit("n", record.n);
  visit("recall", record.recall);
  visit("ci95_low", record.ci_low);
  visit("ci95_high", record.ci_high);
  visit("best", record.best);
}

struct Write {
  JsonWriter* json;
  template <class T>
  void operator()(const char* name, const T& value) const {
    json->member(name, value);
  }
  template <class T>
  void operator()(const char* name, const std::vector<T>& values) const {
    json->key(name).array();
    for (const T& value : values) json->value(value);
    json->end();
  }
};

bool read(const Json& json, bool* out) {
  if (!json.is_boolean()) return false;
  *out = json.get<bool>();
  return true;
}
template <std::integral T>
bool read(const Json& json, T* out) {
  if (!json.is_number_integer()) return false;
  const auto value = json.get<int64_t>();
  *out = static_cast<T>(value);
  return *out == value;
}
bool read(const Json& json, double* out) {
  if (json.is_null()) *out = std::numeric_limits<double>::quiet_NaN();
  if (json.is_number()) *out = json.get<double>();
  return json.is_null() || json.is_number();
}
template <class T>
bool read(const Json& json, std::vector<T>* out) {
  if (!json.is_array()) return false;
  out->resize(json.size());
  for (size_t i = 0; i < json.size(); ++i) {
    if (!read(json[i], &(*out)[i])) return false;
  }
  return true;
}

struct Read {
  const Json* json;
  std::string* wrong;
  template <class T>
  void operator()(const char* name, T& value) const {
    const auto found = json->find(name);
    if (wrong->empty() && (found == json->end() || !read(*found, &value))) *wrong = name;
  }
};

}  // namespace

double EpochRecord::recall_at(int cut_off) const {
  const auto found = std::find(n.begin(), n.end(), cut_off);
  const auto i = static_cast<size_t>(found - n.begin());
  return i < n.size() && i < recall.size() ? recall[i] : std::numeric_limits<double>::quiet_NaN();
}

std::string to_json(const EpochRecord& record) {
  JsonWriter json;
  json.object();
  visit_members(record, Write{&json});
  json.end();
  return json.str();
}

Result<EpochRecord> parse_epoch_record(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return corrupt("record of an epoch: is no JSON object");
  EpochRecord record;
  std::string wrong;
  visit_members(record, Read{&json, &wrong});
  if (!wrong.empty())
    return corrupt("record of an epoch: member '" + wrong + "' is missing or of a wrong type");
  const auto fits = [&](const std::vector<double>& values) {
    return values.empty() || values.size() == record.n.size();
  };
  if (!fits(record.recall) || !fits(record.ci_low) || !fits(record.ci_high))
    return corrupt("record of an epoch: 'recall' and 'n' differ in length");
  return record;
}

Result<std::vector<EpochRecord>> read_epoch_records(const std::string& path) {
  LOCI_TRY(text, read_text_file(path, uint64_t{1} << 28));
  std::vector<EpochRecord> records;
  const bool whole = text.ends_with('\n');
  const std::vector<std::string> lines = split(text, '\n');
  for (size_t i = 0; i < lines.size(); ++i) {
    if (trim(lines[i]).empty()) continue;
    const Result<EpochRecord> record = parse_epoch_record(lines[i]);
    if (!record.ok() && i + 1 == lines.size() && !whole) break;
    if (!record.ok()) {
      return record.status().with_context(printable(path) + format(": line %zu", i + 1));
    }
    records.push_back(*record);
  }
  return records;
}

Status write_epoch_records(const std::string& path, const std::vector<EpochRecord>& records) {
  std::string text;
  for (const EpochRecord& record : records) text += to_json(record) + "\n";
  return write_file(path, text);
}

}  // namespace loci::train
