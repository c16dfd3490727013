// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/trajectory.h"

#include "loci/base/check.h"
#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>

namespace loci {
namespace {

Result<TimedPose> parse_line(std::string_view line, const std::string& where) {
  std::array<double, 8> numbers{};
  size_t count = 0;
  std::string words(line);
  std::ranges::replace(words, '\t', ' ');
  std::ranges::replace(words, ',', ' ');
  for (const std::string& word : split(words, ' ')) {
    const std::string_view content = trim(word);
    if (content.empty()) continue;
    const auto value = parse_double(content);
    if (!value || !std::isfinite(*value)) {
      return corrupt(where + ": '" + printable(std::string(content)) + "' is no number");
    }
    if (count < numbers.size()) numbers[count] = *value;
    ++count;
  }
  if (count != numbers.size()) {
    return corrupt(where + format(": %zu numbers; expected time x y z qx qy qz qw", count));
  }
  const double norm = std::hypot(std::hypot(numbers[4], numbers[5], numbers[6]), numbers[7]);
  if (!(norm > 0.5 && norm < 2)) {
    return corrupt(where + format(": a quaternion of length %g; expected 1", norm));
  }
  return TimedPose{numbers[0],
                   {numbers[1],
                    numbers[2],
                    numbers[3],
                    numbers[4] / norm,
                    numbers[5] / norm,
                    numbers[6] / norm,
                    numbers[7] / norm}};
}

std::string edge(int64_t from, int64_t to, const Pose& d, double sigma_m, double sigma_deg) {
  std::string line = format("EDGE_SE3:QUAT %lld %lld %.9g %.9g %.9g %.9g %.9g %.9g %.9g",
                            static_cast<long long>(from),
                            static_cast<long long>(to),
                            d.x,
                            d.y,
                            d.z,
                            d.qx,
                            d.qy,
                            d.qz,
                            d.qw);
  const double metres = 1 / (sigma_m * sigma_m);
  // g2o's rotation error is the vector part of the quaternion: half the angle.
  const double half = sigma_deg * std::numbers::pi / 360;
  for (int row = 0; row < 6; ++row) {
    for (int col = row; col < 6; ++col) {
      line += col != row ? " 0" : format(" %.9g", row < 3 ? metres : 1 / (half * half));
    }
  }
  return line + "\n";
}

}  // namespace

Result<std::vector<TimedPose>> read_tum_trajectory(const std::string& path) {
  LOCI_TRY(text, read_text_file(path));
  std::vector<TimedPose> poses;
  size_t number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    const std::string_view content = trim(line);
    if (content.empty() || content.starts_with('#')) continue;
    LOCI_TRY(pose, parse_line(content, format("%s: line %zu", printable(path).c_str(), number)));
    poses.push_back(pose);
  }
  if (poses.empty()) {
    return corrupt(printable(path) + ": no pose; expected lines of time x y z qx qy qz qw");
  }
  std::ranges::stable_sort(poses, {}, &TimedPose::stamp_s);
  return poses;
}

std::optional<TimedPose> pose_at(std::span<const TimedPose> trajectory,
                                 double stamp_s,
                                 double max_gap_s) {
  const auto next = std::ranges::lower_bound(trajectory, stamp_s, {}, &TimedPose::stamp_s);
  std::optional<TimedPose> best;
  const auto consider = [&](const TimedPose& pose) {
    const double gap = std::abs(pose.stamp_s - stamp_s);
    if (gap <= max_gap_s && (!best || gap < std::abs(best->stamp_s - stamp_s))) best = pose;
  };
  if (next != trajectory.begin()) consider(*(next - 1));
  if (next != trajectory.end()) consider(*next);
  return best;
}

Status write_g2o(const std::string& path,
                 std::span<const int64_t> vertices,
                 std::span<const Pose> poses,
                 std::span<const GraphLoop> loops,
                 const PoseGraphOptions& options) {
  LOCI_REQUIRE(vertices.size() == poses.size(), "a number for each pose");
  for (const double sigma : {options.loop_sigma_m,
                             options.loop_sigma_deg,
                             options.odometry_sigma_m,
                             options.odometry_sigma_deg}) {
    if (!(sigma > 0) || !std::isfinite(sigma)) {
      return invalid_argument(
          format("a sigma of %g in the pose graph; expected more than 0", sigma));
    }
  }
  std::string text;
  for (size_t i = 0; i < poses.size(); ++i) {
    const Pose& p = poses[i];
    text += format("VERTEX_SE3:QUAT %lld %.9g %.9g %.9g %.9g %.9g %.9g %.9g\n",
                   static_cast<long long>(vertices[i]),
                   p.x,
                   p.y,
                   p.z,
                   p.qx,
                   p.qy,
                   p.qz,
                   p.qw);
  }
  for (size_t i = 1; i < poses.size(); ++i) {
    text += edge(vertices[i - 1],
                 vertices[i],
                 between(poses[i - 1], poses[i]),
                 options.odometry_sigma_m,
                 options.odometry_sigma_deg);
  }
  const std::set<int64_t> known(vertices.begin(), vertices.end());
  for (const GraphLoop& loop : loops) {
    if (!known.empty() && (!known.contains(loop.from) || !known.contains(loop.to))) continue;
    text += edge(loop.from, loop.to, {}, options.loop_sigma_m, options.loop_sigma_deg);
  }
  return write_file(path, std::string_view(text));
}

}  // namespace loci
