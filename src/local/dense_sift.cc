// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "dense_sift.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace loci::internal {
namespace {

/// All directions of one pixel or cell.
typedef float Directions __attribute__((vector_size(kSiftOrientations * sizeof(float))));

Directions load(const float* from) {
  Directions d;
  __builtin_memcpy(&d, from, sizeof(d));
  return d;
}
void save(Directions d, float* to) { __builtin_memcpy(to, &d, sizeof(d)); }

/// Grid along one axis: features start (centre of their first cell) at first + i * step.
struct Axis {
  int first = 0;
  int count = 0;
  std::vector<int> samples;    ///< every position some cell is centred at, ascending
  std::vector<int> sample_of;  ///< position -> index in `samples`
};

Axis make_axis(int size, int cell, int step) {
  // The feature reaches from half a cell before its first cell's centre to half a cell behind its
  // last.
  const int reach = (kSiftCells - 1) * cell, margin = (cell + 1) / 2;
  const int room = size - 1 - reach - 2 * margin;
  Axis axis;
  if (room < 0) return axis;
  axis.count = room / step + 1;
  axis.first = margin + (room - (axis.count - 1) * step) / 2;
  axis.sample_of.assign(static_cast<size_t>(size), -1);
  for (int i = 0; i < axis.count; ++i) {
    for (int c = 0; c < kSiftCells; ++c) {
      axis.sample_of[static_cast<size_t>(axis.first + i * step + c * cell)] = 0;
    }
  }
  for (int x = 0; x < size; ++x) {
    int& sample = axis.sample_of[static_cast<size_t>(x)];
    if (sample < 0) continue;
    sample = static_cast<int>(axis.samples.size());
    axis.samples.push_back(x);
  }
  return axis;
}

/// Weights 1 - |d| / cell for d = -(cell - 1) ... cell - 1, with sum 1.
std::vector<float> triangle(int cell) {
  std::vector<float> weights;
  for (int d = 1 - cell; d < cell; ++d) {
    weights.push_back(static_cast<float>(cell - std::abs(d)) / static_cast<float>(cell * cell));
  }
  return weights;
}

/// Mean over one cell of exp(-x^2 / (2 * 2^2)), x in cells from the feature's middle.
std::array<float, kSiftCells> window_weights() {
  std::array<float, kSiftCells> weights{};
  constexpr int kParts = 16;
  for (int c = 0; c < kSiftCells; ++c) {
    double sum = 0;
    for (int p = 0; p < kParts; ++p) {
      const double x = c - 2 + (p + 0.5) / kParts;
      sum += std::exp(-x * x / 8);
    }
    weights[static_cast<size_t>(c)] = static_cast<float>(sum / kParts);
  }
  return weights;
}

/// Gradients of one row, spread over directions: `out` is width x 8.
class GradientRows {
 public:
  explicit GradientRows(const GreyImage& image)
      : image_(image),
        across_(row_size()),
        up_(row_size()),
        size_(row_size()),
        share_(row_size()) {}

  void compute(int y, float* out) {
    const int w = image_.width, h = image_.height;
    const float* row = image_.pixels.data() + static_cast<size_t>(y) * row_size();
    const float* above = y > 0 ? row - w : row;
    const float* below = y + 1 < h ? row + w : row;
    const float half_up = y > 0 && y + 1 < h ? 0.5f : 1.0f;
    for (int x = 1; x + 1 < w; ++x)
      across_[static_cast<size_t>(x)] = 0.5f * (row[x + 1] - row[x - 1]);
    across_[0] = w > 1 ? row[1] - row[0] : 0;
    across_[row_size() - 1] = w > 1 ? row[w - 1] - row[w - 2] : 0;
    for (int x = 0; x < w; ++x) up_[static_cast<size_t>(x)] = half_up * (above[x] - below[x]);
    polar();
    std::fill(out, out + row_size() * kSiftOrientations, 0.0f);
    for (size_t x = 0; x < row_size(); ++x, out += kSiftOrientations) {
      // Directions are 45 degrees apart, so the octant names the lower neighbour; in every other
      // octant the angle is counted from the upper one.
      const float gx = across_[x], gy = up_[x];
      const bool steep = std::abs(gy) > std::abs(gx);
      const unsigned quadrant = gy < 0 ? (gx < 0 ? 2 : 3) : (gx < 0 ? 1 : 0);
      // In quadrants 1 and 3 the roles of the axes are exchanged.
      const bool second = steep != ((quadrant & 1) != 0);
      const unsigned octant = quadrant * 2 + (second ? 1 : 0);
      const float share = second ? 1 - share_[x] : share_[x];
      out[octant] += size_[x] * (1 - share);
      out[(octant + 1) & 7] += size_[x] * share;
    }
  }

 private:
  size_t row_size() const { return static_cast<size_t>(image_.width); }
  /// Lengths, and the angles to the nearer axis in units of 45 degrees.
  void polar() {
    for (size_t x = 0; x < row_size(); ++x) {
      const float a = std::abs(across_[x]), b = std::abs(up_[x]);
      size_[x] = std::sqrt(a * a + b * b);
      const float r = std::min(a, b) / std::max(std::max(a, b), 1e-20f), q = r * r;
      // atan(r) * 4 / pi, error below 3e-6: odd polynomial fitted to minimise the largest error.
      const float share =
          r * (1.2732105f +
               q * (-0.4235085f +
                    q * (0.2464228f + q * (-0.1482374f + q * (0.0670310f + q * -0.0149206f)))));
      share_[x] = std::min(share, 1.0f);
    }
  }
  const GreyImage& image_;
  std::vector<float> across_, up_, size_, share_;
};

/// Adds the columns of one row of gradients into the sampled columns.
void gather_columns(const float* gradients,
                    int width,
                    const Axis& columns,
                    const std::vector<float>& weights,
                    float* out) {
  const int reach = static_cast<int>(weights.size()) / 2;
  for (int centre : columns.samples) {
    const int low = std::max(0, centre - reach), high = std::min(width - 1, centre + reach);
    const float* from = gradients + static_cast<size_t>(low) * kSiftOrientations;
    const float* weight = weights.data() + (low - (centre - reach));
    Directions sum{};
    for (int x = low; x <= high; ++x, from += kSiftOrientations) sum += load(from) * *weight++;
    save(sum, out);
    out += kSiftOrientations;
  }
}

}  // namespace

GreyImage blur(const GreyImage& image, double sigma_px) {
  if (sigma_px < 0.1 || image.pixels.empty()) return image;
  const int radius = static_cast<int>(std::ceil(3 * sigma_px));
  std::vector<float> weights;
  double sum = 0;
  for (int d = -radius; d <= radius; ++d) sum += std::exp(-d * d / (2 * sigma_px * sigma_px));
  for (int d = -radius; d <= radius; ++d) {
    weights.push_back(static_cast<float>(std::exp(-d * d / (2 * sigma_px * sigma_px)) / sum));
  }
  const int w = image.width, h = image.height;
  const auto row_size = static_cast<size_t>(w);
  GreyImage out{w, h, std::vector<float>(image.pixels.size())};
  std::vector<float> padded(row_size + 2 * static_cast<size_t>(radius));
  for (int y = 0; y < h; ++y) {
    float* middle = padded.data() + radius;
    std::fill(middle, middle + w, 0.0f);
    for (int d = -radius; d <= radius; ++d) {
      const float weight = weights[static_cast<size_t>(d + radius)];
      const float* row =
          image.pixels.data() + row_size * static_cast<size_t>(std::clamp(y + d, 0, h - 1));
      for (int x = 0; x < w; ++x) middle[x] += weight * row[x];
    }
    std::fill(padded.data(), middle, middle[0]);
    std::fill(middle + w, middle + w + radius, middle[w - 1]);
    float* to = out.pixels.data() + row_size * static_cast<size_t>(y);
    for (int d = 0; d <= 2 * radius; ++d) {
      const float weight = weights[static_cast<size_t>(d)];
      for (int x = 0; x < w; ++x) to[x] += weight * padded[static_cast<size_t>(x + d)];
    }
  }
  return out;
}

void dense_histograms(const GreyImage& image,
                      int cell_px,
                      int step_px,
                      std::vector<float>& values,
                      std::vector<Keypoint>& keypoints) {
  const Axis columns = make_axis(image.width, cell_px, step_px);
  const Axis rows = make_axis(image.height, cell_px, step_px);
  if (columns.count == 0 || rows.count == 0) return;
  const std::vector<float> weights = triangle(cell_px);
  const size_t line = columns.samples.size() * kSiftOrientations;
  // Columns first, for every image row; then rows, for the sampled ones only.
  std::vector<float> gradients(static_cast<size_t>(image.width) * kSiftOrientations);
  std::vector<float> gathered(line * static_cast<size_t>(image.height));
  GradientRows gradient_rows(image);
  for (int y = 0; y < image.height; ++y) {
    gradient_rows.compute(y, gradients.data());
    gather_columns(gradients.data(),
                   image.width,
                   columns,
                   weights,
                   gathered.data() + line * static_cast<size_t>(y));
  }
  std::vector<float> cells(line * rows.samples.size());
  for (size_t r = 0; r < rows.samples.size(); ++r) {
    float* to = cells.data() + line * r;
    for (int d = 1 - cell_px; d < cell_px; ++d) {
      const int y = rows.samples[r] + d;
      if (y < 0 || y >= image.height) continue;
      const float weight = weights[static_cast<size_t>(d + cell_px - 1)];
      const float* from = gathered.data() + line * static_cast<size_t>(y);
      for (size_t i = 0; i < line; ++i) to[i] += weight * from[i];
    }
  }
  const std::array<float, kSiftCells> window = window_weights();
  for (int v = 0; v < rows.count; ++v) {
    const int y = rows.first + v * step_px;
    for (int u = 0; u < columns.count; ++u) {
      const int x = columns.first + u * step_px;
      const float middle = 0.5f * static_cast<float>((kSiftCells - 1) * cell_px);
      keypoints.push_back({static_cast<float>(x) + middle,
                           static_cast<float>(y) + middle,
                           static_cast<float>(kSiftCells * cell_px),
                           0});
      const size_t base = values.size();
      values.resize(base + kSiftDim);
      float* to = values.data() + base;
      for (int r = 0; r < kSiftCells; ++r) {
        const int sample_row = rows.sample_of[static_cast<size_t>(y + r * cell_px)];
        for (int c = 0; c < kSiftCells; ++c, to += kSiftOrientations) {
          const int sample = columns.sample_of[static_cast<size_t>(x + c * cell_px)];
          const float* from = cells.data() + line * static_cast<size_t>(sample_row) +
                              static_cast<size_t>(sample) * kSiftOrientations;
          save(load(from) * (window[static_cast<size_t>(r)] * window[static_cast<size_t>(c)]), to);
        }
      }
    }
  }
}

void root_sift(float* histogram) {
  const auto scale_to_unit = [&] {
    float squares = 0;
    for (int i = 0; i < kSiftDim; ++i) squares += histogram[i] * histogram[i];
    if (squares <= 0) return false;
    const float scale = 1 / std::sqrt(squares);
    for (int i = 0; i < kSiftDim; ++i) histogram[i] *= scale;
    return true;
  };
  if (!scale_to_unit()) return;
  float sum = 0;
  for (int i = 0; i < kSiftDim; ++i) sum += histogram[i] = std::min(histogram[i], 0.2f);
  const float scale = 1 / sum;
  // Unit L1 norm before the root is unit L2 norm after it.
  for (int i = 0; i < kSiftDim; ++i) histogram[i] = std::sqrt(histogram[i] * scale);
}

}  // namespace loci::internal
