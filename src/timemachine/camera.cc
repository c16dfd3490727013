// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/timemachine/camera.h"

#include "camera_frame.h"

#include <cmath>

namespace loci {

namespace town {

CameraFrame frame_of(const CameraPose& c) {
  constexpr double kDegree = 3.14159265358979323846 / 180;
  const double h = c.heading_deg * kDegree, p = c.pitch_deg * kDegree, r = c.roll_deg * kDegree;
  CameraFrame f;
  f.forward = {std::sin(h) * std::cos(p), std::cos(h) * std::cos(p), std::sin(p)};
  const std::array<double, 3> right{std::cos(h), -std::sin(h), 0};
  const std::array<double, 3> up{
      -std::sin(h) * std::sin(p), -std::cos(h) * std::sin(p), std::cos(p)};
  for (int i = 0; i < 3; ++i) {
    f.right[i] = right[i] * std::cos(r) - up[i] * std::sin(r);
    f.up[i] = up[i] * std::cos(r) + right[i] * std::sin(r);
  }
  return f;
}

}  // namespace town

namespace {

double dot(const std::array<double, 3>& a, const std::array<double, 3>& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

}  // namespace

std::optional<Projection> project(const CameraPose& c, const std::array<double, 3>& point_m) {
  const town::CameraFrame f = town::frame_of(c);
  const std::array<double, 3> d{
      point_m[0] - c.east_m, point_m[1] - c.north_m, point_m[2] - c.height_m};
  const double depth = dot(d, f.forward);
  if (depth <= 1e-6) return std::nullopt;
  return Projection{c.width * 0.5 + c.focal_px * dot(d, f.right) / depth,
                    c.height * 0.5 - c.focal_px * dot(d, f.up) / depth,
                    depth};
}

std::array<double, 3> unproject(const CameraPose& c, double x_px, double y_px, double depth_m) {
  const town::CameraFrame f = town::frame_of(c);
  const double x = (x_px - c.width * 0.5) / c.focal_px, y = (c.height * 0.5 - y_px) / c.focal_px;
  std::array<double, 3> p{c.east_m, c.north_m, c.height_m};
  for (int i = 0; i < 3; ++i) p[i] += depth_m * (f.forward[i] + x * f.right[i] + y * f.up[i]);
  return p;
}

std::vector<Correspondence> correspondences(const CameraPose& first,
                                            const std::vector<float>& first_depth,
                                            const CameraPose& second,
                                            const std::vector<float>& second_depth,
                                            int step,
                                            double tolerance) {
  LOCI_REQUIRE(step >= 1, "a step of at least one pixel");
  LOCI_REQUIRE(first_depth.size() == static_cast<size_t>(first.width) * first.height,
               "a depth for every pixel");
  LOCI_REQUIRE(second_depth.size() == static_cast<size_t>(second.width) * second.height,
               "a depth for every pixel");
  std::vector<Correspondence> found;
  for (int y = step / 2; y < first.height; y += step) {
    for (int x = step / 2; x < first.width; x += step) {
      const float depth = first_depth[static_cast<size_t>(y) * first.width + x];
      if (depth <= 0) continue;
      const auto seen = project(second, unproject(first, x + 0.5, y + 0.5, depth));
      if (!seen || seen->x_px < 0 || seen->y_px < 0 || seen->x_px >= second.width ||
          seen->y_px >= second.height)
        continue;
      const auto at =
          static_cast<size_t>(seen->y_px) * second.width + static_cast<size_t>(seen->x_px);
      if (std::fabs(second_depth[at] - seen->depth_m) > tolerance * seen->depth_m) continue;
      found.push_back(
          {x + 0.5f, y + 0.5f, static_cast<float>(seen->x_px), static_cast<float>(seen->y_px)});
    }
  }
  return found;
}

}  // namespace loci
