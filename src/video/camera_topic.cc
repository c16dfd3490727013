// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "camera_topic.h"

#include "messages.h"

#include <cmath>

namespace loci::internal {
namespace {

constexpr double kFilmDiagonal_mm = 43.2666;

std::string folder_of(const std::string& topic) {
  const size_t slash = topic.rfind('/');
  return slash == std::string::npos ? "" : topic.substr(0, slash);
}

const BagTopic* camera_of(const std::vector<BagTopic>& topics, const std::string& images) {
  const BagTopic* only = nullptr;
  int count = 0;
  for (const BagTopic& topic : topics) {
    if (topic.type != "sensor_msgs/CameraInfo" || topic.count == 0) continue;
    const std::string camera = folder_of(topic.name);
    // The image's own folder, or the one above it where its last part names a transport.
    if (camera == folder_of(images) || camera == folder_of(folder_of(images))) return &topic;
    only = &topic;
    ++count;
  }
  return count == 1 ? only : nullptr;
}

}  // namespace

std::optional<double> focal_of_camera(Bag& bag, const BagTopic& images) {
  const BagTopic* camera = camera_of(bag.topics(), images.name);
  if (camera == nullptr) return std::nullopt;
  const auto places = bag.places(*camera);
  if (!places.ok() || places->empty()) return std::nullopt;
  const auto bytes = bag.message(places->front());
  const auto info = bytes.ok() ? parse_camera_info(*bytes, camera->wire) : std::nullopt;
  if (!info || info->width == 0 || info->height == 0) return std::nullopt;
  const double focal = info->focal_px * kFilmDiagonal_mm / std::hypot(info->width, info->height);
  if (!std::isfinite(focal) || focal <= 0) return std::nullopt;  // not calibrated: zeros
  return focal;
}

}  // namespace loci::internal
