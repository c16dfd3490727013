// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/video/bag_poses.h"

#include "bag.h"
#include "bag_head.h"
#include "messages.h"
#include "transform_chain.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace loci {
namespace {

using namespace internal;

/// Trajectories by the name that chooses them.
using Found = Transforms;

bool is_finite(const Pose& pose) {
  const double values[] = {pose.x, pose.y, pose.z, pose.qx, pose.qy, pose.qz, pose.qw};
  return std::ranges::all_of(values, [](double v) { return std::isfinite(v); });
}

TimedPose timed(const PoseMessage& message, int64_t recorded_ns) {
  const int64_t ns = message.stamp_ns != 0 ? message.stamp_ns : recorded_ns;
  TimedPose out{.stamp_s = 1e-9 * static_cast<double>(ns), .pose = message.pose};
  Pose& p = out.pose;
  const double size = std::sqrt(p.qx * p.qx + p.qy * p.qy + p.qz * p.qz + p.qw * p.qw);
  out.turned = size > 0.5;
  if (out.turned) {
    for (double* q : {&p.qx, &p.qy, &p.qz, &p.qw}) *q /= size;
  } else {
    p.qx = p.qy = p.qz = 0;
    p.qw = 1;
  }
  return out;
}

Status add_topic(Bag& bag, const BagTopic& topic, Found* found) {
  LOCI_TRY(places, bag.places(topic));
  const bool transforms = is_transform_type(topic.type);
  for (const MessagePlace& place : places) {
    const auto bytes = bag.message(place);
    if (!bytes.ok()) continue;  // those that can be read still make a trajectory
    for (const PoseMessage& each : parse_poses(topic.type, *bytes, topic.wire)) {
      if (!is_finite(each.pose)) continue;
      const std::string name =
          transforms ? std::string(each.parent) + ">" + std::string(each.child) : topic.name;
      (*found)[name].push_back(timed(each, place.recorded_ns));
    }
  }
  return bag.intact();
}

std::string list(const Found& found) {
  std::string out;
  for (const auto& [name, poses] : found)
    out +=
        (out.empty() ? "" : ", ") + format("%s (%zu poses)", printable(name).c_str(), poses.size());
  return out;
}

BagPoses sorted(const std::string& name, std::vector<TimedPose> poses) {
  std::ranges::stable_sort(poses, {}, &TimedPose::stamp_s);
  return {name, std::move(poses)};
}

}  // namespace

bool is_bag_file(const std::string& path) { return is_bag(path); }

Result<BagPoses> read_bag_poses(const std::string& path, const std::string& name) {
  if (const auto info = file_info(path); !info.ok()) return info.status();
  LOCI_TRY(bag, open_any_bag(path));
  Found poses, transforms;
  for (const BagTopic& topic : bag->topics()) {
    if (topic.count == 0 || topic.wire == Wire::kOther) continue;
    if (is_pose_type(topic.type)) LOCI_RETURN_IF_ERROR(add_topic(*bag, topic, &poses));
    if (is_transform_type(topic.type)) LOCI_RETURN_IF_ERROR(add_topic(*bag, topic, &transforms));
  }
  Found all = poses;
  all.insert(transforms.begin(), transforms.end());
  if (all.empty()) {
    return corrupt(printable(path) +
                   ": a bag without poses (nav_msgs/Odometry, geometry_msgs/PoseStamped or "
                   "transforms)");
  }
  for (auto& [each, of_frames] : transforms)
    std::ranges::stable_sort(of_frames, {}, &TimedPose::stamp_s);
  if (!name.empty()) {
    const auto chosen = all.contains(name) ? all.find(name) : all.find("/" + name);
    if (chosen != all.end()) return sorted(chosen->first, chosen->second);
    if (auto composed = chained(transforms, name); composed && !composed->empty())
      return BagPoses{name, std::move(*composed)};
    return invalid_argument(printable(path) + ": no poses of '" + printable(name) +
                            "', nor transforms that lead there; there are: " + list(all));
  }
  if (poses.empty()) {
    if (const auto whole = moving_chain(transforms)) {
      if (auto composed = chained(transforms, *whole); composed && !composed->empty())
        return BagPoses{*whole, std::move(*composed)};
    }
    std::erase_if(transforms, [](const auto& pair) { return !moves(pair.second); });
    if (transforms.empty()) return corrupt(printable(path) + ": no transform in it ever changes");
  }
  Found& left = poses.empty() ? transforms : poses;
  if (left.size() > 1) {
    return invalid_argument(printable(path) +
                            ": several trajectories; pass --pose-topic with one of: " + list(all) +
                            (transforms.empty() ? "" : ", or two frames further apart"));
  }
  return sorted(left.begin()->first, std::move(left.begin()->second));
}

}  // namespace loci
