// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "messages.h"

#include "message_reader.h"

namespace loci::internal {
namespace {

struct Header {
  int64_t stamp_ns = 0;
  std::string_view frame;
};

/// std_msgs/Header
Header read_header(MessageReader& in) {
  in.structure();
  if (in.wire() == Wire::kRos1) in.number<uint32_t>();  // seq
  Header out;
  out.stamp_ns = in.time_ns();
  out.frame = in.text();
  return out;
}

template <class T>
std::optional<T> if_whole(const MessageReader& in, const T& message) {
  return in.ok() ? std::optional(message) : std::nullopt;
}

/// geometry_msgs/Pose and Transform
Pose read_pose(MessageReader& in) {
  Pose pose;
  in.structure();
  in.structure();
  for (double* value : {&pose.x, &pose.y, &pose.z}) *value = in.number<double>();
  in.structure();
  for (double* value : {&pose.qx, &pose.qy, &pose.qz, &pose.qw}) *value = in.number<double>();
  return pose;
}

PoseMessage read_transform(MessageReader& in) {
  in.structure();
  const Header header = read_header(in);
  PoseMessage out{.stamp_ns = header.stamp_ns, .parent = header.frame, .child = in.text()};
  out.pose = read_pose(in);
  return out;
}

}  // namespace

std::optional<RawImage> parse_raw_image(Bytes message, Wire wire) {
  MessageReader in(message, wire);
  in.structure();
  RawImage out;
  out.stamp_ns = read_header(in).stamp_ns;
  out.height = in.number<uint32_t>();
  out.width = in.number<uint32_t>();
  out.encoding = in.text();
  out.big_endian = in.number<uint8_t>() != 0;
  out.step = in.number<uint32_t>();
  out.data = in.array();
  return if_whole(in, out);
}

std::optional<CompressedImage> parse_compressed_image(Bytes message, Wire wire) {
  MessageReader in(message, wire);
  in.structure();
  CompressedImage out;
  out.stamp_ns = read_header(in).stamp_ns;
  out.format = in.text();
  out.data = in.array();
  return if_whole(in, out);
}

std::optional<NavSatFix> parse_nav_sat_fix(Bytes message, Wire wire) {
  MessageReader in(message, wire);
  in.structure();
  NavSatFix out;
  out.stamp_ns = read_header(in).stamp_ns;
  in.structure();
  out.status = in.number<int8_t>();
  in.number<uint16_t>();  // service
  out.lat = in.number<double>();
  out.lon = in.number<double>();
  out.altitude_m = in.number<double>();
  return if_whole(in, out);
}

std::optional<CameraInfo> parse_camera_info(Bytes message, Wire wire) {
  MessageReader in(message, wire);
  in.structure();
  read_header(in);
  CameraInfo out;
  out.height = in.number<uint32_t>();
  out.width = in.number<uint32_t>();
  in.text();           // distortion model
  in.skip_numbers(8);  // D
  out.focal_px = in.number<double>();
  return if_whole(in, out);
}

bool is_transform_type(std::string_view type) {
  return type == "tf2_msgs/TFMessage" || type == "tf/tfMessage" ||
         type == "geometry_msgs/TransformStamped";
}

bool is_pose_type(std::string_view type) {
  return type == "nav_msgs/Odometry" || type == "geometry_msgs/PoseStamped" ||
         type == "geometry_msgs/PoseWithCovarianceStamped";
}

std::vector<PoseMessage> parse_poses(std::string_view type, Bytes message, Wire wire) {
  MessageReader in(message, wire);
  std::vector<PoseMessage> out;
  if (type == "geometry_msgs/TransformStamped") {
    out.push_back(read_transform(in));
  } else if (is_transform_type(type)) {
    in.structure();
    const uint32_t count = in.sequence();
    for (uint32_t i = 0; i < count && in.ok(); ++i) out.push_back(read_transform(in));
  } else {
    in.structure();
    const Header header = read_header(in);
    PoseMessage pose{.stamp_ns = header.stamp_ns, .parent = header.frame};
    if (type == "nav_msgs/Odometry") pose.child = in.text();
    if (type != "geometry_msgs/PoseStamped") in.structure();  // PoseWithCovariance
    pose.pose = read_pose(in);
    out.push_back(pose);
  }
  if (!in.ok()) out.clear();
  return out;
}

}  // namespace loci::internal
