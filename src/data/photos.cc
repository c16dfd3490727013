// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/data/photos.h"

#include "reader.h"
#include "side_files.h"

#include "loci/base/file.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/data/dataset.h"
#include "loci/image/decode.h"
#include "loci/image/exif.h"

#include <filesystem>

namespace loci {
namespace {

constexpr uint64_t kMaxSideFile = uint64_t{1} << 22;

}  // namespace

PhotoInfo complete_info(const std::string& path, const PhotoInfo& in_file) {
  PhotoInfo info;
  for (const std::string& name : xmp_names(path)) {
    if (const auto xml = read_file(name, kMaxSideFile); xml.ok()) read_xmp(*xml, &info);
  }
  // A position that somebody gave it afterwards comes before the camera's; dates and headings of side files do not.
  PhotoInfo out = in_file;
  if (info.position) out.position = info.position;
  if (!out.taken) {
    out.taken = info.taken;
    out.utc_offset_s = info.utc_offset_s;
  }
  if (!out.heading_deg) out.heading_deg = info.heading_deg;
  for (const std::string& name : takeout_names(path)) {
    if (out.position && out.taken) break;
    if (const auto json = read_text_file(name, kMaxSideFile); json.ok()) read_takeout(*json, &out);
  }
  if (!out.position || !out.taken || !out.heading_deg) {
    if (const auto named = parse_at_name(path)) {
      if (!out.position) out.position = named->position;
      if (!out.taken) out.taken = named->time;
      if (!out.heading_deg) out.heading_deg = named->heading_deg;
    }
  }
  if (!out.taken) out.taken = time_in_name(path);
  if (out.position && !valid(*out.position)) out.position.reset();
  return out;
}

std::vector<std::string> side_files_of(const std::string& path) {
  std::vector<std::string> names = xmp_names(path);
  for (std::string& name : takeout_names(path)) names.push_back(std::move(name));
  return names;
}

PhotoInfo photo_info(const std::string& path) { return complete_info(path, read_photo_info(path)); }

std::optional<LatLon> stated_position(const std::string& path) { return photo_info(path).position; }

namespace {

struct Shard {
  int64_t part = 0, count = 1;
};

Result<Shard> parse_shard(const std::string& shard) {
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
  return Shard{part, count};
}

}  // namespace

Status check_shard(const std::string& shard) { return parse_shard(shard).status(); }

Status keep_shard(const std::string& shard, std::vector<std::string>* photos) {
  LOCI_TRY(chosen, parse_shard(shard));
  const auto [part, count] = chosen;
  std::erase_if(*photos, [part = part, count = count](const std::string& photo) {
    const std::string path = std::filesystem::absolute(photo).lexically_normal().string();
    return hash_text(path) % static_cast<uint64_t>(count) != static_cast<uint64_t>(part);
  });
  return {};
}

}  // namespace loci
