// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photos.h"

#include "loci/base/file.h"
#include "loci/data/dataset.h"
#include "loci/image/decode.h"
#include "loci/image/exif.h"

namespace loci::cli {

Result<std::vector<std::string>> find_photos(const std::vector<std::string>& arguments, std::vector<std::string>* problems) {
  std::vector<std::string> photos;
  for (const std::string& argument : arguments) {
    LOCI_TRY(info, file_info(argument));
    if (!info.is_directory) {
      photos.push_back(argument);
      continue;
    }
    LOCI_TRY(names, list_files(argument, image_extensions(), problems));
    const std::string folder = argument.ends_with('/') ? argument : argument + "/";
    for (const std::string& name : names) photos.push_back(folder + name);
  }
  return photos;
}

std::optional<LatLon> stated_position(const std::string& path) {
  std::optional<LatLon> position;
  if (const auto bytes = read_file(path); bytes.ok()) position = read_photo_info(*bytes).position;
  if (!position) {
    if (const auto named = parse_at_name(path)) position = named->position;
  }
  if (position && !valid(*position)) position.reset();
  return position;
}

}  // namespace loci::cli
