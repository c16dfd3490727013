// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/trajectory.h"

#include "loci/base/check.h"
#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

namespace loci {
namespace {

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
