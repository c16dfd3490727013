// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "drive_layout.h"

#include "drive_kinds.h"

#include "loci/base/text.h"

#include <algorithm>

namespace loci::cli {
namespace {

namespace fs = std::filesystem;

/// Whether `inner` is `outer` or lies in it.
bool within(const fs::path& inner, const fs::path& outer) {
  const fs::path relative = inner.lexically_relative(outer);
  return !relative.empty() && *relative.begin() != "..";
}

std::vector<fs::path> folders_in(const fs::path& root) {
  std::vector<fs::path> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root, error)) {
    const std::string name = entry.path().filename().string();
    // macOS packs copies of the attributes into zip files.
    if (name.starts_with(".") || name == "__MACOSX") continue;
    if (entry.is_directory(error)) out.push_back(entry.path());
  }
  std::ranges::sort(
      out, [](const auto& a, const auto& b) { return natural_less(a.string(), b.string()); });
  return out;
}

/// The camera that the folder names, where one above it is a drive.
std::optional<DriveLayout> of_a_camera(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  fs::path root = whole;
  for (int up = 0; up < 3 && root.has_parent_path(); ++up) {
    root = root.parent_path();
    for (DriveLayout& camera : cameras_of(root)) {
      const fs::path frames = fs::path(camera.frames).lexically_normal();
      if (within(frames, whole)) return std::move(camera);
    }
  }
  return std::nullopt;
}

/// Below a folder of drives: KITTI's dataset/sequences/00, a date of KITTI's raw data, an unpacked archive.
std::vector<DriveLayout> below(const fs::path& folder, int levels) {
  std::vector<DriveLayout> out;
  for (const fs::path& each : folders_in(folder)) {
    if (auto cameras = cameras_of(each); !cameras.empty()) {
      out.push_back(std::move(cameras.front()));
    } else if (levels > 1) {
      std::ranges::move(below(each, levels - 1), std::back_inserter(out));
    }
    if (out.size() > 100) break;
  }
  return out;
}

}  // namespace

Result<std::optional<DriveLayout>> recognise_drive(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return std::optional<DriveLayout>();
  // Without the slash at the end, which would be a level of its own.
  fs::path root = fs::path(folder).lexically_normal();
  if (!root.has_filename() && root.has_parent_path()) root = root.parent_path();
  std::vector<DriveLayout> found = cameras_of(root);
  if (found.empty()) {
    if (auto camera = of_a_camera(root)) found.push_back(std::move(*camera));
  }
  if (found.empty()) {
    found = below(root, 2);
    if (found.size() > 1) {
      std::string names;
      for (size_t i = 0; i < std::min<size_t>(found.size(), 3); ++i)
        names += (i == 0 ? "" : ", ") + printable(found[i].frames);
      return invalid_argument(format("%s: holds %zu drives of %s (%s%s); name those that are meant",
                                     printable(folder).c_str(),
                                     found.size(),
                                     found.front().kind.c_str(),
                                     names.c_str(),
                                     found.size() > 3 ? ", ..." : ""));
    }
  }
  if (found.empty()) return std::optional<DriveLayout>();
  LOCI_RETURN_IF_ERROR(fill_frames(&found.front()));
  if (found.front().files.empty()) return std::optional<DriveLayout>();
  return std::optional<DriveLayout>(std::move(found.front()));
}

std::string describe_layout(const DriveLayout& layout) {
  std::string text = format("recognised %s: %zu frames of %s",
                            layout.kind.c_str(),
                            layout.files.size(),
                            printable(layout.frames).c_str());
  if (layout.absent > 0)
    text += format(" (%lld more are listed and not there)", static_cast<long long>(layout.absent));
  text += !layout.timed          ? ", without times"
          : layout.times.empty() ? ", times of their names"
                                 : ", times of " + printable(layout.times);
  text +=
      layout.poses.empty() ? ", without true poses" : ", true poses of " + printable(layout.poses);
  return text;
}

}  // namespace loci::cli
