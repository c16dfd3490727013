// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loops_truth.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/exchange/trajectory.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
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

}  // namespace

Result<FramePoses> read_frame_poses(const std::string& path,
                                    const std::vector<SeenFrame>& frames,
                                    double max_gap_s) {
  FramePoses out(frames.size());
  if (is_table(path)) {
    LOCI_TRY(table, read_table(path));
    for (size_t i = 0; i < frames.size(); ++i) out[i] = find_row(table, frames[i].name);
  } else {
    LOCI_TRY(trajectory, read_tum_trajectory(path));
    for (size_t i = 0; i < frames.size(); ++i) {
      out[i] = pose_at(trajectory, frames[i].stamp_s, max_gap_s);
    }
  }
  if (std::ranges::none_of(out, [](const auto& pose) { return pose.has_value(); })) {
    return invalid_argument(
        printable(path) +
        ": has a pose for none of the frames; expected their times (seconds) or, in a "
        "table with columns path, east_m and north_m, their paths");
  }
  return out;
}

}  // namespace loci::cli
