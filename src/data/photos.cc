// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/data/photos.h"

#include "loci/base/file.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/data/dataset.h"
#include "loci/image/decode.h"
#include "loci/image/exif.h"

#include <filesystem>

namespace loci {

Result<std::vector<std::string>> find_photos(const std::vector<std::string>& arguments,
                                             std::vector<std::string>* problems) {
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

Status keep_shard(const std::string& shard, std::vector<std::string>* photos) {
  const std::vector<std::string> parts = split(shard, '/');
  const auto number = [&](size_t i) {
    return i < parts.size() ? parse_int(parts[i]).value_or(-1) : int64_t{-1};
  };
  const int64_t part = number(0), count = number(1);
  if (parts.size() != 2 || part < 0 || part >= count) {
    return invalid_argument(
        "shard '" + printable(shard) +
        "': expected I/N with 0 <= I < N, such as 0/16 for the first of sixteen");
  }
  std::erase_if(*photos, [&](const std::string& photo) {
    const std::string path = std::filesystem::absolute(photo).lexically_normal().string();
    return hash_text(path) % static_cast<uint64_t>(count) != static_cast<uint64_t>(part);
  });
  return {};
}

}  // namespace loci
