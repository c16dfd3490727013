// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "cutout_names.h"

#include "reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <filesystem>

namespace loci {
namespace {

constexpr const char* kHeader = "name,panorama";

std::string full_path(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

/// NAME of NAME_pitchP_yawY.jpg, the panorama's field of an '@' name, "" for another file.
std::string name_in_view(const std::string& view) {
  if (const auto record = parse_at_name(view)) return record->group;
  const std::string stem = base_name(without_extension(view));
  const size_t pitch = stem.rfind("_pitch");
  if (pitch == std::string::npos || stem.find("_yaw", pitch) == std::string::npos) return "";
  return stem.substr(0, pitch);
}

}  // namespace

Result<CutoutNames> CutoutNames::read(const std::string& folder) {
  CutoutNames names;
  names.file_ = join_path(folder, ".panoramas.csv");
  LOCI_TRY(views, list_files(folder, {".jpg"}));
  for (const std::string& view : views) {
    if (const std::string name = name_in_view(view); !name.empty()) names.taken_.insert(name);
  }
  if (!is_file(names.file_)) return names;
  LOCI_TRY(text, read_text_file(names.file_));
  const auto rows = parse_csv(text);
  if (!text.starts_with(kHeader)) {
    return corrupt(printable(names.file_) +
                   ": is no list of panoramas as cutouts writes it (name,panorama); choose another "
                   "folder for the views");
  }
  for (size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].size() != 2) continue;
    names.panorama_of_[rows[i][0]] = rows[i][1];
    names.taken_.insert(rows[i][0]);
  }
  return names;
}

std::string CutoutNames::name_of(const std::string& panorama, const std::string& stem) {
  const std::string path = full_path(panorama);
  for (const auto& [name, known] : panorama_of_) {
    if (known == path) return name;
  }
  std::string name = stem;
  for (int i = 2; !taken_.insert(name).second; ++i) name = stem + "-" + std::to_string(i);
  panorama_of_[name] = path;
  return name;
}

Status CutoutNames::write() const {
  std::string text = std::string(kHeader) + "\n";
  for (const auto& [name, panorama] : panorama_of_)
    text += csv_field(name) + "," + csv_field(panorama) + "\n";
  return write_file(file_, std::string_view(text));
}

}  // namespace loci
