// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/panorama.h"

#include "panorama_kernels.h"

#include "loci/base/check.h"
#include "loci/base/cpu.h"
#include "loci/base/text.h"
#include "loci/image/resize.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

using internal::kRemapOne;

constexpr double kDegree = 3.14159265358979323846 / 180;
constexpr int kLargestSide = 65535;  // 1/128 pixel of it and the row number still fit 32 bits

double focal_px(const PanoramaView& view) {
  return view.width * 0.5 / std::tan(view.fov_deg * 0.5 * kDegree);
}

/// out[x] = mean of the n (odd) pixels around x, round the circle.
void average_row(const uint8_t* row, int width, int n, uint8_t* out) {
  int sum[3] = {0, 0, 0};
  const int reach = n / 2;
  const auto at = [&](int x) { return row + static_cast<size_t>((x + width) % width) * 3; };
  for (int x = -reach; x <= reach; ++x) {
    for (int c = 0; c < 3; ++c) sum[c] += at(x)[c];
  }
  for (int x = 0; x < width; ++x) {
    for (int c = 0; c < 3; ++c) {
      out[x * 3 + c] = static_cast<uint8_t>((sum[c] + n / 2) / n);
      sum[c] += at(x + reach + 1)[c] - at(x - reach)[c];
    }
  }
}

/// How many pixels of a row at this latitude make one of a view, as an odd number.
int pixels_to_average(double latitude_deg, double ratio, int width) {
  const double many = ratio / std::max(std::cos(latitude_deg * kDegree), 1e-3);
  const int largest = width % 2 == 0 ? width - 1 : width;
  return std::min(largest, std::max(1, 2 * static_cast<int>(std::floor((many - 1) / 2 + 0.5)) + 1));
}

Status check_shape(const Image& image, double vertical_deg) {
  if (!(vertical_deg >= 1 && vertical_deg <= 180)) {
    return invalid_argument(format("vertical_deg is %g; 1 to 180 are possible", vertical_deg));
  }
  if (image.empty()) return invalid_argument("a panorama without pixels");
  const double wanted = image.width * vertical_deg / 360;
  if (std::fabs(image.height - wanted) <= std::max(1.0, 0.005 * wanted)) return {};
  const double covers = 360.0 * image.height / image.width;
  const std::string remedy =
      covers <= 180 ? format(
                          "if it covers all around but less up and down, give its height as "
                          "vertical_deg (here %.1f)",
                          covers)
                    : "equirectangular panoramas are twice as wide as high";
  return invalid_argument(
      format("%d x %d pixels are no panorama of 360 x %g degrees, which is %.0f pixels high; ",
             image.width,
             image.height,
             vertical_deg,
             wanted) +
      remedy);
}

Status check_view(const PanoramaView& v) {
  if (v.width < 1 || v.height < 1 || v.width > kLargestSide || v.height > kLargestSide) {
    return invalid_argument(format(
        "views of %d x %d pixels; both sides must be 1 to %d", v.width, v.height, kLargestSide));
  }
  if (!(v.fov_deg >= 1 && v.fov_deg <= 170)) {
    return invalid_argument(
        format("a field of view of %g degrees; 1 to 170 are possible", v.fov_deg));
  }
  if (!(v.pitch_deg >= -90 && v.pitch_deg <= 90)) {
    return invalid_argument(format("a pitch of %g degrees; -90 to 90 are possible", v.pitch_deg));
  }
  return {};
}

}  // namespace

double PanoramaView::pixel_deg() const { return std::atan(1 / focal_px(*this)) / kDegree; }

Result<Panorama> Panorama::create(const Image& image, double pixel_deg, double vertical_deg) {
  LOCI_RETURN_IF_ERROR(check_shape(image, vertical_deg));
  if (image.width > kLargestSide) {
    return unsupported(
        format("a panorama %d pixels wide; at most %d are possible", image.width, kLargestSide));
  }
  const Image* source = &image;
  Image smaller;
  const double wanted_width = pixel_deg > 0 ? std::ceil(360 / pixel_deg) : image.width;
  if (wanted_width < image.width) {
    const int w = std::max(4, static_cast<int>(wanted_width));
    const int h =
        std::max(1, static_cast<int>(std::lround(image.height * wanted_width / image.width)));
    smaller = resize(image, w, h, Resampling::kArea);
    source = &smaller;
  }
  Panorama p;
  p.width = source->width;
  p.height = source->height;
  p.vertical_deg = vertical_deg;
  const auto stride = static_cast<size_t>(p.width) + 1;
  p.pixels.resize(stride * (static_cast<size_t>(p.height) + 1) * 4);
  std::vector<uint8_t> averaged(static_cast<size_t>(p.width) * 3);
  const double ratio = pixel_deg > 0 ? pixel_deg * p.width / 360 : 1;
  for (int y = 0; y <= p.height; ++y) {
    const int row = std::min(y, p.height - 1);
    const uint8_t* from = source->at(0, row);
    const double latitude = (0.5 - (row + 0.5) / p.height) * vertical_deg;
    if (const int n = pixels_to_average(latitude, ratio, p.width); n > 1) {
      average_row(from, p.width, n, averaged.data());
      from = averaged.data();
    }
    uint8_t* to = p.pixels.data() + static_cast<size_t>(y) * stride * 4;
    for (int x = 0; x < p.width; ++x) std::copy_n(from + x * 3, 3, to + x * 4);
    std::copy_n(to, 4, to + static_cast<size_t>(p.width) * 4);
  }
  return p;
}

Result<ViewMap> make_view_map(const Panorama& panorama, const PanoramaView& view) {
  LOCI_RETURN_IF_ERROR(check_view(view));
  const auto pixels = static_cast<size_t>(view.width) * static_cast<size_t>(view.height);
  ViewMap map{view.width, view.height, panorama.width, panorama.height, {}, {}};
  map.x.reserve(pixels);
  map.y.reserve(pixels);
  const double f = focal_px(view), p = view.pitch_deg * kDegree;
  const int period = panorama.width * kRemapOne, lowest = (panorama.height - 1) * kRemapOne;
  double reach = 0;
  for (int j = 0; j < view.height; ++j) {
    const double v = (view.height * 0.5 - j - 0.5) / f;
    const double up = v * std::cos(p) + std::sin(p), ahead = std::cos(p) - v * std::sin(p);
    for (int i = 0; i < view.width; ++i) {
      const double right = (i + 0.5 - view.width * 0.5) / f;
      const double longitude = std::atan2(right, ahead) / kDegree;
      const double latitude = std::atan2(up, std::hypot(right, ahead)) / kDegree;
      reach = std::max(reach, std::fabs(latitude));
      const double x = (longitude / 360 + 0.5) * panorama.width - 0.5;
      const double y = (0.5 - latitude / panorama.vertical_deg) * panorama.height - 0.5;
      auto column = static_cast<int32_t>(std::lround(x * kRemapOne)) % period;
      if (column < 0) column += period;
      map.x.push_back(column);
      map.y.push_back(std::clamp(static_cast<int32_t>(std::lround(y * kRemapOne)), 0, lowest));
    }
  }
  if (panorama.vertical_deg < 180 && reach > panorama.vertical_deg / 2) {
    return invalid_argument(format(
        "the view at pitch %g reaches %.1f degrees from the horizon, the panorama only %g; choose "
        "a smaller pitch or field of view",
        view.pitch_deg,
        reach,
        panorama.vertical_deg / 2));
  }
  return map;
}

Image cut_view(const Panorama& panorama, const ViewMap& map, double yaw_deg) {
  LOCI_REQUIRE(map.panorama_width == panorama.width && map.panorama_height == panorama.height,
               "a map made for panoramas of this size");
  internal::RemapRow remap = internal::remap_row_plain;
#if defined(__x86_64__)
  if (simd_level() >= SimdLevel::kAvx2) remap = internal::remap_row_avx2;
#endif
  const internal::RemapSource source{
      panorama.pixels.data(), panorama.width + 1, panorama.width * kRemapOne};
  double turn = std::fmod(yaw_deg / 360, 1.0);
  if (turn < 0) turn += 1;
  const int shift = static_cast<int>(std::lround(turn * source.period)) % source.period;
  Image out(map.width, map.height);
  for (int y = 0; y < map.height; ++y) {
    const size_t first = static_cast<size_t>(y) * static_cast<size_t>(map.width);
    remap(source, map.x.data() + first, map.y.data() + first, shift, map.width, out.at(0, y));
  }
  return out;
}

}  // namespace loci
