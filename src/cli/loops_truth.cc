// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loops_truth.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/video/bag_poses.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <numbers>

namespace loci::cli {
namespace {

using FramePoses = std::vector<std::optional<TimedPose>>;

/// A camera that looks along a compass heading, upright: x right, y down, z ahead.
Pose level_camera(double east_m, double north_m, double heading_deg) {
  const double half = -heading_deg * std::numbers::pi / 360, s = std::sqrt(0.5);
  // Turned about up after a turn of -90 degrees about east.
  return {east_m,
          north_m,
          0,
          -s * std::cos(half),
          -s * std::sin(half),
          s * std::sin(half),
          s * std::cos(half)};
}

/// Rows of a table by path.
Result<std::map<std::string, TimedPose>> read_table(const std::string& path) {
  LOCI_TRY(text, read_text_file(path));
  const auto rows = parse_csv(text);
  const auto column = [&](const std::string& name) {
    return static_cast<size_t>(std::ranges::find(rows.front(), name) - rows.front().begin());
  };
  const size_t file = column("path"), east = column("east_m"), north = column("north_m"),
               heading = column("heading_deg");
  std::map<std::string, TimedPose> out;
  for (size_t r = 1; r < rows.size(); ++r) {
    const auto number = [&](size_t at) -> std::optional<double> {
      return at < rows[r].size() ? parse_double(rows[r][at]) : std::nullopt;
    };
    const auto x = number(east), y = number(north);
    if (file >= rows[r].size() || !x || !y) {
      return corrupt(
          format("%s: line %zu: no path, east_m and north_m", printable(path).c_str(), r + 1));
    }
    TimedPose pose;
    const auto turn = number(heading);
    pose.turned = turn.has_value();
    pose.pose = level_camera(*x, *y, turn.value_or(0));
    out[rows[r][file]] = pose;
  }
  return out;
}

bool is_table(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text.ok()) return false;
  const std::string first = text->substr(0, text->find('\n'));
  return first.find("path") != std::string::npos && first.find("east_m") != std::string::npos &&
         first.find("north_m") != std::string::npos;
}

/// The row whose path is the longest end of the frame's.
std::optional<TimedPose> find_row(const std::map<std::string, TimedPose>& table,
                                  const std::string& name) {
  std::string end = std::filesystem::path(name).lexically_normal().generic_string();
  while (true) {
    if (const auto found = table.find(end); found != table.end()) return found->second;
    const size_t slash = end.find('/');
    if (slash == std::string::npos) return std::nullopt;
    end = end.substr(slash + 1);
  }
}

/// The last number in a file's name: 7 of "000007.png" and of "frame_7.jpg".
std::optional<int64_t> number_in(const std::string& name) {
  const std::string stem = std::filesystem::path(name).stem().string();
  size_t end = stem.size();
  while (end > 0 && !std::isdigit(static_cast<unsigned char>(stem[end - 1]))) --end;
  size_t begin = end;
  while (begin > 0 && std::isdigit(static_cast<unsigned char>(stem[begin - 1]))) --begin;
  return parse_int(std::string_view(stem).substr(begin, end - begin));
}

/// Rows of a file without times: the i-th for the i-th frame where there are as many, else by the number in the name.
FramePoses by_row(const std::vector<TimedPose>& rows, const std::vector<SeenFrame>& frames) {
  FramePoses out(frames.size());
  for (size_t i = 0; i < frames.size(); ++i) {
    const auto row = rows.size() == frames.size() ? std::optional(static_cast<int64_t>(i))
                                                  : number_in(frames[i].name);
    if (!row || *row < 0 || *row >= std::ssize(rows)) continue;
    TimedPose pose = rows[static_cast<size_t>(*row)];
    if (!std::isfinite(pose.pose.x)) continue;
    pose.stamp_s = frames[i].stamp_s;
    out[i] = pose;
  }
  return out;
}

}  // namespace

Result<PoseFile> PoseFile::read(const std::string& path, const std::string& topic) {
  PoseFile file;
  file.path_ = path;
  if (is_bag_file(path)) {
    LOCI_TRY(bag, read_bag_poses(path, topic));
    file.trajectory_.poses = std::move(bag.poses);
  } else if (is_table(path)) {
    LOCI_TRY(table, read_table(path));
    file.table_ = std::move(table);
  } else {
    LOCI_TRY(trajectory, read_trajectory(path));
    file.trajectory_ = std::move(trajectory);
  }
  return file;
}

void PoseFile::seen_from(const Pose& camera) {
  for (TimedPose& each : trajectory_.poses) {
    if (each.turned) each.pose = compose(each.pose, camera);
  }
}

std::string PoseFile::note() const {
  if (trajectory_.skipped == 0) return "";
  return format("%s: %lld rows hold no pose and were left out; the first is %s",
                printable(path_).c_str(),
                static_cast<long long>(trajectory_.skipped),
                trajectory_.first_skipped.c_str());
}

Result<FramePoses> PoseFile::of(const std::vector<SeenFrame>& frames, double max_gap_s) const {
  FramePoses out(frames.size());
  if (table_) {
    for (size_t i = 0; i < frames.size(); ++i) out[i] = find_row(*table_, frames[i].name);
  } else if (trajectory_.by_row) {
    out = by_row(trajectory_.poses, frames);
  } else {
    for (size_t i = 0; i < frames.size(); ++i) {
      out[i] = pose_at(trajectory_.poses, frames[i].stamp_s, max_gap_s);
    }
  }
  if (std::ranges::none_of(out, [](const auto& pose) { return pose.has_value(); })) {
    return invalid_argument(printable(path_) +
                            ": has a pose for none of the frames; expected their times (seconds), "
                            "a row for each of them or, in a "
                            "table with columns path, east_m and north_m, their paths");
  }
  return out;
}

}  // namespace loci::cli
