// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/inspect.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/exchange/file_tree.h"

#include <algorithm>

namespace loci {
namespace {

constexpr size_t kMaxPlainLines = 200;  // a data set's lists of names are counted, not printed

const char* kind_name(FileValue::Kind kind) {
  switch (kind) {
    case FileValue::Kind::kNone:
      return "none";
    case FileValue::Kind::kBool:
      return "bool";
    case FileValue::Kind::kInteger:
      return "integer";
    case FileValue::Kind::kReal:
      return "real";
    case FileValue::Kind::kText:
      return "text";
    case FileValue::Kind::kBytes:
      return "bytes";
    case FileValue::Kind::kList:
      return "list";
    case FileValue::Kind::kDict:
      return "dict";
    case FileValue::Kind::kTensor:
      return "tensor";
    case FileValue::Kind::kOther:
      return "other";
  }
  return "";
}

bool is_plain(const FileValue& value) {
  return !value.is(FileValue::Kind::kTensor) && value.items.empty();
}

std::string names_in(const FileValue* list) {
  std::string text;
  if (list == nullptr) return text;
  for (const FileValue& item : list->items) {
    text += (text.empty() ? "" : ", ") + printable(to_utf8(item.text));
    if (text.size() > 200) return text + ", ...";
  }
  return text;
}

/// A node of an ONNX graph is one line: "conv1  Conv  x, w, b -> y".
bool is_node(const FileValue& value) {
  return value.is(FileValue::Kind::kDict) && value.find("op_type") != nullptr &&
         value.find("outputs") != nullptr;
}

void walk(const FileValue& value,
          const std::string& name,
          int depth,
          size_t* plain,
          InspectReport* report) {
  if (value.is(FileValue::Kind::kTensor)) {
    report->lines.push_back({name, dtype_name(value.tensor.dtype), value.tensor.shape, ""});
    if (value.tensor.size() == 1) report->lines.back().value = format("%.9g", value.number());
    ++report->num_tensors;
    report->num_values += value.tensor.size();
    return;
  }
  if (is_plain(value)) {
    if (++*plain <= kMaxPlainLines)
      report->lines.push_back({name, kind_name(value.kind), {}, value.describe()});
    return;
  }
  if (is_node(value)) {
    const FileValue *title = value.find("name"), *outputs = value.find("outputs");
    const std::string shown = title != nullptr && !title->text.empty() ? title->text : name;
    report->lines.push_back({printable(to_utf8(shown)),
                             printable(to_utf8(value.find("op_type")->text)),
                             {},
                             names_in(value.find("inputs")) + " -> " + names_in(outputs)});
    return;
  }
  const bool names_only = value.is(FileValue::Kind::kList) && value.items.size() > 8 &&
                          std::all_of(value.items.begin(), value.items.end(), is_plain);
  if (names_only) {
    report->lines.push_back({name,
                             "list",
                             {static_cast<int64_t>(value.items.size())},
                             value.items[0].describe() + ", ..."});
    return;
  }
  if (depth > 64) return;
  for (size_t i = 0; i < value.items.size(); ++i) {
    const std::string part =
        value.is(FileValue::Kind::kDict) ? printable(to_utf8(value.keys[i])) : std::to_string(i);
    walk(value.items[i], name.empty() ? part : name + "." + part, depth + 1, plain, report);
  }
}

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string text;
  for (const int64_t side : shape) text += (text.empty() ? "" : "x") + std::to_string(side);
  return text;
}

}  // namespace

Result<InspectReport> inspect_file(const std::string& path) {
  LOCI_TRY(tree, read_tree(path));
  return inspect_tree(tree);
}

InspectReport inspect_tree(const FileTree& tree) {
  InspectReport report;
  report.path = tree.path;
  report.format = tree.format;
  for (const auto& [key, value] : tree.metadata)
    report.metadata.emplace_back(to_utf8(key), to_utf8(value));
  size_t plain = 0;
  walk(tree.root, "", 0, &plain, &report);
  if (plain > kMaxPlainLines) {
    report.lines.push_back(
        {"...", "", {}, std::to_string(plain - kMaxPlainLines) + " more values"});
  }
  return report;
}

std::string InspectReport::to_text() const {
  std::string out = printable(path) + ": " + format + ", " + std::to_string(num_tensors) +
                    " tensors, " + std::to_string(num_values) + " numbers\n";
  for (const auto& [key, value] : metadata) {
    out += "  " + printable(key) + ": " + printable(value.substr(0, 2000)) +
           (value.size() > 2000 ? " ..." : "") + "\n";
  }
  size_t widest = 0;
  for (const Line& line : lines) widest = std::max(widest, std::min<size_t>(line.name.size(), 60));
  for (const Line& line : lines) {
    std::string row = "  " + line.name;
    row.resize(std::max(row.size(), widest + 3), ' ');
    row += line.dtype;
    if (!line.shape.empty()) row += " " + shape_text(line.shape);
    if (!line.value.empty()) row += "  " + line.value;
    out += row + "\n";
  }
  return out;
}

std::string InspectReport::to_json() const {
  JsonWriter json;
  json.object().member("path", path).member("format", format);
  json.member("tensors", num_tensors).member("values", num_values);
  json.key("metadata").object();
  for (const auto& [key, value] : metadata) json.member(key, value);
  json.end().key("lines").array();
  for (const Line& line : lines) {
    json.object().member("name", line.name).member("dtype", line.dtype).key("shape").array();
    for (const int64_t side : line.shape) json.value(side);
    json.end();
    if (!line.value.empty()) json.member("value", line.value);
    json.end();
  }
  json.end().end();
  return json.str();
}

}  // namespace loci
