// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "transform_chain.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {
namespace {

constexpr double kHolds_s = 1;

using Link = Transforms::const_iterator;

std::string parent_of(const std::string& name) { return name.substr(0, name.find('>')); }
std::string child_of(const std::string& name) { return name.substr(name.find('>') + 1); }

/// The transforms above a frame, from the nearest on, up to the frame `top` or as far as they go.
std::vector<Link> links_above(const Transforms& transforms,
                              std::string frame,
                              const std::string& top) {
  std::vector<Link> out;
  while (frame != top && out.size() <= transforms.size()) {  // a circle ends, too
    const auto link = std::find_if(transforms.begin(), transforms.end(), [&](const auto& each) {
      return child_of(each.first) == frame && !each.second.empty();
    });
    if (link == transforms.end()) break;
    out.push_back(link);
    frame = parent_of(link->first);
  }
  return out;
}

Pose between_poses(const Pose& a, const Pose& b, double part) {
  const double dot = a.qx * b.qx + a.qy * b.qy + a.qz * b.qz + a.qw * b.qw;
  const double to = dot < 0 ? -part : part, from = 1 - part;
  Pose out{from * a.x + part * b.x,
           from * a.y + part * b.y,
           from * a.z + part * b.z,
           from * a.qx + to * b.qx,
           from * a.qy + to * b.qy,
           from * a.qz + to * b.qz,
           from * a.qw + to * b.qw};
  const double norm = std::hypot(std::hypot(out.qx, out.qy, out.qz), out.qw);
  if (norm < 1e-9) return a;  // opposite ones: nobody knows which way round
  for (double* q : {&out.qx, &out.qy, &out.qz, &out.qw}) *q /= norm;
  return out;
}

std::optional<Pose> at(const std::vector<TimedPose>& poses, double stamp_s) {
  if (!moves(poses)) return poses.front().pose;
  const auto after = std::ranges::lower_bound(poses, stamp_s, {}, &TimedPose::stamp_s);
  if (after == poses.end()) {
    if (stamp_s - poses.back().stamp_s > kHolds_s) return std::nullopt;
    return poses.back().pose;
  }
  if (after->stamp_s == stamp_s) return after->pose;
  if (after == poses.begin()) {
    if (after->stamp_s - stamp_s > kHolds_s) return std::nullopt;
    return after->pose;
  }
  const TimedPose& before = *std::prev(after);
  return between_poses(
      before.pose, after->pose, (stamp_s - before.stamp_s) / (after->stamp_s - before.stamp_s));
}

}  // namespace

bool moves(const std::vector<TimedPose>& poses) {
  return std::ranges::any_of(
      poses, [&](const TimedPose& p) { return distance_m(p.pose, poses.front().pose) > 1e-3; });
}

std::optional<std::vector<TimedPose>> chained(const Transforms& transforms,
                                              const std::string& name) {
  const std::string top = parent_of(name);
  const std::vector<Link> links = links_above(transforms, child_of(name), top);
  if (links.empty() || parent_of(links.back()->first) != top) return std::nullopt;
  const auto rank = [](Link link) { return std::pair(moves(link->second), link->second.size()); };
  const Link clock = *std::ranges::max_element(links, {}, rank);
  std::vector<TimedPose> out;
  for (const TimedPose& tick : clock->second) {
    TimedPose whole{.stamp_s = tick.stamp_s};
    bool known = true;
    for (const Link link : links) {
      const auto pose = at(link->second, tick.stamp_s);
      known = known && pose.has_value();
      if (pose) whole.pose = compose(*pose, whole.pose);
    }
    if (known) out.push_back(whole);
  }
  return out;
}

std::optional<std::string> moving_chain(const Transforms& transforms) {
  size_t moving = 0;
  for (const auto& [name, poses] : transforms) moving += moves(poses) ? 1 : 0;
  if (moving == 0) return std::nullopt;
  for (const auto& [name, poses] : transforms) {
    if (!moves(poses)) continue;
    // Above the deepest one are all the others.
    const std::vector<Link> links = links_above(transforms, child_of(name), "");
    size_t met = 0;
    std::string top;
    for (const Link link : links) {
      if (!moves(link->second)) continue;
      ++met;
      top = parent_of(link->first);
    }
    if (met == moving) return top + ">" + child_of(name);
  }
  return std::nullopt;
}

}  // namespace loci::internal
