// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/sift.h"

#include "dense_sift.h"
#include "sparse_sift.h"

#include "loci/image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

namespace loci {
namespace {

using internal::GreyImage;
using internal::kSiftDim;

Status check(const SiftOptions& o) {
  const auto wrong = [](const char* name, double value, const char* expected) {
    return invalid_argument("SIFT option " + std::string(name) + " is " + std::to_string(value) +
                            "; expected " + expected);
  };
  if (o.step_px < 1) return wrong("step_px", o.step_px, "at least 1");
  if (o.num_scales < 1 || o.num_scales > 16) return wrong("num_scales", o.num_scales, "1 to 16");
  if (!(o.first_bin_px >= 1 && o.first_bin_px <= 1000)) {
    return wrong("first_bin_px", o.first_bin_px, "1 to 1000");
  }
  if (o.max_features < 1) return wrong("max_features", o.max_features, "at least 1");
  if (o.min_side_px < 1) return wrong("min_side_px", o.min_side_px, "at least 1");
  if (o.max_side_px < 1) return wrong("max_side_px", o.max_side_px, "at least 1");
  if (!(o.min_contrast >= 0)) return wrong("min_contrast", o.min_contrast, "at least 0");
  return {};
}

GreyImage to_working_size(ImageView image, int width, int height) {
  const bool grows = width > image.width || height > image.height;
  const std::vector<uint8_t> grey =
      to_grey(resize(image, width, height, grows ? Resampling::kBilinear : Resampling::kArea));
  return {width, height, std::vector<float>(grey.begin(), grey.end())};
}

/// Mean gradient magnitude under the feature's window, grey levels a pixel: what the sum of a raw
/// histogram is, up to the window's own weight.
float contrast(const float* histogram) {
  constexpr float kWindowMass = 11.7f;  // of the 4 x 4 cells' Gaussian weights
  float sum = 0;
  for (int i = 0; i < kSiftDim; ++i) sum += histogram[i];
  return sum / kWindowMass;
}

void add_dense(const GreyImage& grey,
               const SiftOptions& options,
               std::vector<float>& values,
               std::vector<Keypoint>& keypoints) {
  double cell = options.first_bin_px;
  for (int s = 0; s < options.num_scales; ++s, cell *= std::sqrt(2.0)) {
    const int cell_px = static_cast<int>(std::lround(cell));
    // A feature of cell c is Lowe's at scale c / 6 (his cells are 3 sigma of a doubled image); the
    // image itself counts as blurred by half a pixel.
    const double scale = cell_px / 6.0, sigma = std::sqrt(std::max(0.0, scale * scale - 0.25));
    internal::dense_histograms(
        internal::blur(grey, sigma), cell_px, options.step_px, values, keypoints);
  }
  size_t kept = 0;
  for (size_t i = 0; i < keypoints.size(); ++i) {
    float* histogram = values.data() + i * kSiftDim;
    if (contrast(histogram) < options.min_contrast) continue;
    internal::root_sift(histogram);
    if (kept != i)
      std::memcpy(values.data() + kept * kSiftDim, histogram, kSiftDim * sizeof(float));
    keypoints[kept++] = keypoints[i];
  }
  keypoints.resize(kept);
  values.resize(kept * kSiftDim);
}

}  // namespace

std::pair<int, int> sift_working_size(int width, int height, const SiftOptions& options) {
  const double shorter = std::min(width, height), longer = std::max(width, height);
  double scale = 1;
  if (longer > options.max_side_px) {
    scale = options.max_side_px / longer;
  } else if (shorter < options.min_side_px) {
    scale = std::min(options.min_side_px / shorter, options.max_side_px / longer);
  }
  const auto scaled = [&](int side) {
    return std::max(1, static_cast<int>(std::lround(side * scale)));
  };
  return {scaled(width), scaled(height)};
}

Result<LocalFeatures> extract_root_sift(ImageView image, const SiftOptions& options) {
  LOCI_RETURN_IF_ERROR(check(options));
  LOCI_REQUIRE(!image.empty(), "features are extracted from an image with pixels");
  const auto [width, height] = sift_working_size(image.width, image.height, options);
  const GreyImage grey = to_working_size(image, width, height);

  LocalFeatures out;
  std::vector<float> values;
  if (options.dense) {
    add_dense(grey, options, values, out.keypoints);
  } else {
    LOCI_RETURN_IF_ERROR(internal::add_sparse(grey, options, values, out.keypoints));
  }
  out.features.values = Matrix(static_cast<int64_t>(out.keypoints.size()), kSiftDim);
  if (!values.empty()) {
    std::memcpy(out.features.values.data(), values.data(), values.size() * sizeof(float));
  }
  const float to_x = static_cast<float>(image.width) / static_cast<float>(width);
  const float to_y = static_cast<float>(image.height) / static_cast<float>(height);
  for (Keypoint& k : out.keypoints) {
    k.x = (k.x + 0.5f) * to_x - 0.5f;
    k.y = (k.y + 0.5f) * to_y - 0.5f;
    k.size_px *= 0.5f * (to_x + to_y);
  }
  return out;
}

}  // namespace loci
