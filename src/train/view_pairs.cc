// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "view_pairs.h"

#include "relight.h"

#include "loci/image/decode.h"
#include "loci/image/resize.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace loci::train {
namespace {

void normalize_rows(Matrix* rows) {
  for (int64_t i = 0; i < rows->rows(); ++i) l2_normalize(rows->row(i));
}

/// Bilinear between the centres of cells; false outside the outermost.
bool feature_at(const Features& map, ImagePosition at, std::span<float> out) {
  const double x = at.u * static_cast<double>(map.width) - 0.5;
  const double y = at.v * static_cast<double>(map.height) - 0.5;
  if (!(x >= 0 && y >= 0 && x <= static_cast<double>(map.width - 1) &&
        y <= static_cast<double>(map.height - 1))) {
    return false;
  }
  const auto x0 = static_cast<int64_t>(x), y0 = static_cast<int64_t>(y);
  const int64_t x1 = std::min(x0 + 1, map.width - 1), y1 = std::min(y0 + 1, map.height - 1);
  const auto right = static_cast<float>(x - static_cast<double>(x0));
  const auto down = static_cast<float>(y - static_cast<double>(y0));
  const auto row = [&](int64_t cy, int64_t cx) { return map.values.row(cy * map.width + cx); };
  const auto a = row(y0, x0), b = row(y0, x1), c = row(y1, x0), d = row(y1, x1);
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = (a[i] * (1 - right) + b[i] * right) * (1 - down) +
             (c[i] * (1 - right) + d[i] * right) * down;
  }
  return l2_normalize(out) > 0;
}

Matrix stacked(const std::vector<Matrix>& parts) {
  int64_t rows = 0;
  for (const Matrix& part : parts) rows += part.rows();
  Matrix out(rows, parts.front().cols());
  float* to = out.data();
  for (const Matrix& part : parts) to = std::copy_n(part.data(), part.size(), to);
  return out;
}

Matrix first_rows(const Matrix& from, int64_t count) {
  Matrix out(count, from.cols());
  std::copy_n(from.data(), out.size(), out.data());
  return out;
}

}  // namespace

Homography draw_view(int width, int height, Rng* rng) {
  if (rng->chance(0.15)) return {};
  constexpr double kAngle = 0.07, kScale = 0.3, kStretch = 0.12, kShift = 0.15, kCorner = 0.06;
  const double scale = std::exp(rng->uniform(-kScale, kScale));
  const double angle = rng->uniform(-kAngle, kAngle);
  const double stretch = std::exp(rng->uniform(-kStretch, kStretch));
  const double shift_u = rng->uniform(-kShift, kShift), shift_v = rng->uniform(-kShift, kShift);
  const double cosine = std::cos(angle) * scale, sine = std::sin(angle) * scale;
  std::array<ImagePosition, 4> corners = {
      ImagePosition{0, 0}, ImagePosition{1, 0}, ImagePosition{1, 1}, ImagePosition{0, 1}};
  for (ImagePosition& corner : corners) {
    const double x = (corner.u - 0.5) * width, y = (corner.v - 0.5) * height;
    corner.u =
        (x * cosine - y * sine) * stretch / width + 0.5 + shift_u + rng->uniform(-kCorner, kCorner);
    corner.v = (x * sine + y * cosine) / height + 0.5 + shift_v + rng->uniform(-kCorner, kCorner);
  }
  return Homography::to_corners(corners);
}

Result<Image> load_at_side(const std::string& path, int side, bool apply_orientation) {
  LOCI_TRY(
      image,
      load_image(
          path,
          {.wanted_width = side, .wanted_height = side, .apply_orientation = apply_orientation}));
  const double scale = static_cast<double>(side) / std::min(image.width, image.height);
  const auto scaled = [&](int length) { return static_cast<int>(std::lround(length * scale)); };
  return resize(image,
                scaled(image.width),
                scaled(image.height),
                scale < 1 ? Resampling::kArea : Resampling::kBilinear);
}

ViewPairs matched_features(const Features& original,
                           const Features& copy,
                           const Homography& to_original,
                           int64_t count,
                           Rng* rng) {
  ViewPairs pairs{Matrix(count, copy.values.cols()), Matrix(count, copy.values.cols())};
  int64_t found = 0;
  for (const int64_t cell : rng->sample(copy.values.rows(), count)) {
    const ImagePosition here = {
        (static_cast<double>(cell % copy.width) + 0.5) / static_cast<double>(copy.width),
        (static_cast<double>(cell / copy.width) + 0.5) / static_cast<double>(copy.height)};
    const std::span<float> row = pairs.copies.row(found);
    std::ranges::copy(copy.values.row(cell), row.begin());
    if (l2_normalize(row) > 0 &&
        feature_at(original, to_original(here), pairs.originals.row(found))) {
      ++found;
    }
  }
  return {first_rows(pairs.copies, found), first_rows(pairs.originals, found)};
}

Result<ViewPairs> view_pairs(
    const Describer& describer, const Image& photo, int copies, int features_per_copy, Rng* rng) {
  LOCI_TRY(original, describer.features(photo, 1));
  normalize_rows(&original.values);
  std::vector<Matrix> ours, theirs;
  for (int c = 0; c < copies; ++c) {
    const Homography to_original = draw_view(photo.width, photo.height, rng);
    const Image copy = relight(warp(photo, to_original, photo.width, photo.height), rng);
    LOCI_TRY(map, describer.features(copy, 1));
    ViewPairs pairs = matched_features(original, map, to_original, features_per_copy, rng);
    ours.push_back(std::move(pairs.copies));
    theirs.push_back(std::move(pairs.originals));
  }
  return ViewPairs{stacked(ours), stacked(theirs)};
}

}  // namespace loci::train
