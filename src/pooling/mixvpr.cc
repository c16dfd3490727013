// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// MixVPR (Ali-bey, Chaib-draa and Giguere, WACV 2023), from the published description.
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

constexpr double kLayerNormEps = 1e-5;
constexpr int kMaxDepth = 64;

/// x + contract(relu(expand(layer_norm(x)))) on rows that are channels and columns that are
/// positions.
struct Mixer {
  std::vector<float> norm_weight, norm_bias;
  Linear expand, contract;

  void operator()(Matrix& x, int num_threads) const {
    Matrix normed(x.rows(), x.cols());
    for (int64_t i = 0; i < x.rows(); ++i) layer_norm(x.row(i), normed.row(i));
    Matrix hidden = expand(normed, num_threads);
    for (int64_t i = 0; i < hidden.rows(); ++i) {
      for (float& v : hidden.row(i)) v = std::max(v, 0.0f);
    }
    const Matrix change = contract(hidden, num_threads);
    for (int64_t i = 0; i < x.rows(); ++i) {
      for (int64_t j = 0; j < x.cols(); ++j) x(i, j) += change(i, j);
    }
  }

  void layer_norm(std::span<const float> in, std::span<float> out) const {
    double mean = 0, variance = 0;
    for (const float v : in) mean += static_cast<double>(v);
    mean /= static_cast<double>(in.size());
    for (const float v : in) variance += (v - mean) * (v - mean);
    const double scale = 1 / std::sqrt(variance / static_cast<double>(in.size()) + kLayerNormEps);
    for (size_t i = 0; i < in.size(); ++i) {
      out[i] = static_cast<float>((in[i] - mean) * scale * norm_weight[i] + norm_bias[i]);
    }
  }
};

class MixvprPooling : public Pooling {
 public:
  MixvprPooling(const PoolingSpec& spec, std::vector<Mixer> mixers, Linear channels, Linear rows)
      : spec_(spec),
        mixers_(std::move(mixers)),
        channels_(std::move(channels)),
        rows_(std::move(rows)) {}
  int64_t feature_dim() const override { return channels_.in(); }
  int64_t output_dim(int64_t) const override { return channels_.out() * rows_.out(); }
  void pool(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    LOCI_REQUIRE(
        features.values.cols() == channels_.in() && std::cmp_equal(out.size(), output_dim(0)),
        "features have the layer's width and out its output's");
    std::fill(out.begin(), out.end(), 0.0f);
    if (features.values.rows() == 0) return;
    LOCI_REQUIRE(features.values.rows() == rows_.in(),
                 "mixvpr was trained for one map size: its images must be resized to the width and "
                 "height of the model");
    Matrix x = transposed(features.values);  // channels x positions
    for (const Mixer& mixer : mixers_) mixer(x, num_threads);
    const Matrix by_channel = transposed(channels_(transposed(x), num_threads));
    const Matrix y = rows_(by_channel, num_threads);
    std::copy(y.data(), y.data() + y.size(), out.begin());
    if (spec_.final_norm) normalize_whole(out, spec_.eps);
  }

 private:
  PoolingSpec spec_;
  std::vector<Mixer> mixers_;
  Linear channels_, rows_;
};

}  // namespace

Result<std::unique_ptr<Pooling>> make_mixvpr(const PoolingSpec& spec,
                                             const TensorMap& tensors,
                                             int64_t feature_dim) {
  LOCI_TRY(channels,
           find_linear(tensors, "pooling.channels", -1, feature_dim > 0 ? feature_dim : -1));
  LOCI_TRY(rows, find_linear(tensors, "pooling.rows", -1, -1));
  std::vector<Mixer> mixers;
  for (int i = 0; i < kMaxDepth; ++i) {
    const std::string name = "pooling.mix." + std::to_string(i);
    if (!tensors.contains(name + ".norm.weight")) break;
    LOCI_TRY(norm_weight, finite_vector(tensors, name + ".norm.weight", rows.in()));
    LOCI_TRY(norm_bias, finite_vector(tensors, name + ".norm.bias", rows.in()));
    LOCI_TRY(expand, find_linear(tensors, name + ".expand", -1, rows.in()));
    LOCI_TRY(contract, find_linear(tensors, name + ".contract", rows.in(), expand.out()));
    mixers.push_back(
        {std::move(norm_weight), std::move(norm_bias), std::move(expand), std::move(contract)});
  }
  return std::unique_ptr<Pooling>(
      new MixvprPooling(spec, std::move(mixers), std::move(channels), std::move(rows)));
}

}  // namespace loci::internal
