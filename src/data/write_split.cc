// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/data/split.h"

#include <charconv>
#include <filesystem>

namespace loci {
namespace {

using Field = std::string (*)(const SplitImage& image);

// The shortest decimal that reads back as the same number: a millimetre would move images over the
// edge of the buffer.
std::string number(std::optional<double> value) {
  if (!value.has_value()) return "";
  char buffer[400];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, *value, std::chars_format::fixed);
  return {buffer, end.ptr};
}

std::string zone_text(const SplitImage& image) {
  if (!image.record.utm.has_value() || image.record.utm->zone == 0) return "";
  return std::to_string(image.record.utm->zone) + image.record.utm->band;
}

struct Column {
  const char* name;
  Field field;
};

std::vector<Column> columns_of(bool has_roles, TruthRule::Kind rule) {
  std::vector<Column> columns;
  if (has_roles) {
    columns.push_back({"role", [](const SplitImage& i) -> std::string {
                         return i.query ? "query" : "database";
                       }});
  }
  columns.push_back({"split", [](const SplitImage& i) -> std::string {
                       return kSplitParts[static_cast<size_t>(i.part)];
                     }});
  switch (rule) {
    case TruthRule::Kind::kRadius:
      columns.push_back({"lat", [](const SplitImage& i) {
                           const auto& p = i.record.position;
                           return number(p ? std::optional(p->lat) : std::nullopt);
                         }});
      columns.push_back({"lon", [](const SplitImage& i) {
                           const auto& p = i.record.position;
                           return number(p ? std::optional(p->lon) : std::nullopt);
                         }});
      columns.push_back({"east_m", [](const SplitImage& i) {
                           const auto& p = i.record.utm;
                           return number(p ? std::optional(p->east_m) : std::nullopt);
                         }});
      columns.push_back({"north_m", [](const SplitImage& i) {
                           const auto& p = i.record.utm;
                           return number(p ? std::optional(p->north_m) : std::nullopt);
                         }});
      columns.push_back({"zone", zone_text});
      break;
    case TruthRule::Kind::kPlace:
      columns.push_back({"place", [](const SplitImage& i) { return i.record.place; }});
      break;
    case TruthRule::Kind::kFrames:
      break;
  }
  columns.push_back({"frame", [](const SplitImage& i) {
                       return i.record.frame < 0 ? std::string() : std::to_string(i.record.frame);
                     }});
  columns.push_back({"time", [](const SplitImage& i) {
                       return i.record.time.has_value() ? iso_time(*i.record.time) : std::string();
                     }});
  columns.push_back({"heading", [](const SplitImage& i) { return number(i.record.heading_deg); }});
  columns.push_back({"group", [](const SplitImage& i) { return i.record.group; }});
  return columns;
}

std::string header_of(const std::vector<Column>& columns) {
  std::string line = "path";
  for (const Column& column : columns) line += std::string(",") + column.name;
  return line;
}

// As seen from the csv's folder where it lies below it, else absolute.
std::string path_from(const std::filesystem::path& folder, const std::string& image) {
  const std::filesystem::path absolute = std::filesystem::absolute(image).lexically_normal();
  const std::filesystem::path relative = absolute.lexically_relative(folder);
  const bool below = !relative.empty() && *relative.begin() != "..";
  return below ? relative.string() : absolute.string();
}

}  // namespace

std::string split_file(const std::string& path) {
  return to_lower(path).ends_with(".csv") ? path : join_path(path, "places.csv");
}

bool is_split_table(std::string_view first_line) {
  using Kind = TruthRule::Kind;
  for (const Kind rule : {Kind::kRadius, Kind::kPlace, Kind::kFrames}) {
    for (const bool has_roles : {true, false}) {
      if (first_line == header_of(columns_of(has_roles, rule))) return true;
    }
  }
  return false;
}

Result<std::string> write_split(const DatasetSplit& split, const std::string& path) {
  const std::string file = split_file(path);
  const std::string folder = parent_of(file).empty() ? "." : parent_of(file);
  LOCI_RETURN_IF_ERROR(make_folders(folder));
  const auto base = std::filesystem::absolute(folder + "/x").lexically_normal().parent_path();
  const std::vector<Column> columns = columns_of(split.has_roles, split.rule);
  std::string text = header_of(columns) + '\n';
  for (const SplitImage& image : split.images) {
    if (image.part < 0) continue;
    text += csv_field(path_from(base, join_path(split.root, image.record.path)));
    for (const Column& column : columns) text += ',' + csv_field(column.field(image));
    text += '\n';
  }
  LOCI_RETURN_IF_ERROR(write_file(file, text));
  return file;
}

}  // namespace loci
