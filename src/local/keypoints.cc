// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/keypoints.h"

#include "kernels.h"

#include "loci/base/check.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

namespace loci {
namespace {

using internal::kCell;
using internal::kTaps;

constexpr int64_t kNmsRadius = 2;
constexpr float kShortest = 1e-12f;  // of a norm that is divided by

struct Peak {
  int64_t x, y;
  float score;
};

/// Where pixel `at` of `pixels` lies on an axis of `cells`, in the published code's arithmetic.
float place_on_map(int64_t at, int64_t pixels, int64_t cells) {
  const float grid = 2 * (static_cast<float>(at) / static_cast<float>(pixels - 1)) - 1;
  return ((grid + 1) * static_cast<float>(cells) - 1) / 2;
}

/// Weights of four samples at -1, 0, 1, 2 for a point at t in [0, 1): the cubic convolution of Keys
/// (1981) with a = -.75.
std::array<float, 4> cubic_weights(float t) {
  constexpr float a = -0.75f;
  const auto near = [](float d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [](float d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {far(t + 1), near(t), near(1 - t), far(2 - t)};
}

void require(const KeypointMaps& maps) {
  const int64_t n = maps.height * maps.width;
  LOCI_REQUIRE(maps.height >= 0 && maps.width >= 0, "a map has a size");
  LOCI_REQUIRE(
      maps.descriptors.rows() == n && maps.logits.rows() == n && std::ssize(maps.reliability) == n,
      "the three maps have one row a cell");
  LOCI_REQUIRE(n == 0 || (maps.logits.cols() == internal::kCellLogits &&
                          maps.logits.stride() == internal::kCellLogits),
               "65 logits a cell, one cell after another");
}

class SparseKeypoints {
 public:
  SparseKeypoints(const KeypointMaps& maps, float min_probability)
      : maps_(maps),
        least_(min_probability),
        pixels_w_(maps.width * kCell),
        pixels_h_(maps.height * kCell),
        heat_(pixels_h_, pixels_w_),
        cell_peaks_(static_cast<size_t>(maps.width * maps.height)) {
    for (int64_t y = 0; y < maps.height; ++y) {
      internal::local_kernels().cell_softmax(maps.logits.row_data(y * maps.width),
                                             maps.width,
                                             heat_.row(y * kCell).data(),
                                             pixels_w_,
                                             cell_peaks_.data() + y * maps.width);
    }
  }

  std::vector<Peak> peaks() const {
    std::vector<Peak> found;
    for (int64_t cy = 0; cy < maps_.height; ++cy) {
      for (int64_t cx = 0; cx < maps_.width; ++cx) {
        if (cell_peaks_[static_cast<size_t>(cy * maps_.width + cx)] > least_)
          add_peaks_of_cell(cx * kCell, cy * kCell, found);
      }
    }
    return found;
  }

  /// Into `row`, of unit norm.
  void describe(const Peak& peak,
                std::span<const float> inverse_norms,
                std::span<float> row) const {
    const float u = place_on_map(peak.x, pixels_w_, maps_.width),
                v = place_on_map(peak.y, pixels_h_, maps_.height);
    const float fx = std::floor(u), fy = std::floor(v);
    const auto wx = cubic_weights(u - fx), wy = cubic_weights(v - fy);
    std::array<const float*, kTaps> rows;
    std::array<float, kTaps> weights;
    for (int64_t j = 0; j < 4; ++j) {
      const int64_t y = static_cast<int64_t>(fy) - 1 + j;
      for (int64_t i = 0; i < 4; ++i) {
        const int64_t x = static_cast<int64_t>(fx) - 1 + i;
        const auto tap = static_cast<size_t>(4 * j + i);
        const bool inside = x >= 0 && x < maps_.width && y >= 0 && y < maps_.height;
        const int64_t cell = inside ? y * maps_.width + x : 0;
        rows[tap] = maps_.descriptors.row_data(cell);
        weights[tap] = inside ? wx[static_cast<size_t>(i)] * wy[static_cast<size_t>(j)] *
                                    inverse_norms[static_cast<size_t>(cell)]
                              : 0;
      }
    }
    internal::local_kernels().mix_rows(rows.data(), weights.data(), row.size(), row.data());
    l2_normalize(row);
  }

 private:
  void add_peaks_of_cell(int64_t x0, int64_t y0, std::vector<Peak>& found) const {
    const int64_t x1 = std::min(x0 + kCell, pixels_w_ - 1),
                  y1 = std::min(y0 + kCell, pixels_h_ - 1);
    for (int64_t y = y0; y < y1; ++y) {
      const float* row = heat_.row(y).data();
      for (int64_t x = x0; x < x1; ++x) {
        if (row[x] > least_ && (x > 0 || y > 0) && is_largest(x, y)) {
          const float score = row[x] * reliability_at(x, y);
          if (score > 0) found.push_back({x, y, score});
        }
      }
    }
  }

  bool is_largest(int64_t x, int64_t y) const {
    const float value = heat_(y, x);
    const int64_t left = std::max<int64_t>(0, x - kNmsRadius),
                  right = std::min(pixels_w_ - 1, x + kNmsRadius);
    for (int64_t j = std::max<int64_t>(0, y - kNmsRadius);
         j <= std::min(pixels_h_ - 1, y + kNmsRadius);
         ++j) {
      const float* row = heat_.row(j).data();
      for (int64_t i = left; i <= right; ++i) {
        if (row[i] > value) return false;
      }
    }
    return true;
  }

  float reliability_at(int64_t px, int64_t py) const {
    const float u = place_on_map(px, pixels_w_, maps_.width),
                v = place_on_map(py, pixels_h_, maps_.height);
    const float fx = std::floor(u), fy = std::floor(v);
    const auto value = [&](float x, float y) {
      const auto cx = static_cast<int64_t>(x), cy = static_cast<int64_t>(y);
      if (cx < 0 || cx >= maps_.width || cy < 0 || cy >= maps_.height) return 0.0f;
      return maps_.reliability[static_cast<size_t>(cy * maps_.width + cx)];
    };
    const float a = u - fx, b = v - fy;
    return (value(fx, fy) * (1 - a) + value(fx + 1, fy) * a) * (1 - b) +
           (value(fx, fy + 1) * (1 - a) + value(fx + 1, fy + 1) * a) * b;
  }

  const KeypointMaps& maps_;
  float least_;
  int64_t pixels_w_, pixels_h_;
  Matrix heat_;
  std::vector<float> cell_peaks_;
};

std::vector<float> inverse_norms(ConstMatrixView rows) {
  std::vector<float> out(static_cast<size_t>(rows.rows()));
  for (int64_t i = 0; i < rows.rows(); ++i) {
    const float* row = rows.row_data(i);
    const float norm = std::sqrt(dot(row, row, static_cast<size_t>(rows.cols())));
    out[static_cast<size_t>(i)] = 1 / std::max(norm, kShortest);
  }
  return out;
}

}  // namespace

LocatedFeatures sparse_keypoints(const KeypointMaps& maps,
                                 int image_width,
                                 int image_height,
                                 const KeypointOptions& options) {
  require(maps);
  LOCI_REQUIRE(options.max_keypoints >= 0, "a number of keypoints");
  LocatedFeatures out{.width = image_width, .height = image_height};
  if (maps.height * maps.width == 0) return out;
  const float scale_x = static_cast<float>(image_width) / static_cast<float>(maps.width * kCell),
              scale_y = static_cast<float>(image_height) / static_cast<float>(maps.height * kCell);
  out.accuracy_px = std::max(scale_x, scale_y);

  const SparseKeypoints network(maps, static_cast<float>(options.min_probability));
  std::vector<Peak> peaks = network.peaks();
  const size_t kept = std::min(peaks.size(), static_cast<size_t>(options.max_keypoints));
  std::partial_sort(peaks.begin(),
                    peaks.begin() + static_cast<std::ptrdiff_t>(kept),
                    peaks.end(),
                    [](const Peak& a, const Peak& b) {
                      return std::tie(b.score, a.y, a.x) < std::tie(a.score, b.y, b.x);
                    });
  peaks.resize(kept);
  const std::vector<float> inverse = inverse_norms(maps.descriptors);
  out.features.values = Matrix(static_cast<int64_t>(kept), maps.descriptors.cols());
  for (size_t i = 0; i < kept; ++i) {
    const Peak& peak = peaks[i];
    network.describe(peak, inverse, out.features.values.row(static_cast<int64_t>(i)));
    out.keypoints.push_back({.x = static_cast<float>(peak.x) * scale_x,
                             .y = static_cast<float>(peak.y) * scale_y,
                             .size_px = kCell * scale_x});
    out.scores.push_back(peak.score);
  }
  return out;
}

LocatedFeatures reliable_cells(const KeypointMaps& maps,
                               int image_width,
                               int image_height,
                               int max_cells) {
  require(maps);
  LOCI_REQUIRE(max_cells >= 0, "a number of cells");
  LocatedFeatures out{.width = image_width, .height = image_height};
  const int64_t n = maps.height * maps.width;
  if (n == 0) return out;
  const float side_x = static_cast<float>(image_width) / static_cast<float>(maps.width),
              side_y = static_cast<float>(image_height) / static_cast<float>(maps.height);
  out.accuracy_px = std::max(side_x, side_y) / 2;

  std::vector<int64_t> order;
  for (int64_t cell = 0; cell < n; ++cell) {
    if (maps.reliability[static_cast<size_t>(cell)] > 0) order.push_back(cell);
  }
  const size_t kept = std::min(order.size(), static_cast<size_t>(max_cells));
  std::partial_sort(order.begin(),
                    order.begin() + static_cast<std::ptrdiff_t>(kept),
                    order.end(),
                    [&](int64_t a, int64_t b) {
                      const float first = maps.reliability[static_cast<size_t>(a)],
                                  second = maps.reliability[static_cast<size_t>(b)];
                      return std::tie(second, a) < std::tie(first, b);
                    });
  out.features.values = Matrix(static_cast<int64_t>(kept), maps.descriptors.cols());
  for (size_t i = 0; i < kept; ++i) {
    const int64_t cell = order[i];
    const std::span<float> row = out.features.values.row(static_cast<int64_t>(i));
    std::ranges::copy(maps.descriptors.row(cell), row.begin());
    l2_normalize(row);
    out.keypoints.push_back({.x = (static_cast<float>(cell % maps.width) + 0.5f) * side_x,
                             .y = (static_cast<float>(cell / maps.width) + 0.5f) * side_y,
                             .size_px = side_x});
    out.scores.push_back(maps.reliability[static_cast<size_t>(cell)]);
  }
  return out;
}

}  // namespace loci
