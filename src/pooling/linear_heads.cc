// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Heads with one linear map: CosPlace (Berton et al., CVPR 2022) and Conv-AP (Ali-bey et al.,
// 2022).
#include "gem.h"
#include "layers.h"
#include "norms.h"
#include "tensors.h"

#include "loci/base/check.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace loci::internal {
namespace {

/// L2 of each feature, GeM, y = W g + b, L2.
class CosplacePooling : public Pooling {
 public:
  CosplacePooling(const PoolingSpec& spec, std::vector<float> p, Linear linear)
      : spec_(spec), p_(std::move(p)), linear_(std::move(linear)) {}
  int64_t feature_dim() const override { return linear_.in(); }
  int64_t output_dim(int64_t) const override { return linear_.out(); }
  void pool(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    LOCI_REQUIRE(
        features.values.cols() == linear_.in() && std::cmp_equal(out.size(), linear_.out()),
        "features have the layer's width and out its output's");
    Matrix unit(features.values.rows(), features.values.cols());
    for (int64_t i = 0; i < unit.rows(); ++i) {
      const std::span<const float> from = features.values.row(i);
      const double scale = part_scale(squared_norm(from), spec_.eps);
      for (size_t d = 0; d < from.size(); ++d) unit.row(i)[d] = static_cast<float>(from[d] * scale);
    }
    Matrix pooled(1, linear_.in());
    gem(unit, p_, pooled.row(0), num_threads);
    const Matrix y = linear_(pooled, num_threads);
    std::copy(y.row(0).begin(), y.row(0).end(), out.begin());
    if (spec_.final_norm) normalize_whole(out, spec_.eps);
  }

 private:
  PoolingSpec spec_;
  std::vector<float> p_;
  Linear linear_;
};

/// A 1x1 convolution, means over a grid of windows, L2. Element of channel c and window (y, x): (c
/// * rows + y) * columns + x.
class ConvapPooling : public Pooling {
 public:
  ConvapPooling(const PoolingSpec& spec, Linear linear) : spec_(spec), linear_(std::move(linear)) {}
  int64_t feature_dim() const override { return linear_.in(); }
  int64_t output_dim(int64_t) const override {
    return linear_.out() * spec_.grid_height * spec_.grid_width;
  }
  void pool(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    LOCI_REQUIRE(
        features.values.cols() == linear_.in() && std::cmp_equal(out.size(), output_dim(0)),
        "features have the layer's width and out its output's");
    LOCI_REQUIRE(features.height * features.width == features.values.rows(),
                 "convap pools a map of height x width features, not a bag of local ones");
    std::fill(out.begin(), out.end(), 0.0f);
    if (features.values.rows() == 0) return;
    const Matrix means = window_means(features);  // the mean of a linear map is the map of the mean
    const Matrix y = linear_(means, num_threads);
    for (int64_t w = 0; w < y.rows(); ++w) {
      for (int64_t c = 0; c < y.cols(); ++c) out[static_cast<size_t>(c * y.rows() + w)] = y(w, c);
    }
    if (spec_.final_norm) normalize_whole(out, spec_.eps);
  }

 private:
  /// Window i of `count` over `length` positions is [floor(i length / count), ceil((i + 1) length /
  /// count)).
  static std::pair<int64_t, int64_t> window(int64_t i, int64_t count, int64_t length) {
    return {i * length / count, ((i + 1) * length + count - 1) / count};
  }

  Matrix window_means(const FeaturesView& features) const {
    Matrix means(int64_t{spec_.grid_height} * spec_.grid_width, features.values.cols());
    std::vector<double> sums(static_cast<size_t>(means.cols()));
    for (int64_t w = 0; w < means.rows(); ++w) {
      const auto [y0, y1] = window(w / spec_.grid_width, spec_.grid_height, features.height);
      const auto [x0, x1] = window(w % spec_.grid_width, spec_.grid_width, features.width);
      std::fill(sums.begin(), sums.end(), 0.0);
      for (int64_t y = y0; y < y1; ++y) {
        for (int64_t x = x0; x < x1; ++x) {
          const std::span<const float> row = features.values.row(y * features.width + x);
          for (size_t c = 0; c < sums.size(); ++c) sums[c] += static_cast<double>(row[c]);
        }
      }
      const auto count = static_cast<double>((y1 - y0) * (x1 - x0));
      for (size_t c = 0; c < sums.size(); ++c)
        means.row(w)[c] = static_cast<float>(sums[c] / count);
    }
    return means;
  }

  PoolingSpec spec_;
  Linear linear_;
};

}  // namespace

Result<std::unique_ptr<Pooling>> make_cosplace(const PoolingSpec& spec,
                                               const TensorMap& tensors,
                                               int64_t feature_dim) {
  LOCI_TRY(p, find_gem_power(spec, tensors, feature_dim));
  LOCI_TRY(linear, find_linear(tensors, "pooling.linear", -1, feature_dim > 0 ? feature_dim : -1));
  if (p.size() != 1 && std::cmp_not_equal(p.size(), linear.in())) {
    return corrupt("tensor 'pooling.p' has " + std::to_string(p.size()) +
                   " powers; expected 1 or " + std::to_string(linear.in()) +
                   ", the width of 'pooling.linear.weight'");
  }
  return std::unique_ptr<Pooling>(new CosplacePooling(spec, std::move(p), std::move(linear)));
}

Result<std::unique_ptr<Pooling>> make_convap(const PoolingSpec& spec,
                                             const TensorMap& tensors,
                                             int64_t feature_dim) {
  constexpr int kMaxGrid = 64;
  if (spec.grid_height < 1 || spec.grid_height > kMaxGrid || spec.grid_width < 1 ||
      spec.grid_width > kMaxGrid) {
    return corrupt("convap grid is " + std::to_string(spec.grid_height) + "x" +
                   std::to_string(spec.grid_width) + "; expected sides of 1 to " +
                   std::to_string(kMaxGrid));
  }
  LOCI_TRY(linear,
           find_linear(tensors, "pooling.channels", -1, feature_dim > 0 ? feature_dim : -1));
  return std::unique_ptr<Pooling>(new ConvapPooling(spec, std::move(linear)));
}

}  // namespace loci::internal
