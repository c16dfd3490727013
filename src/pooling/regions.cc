// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The head of CricaVPR, after its authors' code: the class token, quarters and ninths of the map, each through an
// encoder that in their program looks across the photos of a batch; alone, its attention is its value.
#include "gem.h"
#include "layers.h"
#include "norms.h"
#include "tensors.h"

#include "loci/base/check.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace loci::internal {
namespace {

struct Norm {
  std::vector<float> weight, bias;
  void apply(std::span<float> x) const {
    double mean = 0, variance = 0;
    const auto n = static_cast<double>(x.size());
    for (const float v : x) mean += static_cast<double>(v) / n;
    for (const float v : x)
      variance += (static_cast<double>(v) - mean) * (static_cast<double>(v) - mean) / n;
    const double factor = 1 / std::sqrt(variance + 1e-5);
    for (size_t i = 0; i < x.size(); ++i) {
      x[i] = static_cast<float>((static_cast<double>(x[i]) - mean) * factor *
                                    static_cast<double>(weight[i]) +
                                static_cast<double>(bias[i]));
    }
  }
};

struct Layer {
  Linear value, proj, expand, contract;
  Norm norm1, norm2;
};

float gelu(float x) {
  const double v = static_cast<double>(x);
  return static_cast<float>(0.5 * v * (1 + std::erf(v / std::sqrt(2.0))));
}

void add_normed(Matrix& x, const Matrix& change, const Norm& norm) {
  for (int64_t i = 0; i < x.rows(); ++i) {
    for (int64_t c = 0; c < x.cols(); ++c) x(i, c) += change(i, c);
    norm.apply(x.row(i));
  }
}

class RegionsPooling : public Pooling {
 public:
  static constexpr int64_t kRegions = 14;
  RegionsPooling(const PoolingSpec& spec,
                 std::vector<float> p,
                 std::vector<Layer> layers,
                 int64_t dim)
      : spec_(spec), p_(std::move(p)), layers_(std::move(layers)), dim_(dim) {}
  int64_t feature_dim() const override { return dim_; }
  int64_t output_dim(int64_t feature_dim) const override { return kRegions * feature_dim; }
  void pool(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    const int64_t n = int64_t{spec_.grid_height} * spec_.grid_width, d = features.values.cols();
    LOCI_REQUIRE(features.values.rows() == n + 1 && std::cmp_equal(out.size(), kRegions * d),
                 "the features are a grid of the model's size and a class token");
    Matrix unit(n, d), x(kRegions, d);
    for (int64_t i = 0; i < n; ++i) {
      std::copy(features.values.row(i).begin(), features.values.row(i).end(), unit.row(i).begin());
      scale_by(unit.row(i), part_scale(squared_norm(unit.row(i)), spec_.eps));
    }
    std::copy(features.values.row(n).begin(), features.values.row(n).end(), x.row(0).begin());
    int64_t region = 1;
    for (const auto& cuts : {std::vector<int64_t>{0, 8, 16}, std::vector<int64_t>{0, 5, 11, 16}}) {
      for (size_t i = 0; i + 1 < cuts.size(); ++i) {
        for (size_t j = 0; j + 1 < cuts.size(); ++j)
          pool_region(
              unit, {cuts[i], cuts[i + 1]}, {cuts[j], cuts[j + 1]}, x.row(region++), num_threads);
      }
    }
    for (const Layer& layer : layers_) {
      add_normed(x, layer.proj(layer.value(x, num_threads), num_threads), layer.norm1);
      Matrix hidden = layer.expand(x, num_threads);
      for (int64_t i = 0; i < hidden.rows(); ++i) {
        for (float& v : hidden.row(i)) v = gelu(v);
      }
      add_normed(x, layer.contract(hidden, num_threads), layer.norm2);
    }
    std::copy(x.data(), x.data() + x.size(), out.begin());
    if (spec_.final_norm) normalize_whole(out, spec_.eps);
  }

 private:
  /// Sixteenths of the map's sides.
  void pool_region(const Matrix& unit,
                   std::pair<int64_t, int64_t> rows,
                   std::pair<int64_t, int64_t> columns,
                   std::span<float> out,
                   int num_threads) const {
    const int64_t h = spec_.grid_height, w = spec_.grid_width;
    const int64_t y0 = rows.first * h / 16, y1 = rows.second * h / 16;
    const int64_t x0 = columns.first * w / 16, x1 = columns.second * w / 16;
    Matrix part((y1 - y0) * (x1 - x0), unit.cols());
    for (int64_t y = y0; y < y1; ++y) {
      for (int64_t x = x0; x < x1; ++x) {
        const std::span<const float> from = unit.row(y * w + x);
        std::copy(from.begin(), from.end(), part.row((y - y0) * (x1 - x0) + x - x0).begin());
      }
    }
    gem(part, p_, out, num_threads);
  }

  PoolingSpec spec_;
  std::vector<float> p_;
  std::vector<Layer> layers_;
  int64_t dim_;
};

Result<Norm> find_norm(const TensorMap& tensors, const std::string& name, int64_t dim) {
  LOCI_TRY(weight, finite_vector(tensors, name + ".weight", dim));
  LOCI_TRY(bias, finite_vector(tensors, name + ".bias", dim));
  return Norm{std::move(weight), std::move(bias)};
}

}  // namespace

Result<std::unique_ptr<Pooling>> make_regions(const PoolingSpec& spec,
                                              const TensorMap& tensors,
                                              int64_t feature_dim) {
  if (spec.grid_height < 4 || spec.grid_height > 1024 || spec.grid_width < 4 ||
      spec.grid_width > 1024) {
    return corrupt("pooling.grid_height and grid_width are " + std::to_string(spec.grid_height) +
                   " and " + std::to_string(spec.grid_width) + "; 'regions' expects 4 to 1024");
  }
  LOCI_TRY(p, find_gem_power(spec, tensors, feature_dim));
  std::vector<Layer> layers;
  int64_t dim = feature_dim > 0 ? feature_dim : -1;
  for (;;) {
    const std::string name = "pooling.layers." + std::to_string(layers.size());
    if (!tensors.contains(name + ".value.weight")) break;
    LOCI_TRY(value, find_linear(tensors, name + ".value", dim, dim));
    dim = value.out();
    LOCI_TRY(proj, find_linear(tensors, name + ".proj", dim, dim));
    LOCI_TRY(expand, find_linear(tensors, name + ".expand", -1, dim));
    LOCI_TRY(contract, find_linear(tensors, name + ".contract", dim, expand.out()));
    LOCI_TRY(norm1, find_norm(tensors, name + ".norm1", dim));
    LOCI_TRY(norm2, find_norm(tensors, name + ".norm2", dim));
    layers.push_back({std::move(value),
                      std::move(proj),
                      std::move(expand),
                      std::move(contract),
                      std::move(norm1),
                      std::move(norm2)});
  }
  return std::unique_ptr<Pooling>(
      new RegionsPooling(spec, std::move(p), std::move(layers), std::max<int64_t>(dim, 0)));
}

}  // namespace loci::internal
