// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// SALAD (Izquierdo and Civera, CVPR 2024), from its equations.
#include "layers.h"
#include "norms.h"
#include "sinkhorn.h"
#include "tensors.h"

#include "loci/base/check.h"
#include "loci/math/gemm.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace loci::internal {
namespace {

class SaladPooling : public Pooling {
 public:
  SaladPooling(const PoolingSpec& spec,
               Perceptron features,
               Perceptron scores,
               std::optional<Perceptron> token,
               float dustbin)
      : spec_(spec),
        features_(std::move(features)),
        scores_(std::move(scores)),
        token_(std::move(token)),
        dustbin_(dustbin) {}
  int64_t feature_dim() const override { return features_.hidden.in(); }
  int64_t output_dim(int64_t) const override {
    return token_dim() + features_.out.out() * scores_.out.out();
  }
  void pool(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    LOCI_REQUIRE(
        features.values.cols() == feature_dim() && std::cmp_equal(out.size(), output_dim(0)),
        "features have the layer's width and out its output's");
    std::fill(out.begin(), out.end(), 0.0f);
    const int64_t tokens = token_ ? 1 : 0;
    const int64_t n = features.values.rows() - tokens;
    if (n <= scores_.out.out()) return;  // fewer features than clusters cannot be shared out
    if (token_) {
      const Matrix g = (*token_)(features.values.rows_from(n, 1), num_threads);
      std::copy(g.row(0).begin(), g.row(0).end(), out.begin());
      normalize_whole(out.first(g.row(0).size()), spec_.eps);
    }
    aggregate(features.values.rows_from(0, n),
              out.subspan(static_cast<size_t>(token_dim())),
              num_threads);
    if (spec_.final_norm) normalize_whole(out, spec_.eps);
  }

 private:
  int64_t token_dim() const { return token_ ? token_->out.out() : 0; }

  /// V[l][k] = sum_i P_ik f_il, each cluster (column) to unit norm, dimension outer.
  void aggregate(ConstMatrixView x, std::span<float> out, int num_threads) const {
    const Matrix f = features_(x, num_threads);
    const Matrix plan = sinkhorn_transport(scores_(x, num_threads), dustbin_);
    const int64_t clusters = scores_.out.out(), dim = f.cols();
    const Matrix columns = transposed(plan);
    Matrix sums(clusters, dim);
    gemm_nn(columns.view().rows_from(0, clusters), f, sums, num_threads);
    for (int64_t k = 0; k < clusters; ++k) {
      const double scale = part_scale(squared_norm(sums.row(k)), spec_.eps);
      for (int64_t l = 0; l < dim; ++l) {
        out[static_cast<size_t>(l * clusters + k)] = static_cast<float>(sums(k, l) * scale);
      }
    }
  }

  PoolingSpec spec_;
  Perceptron features_, scores_;
  std::optional<Perceptron> token_;
  float dustbin_;
};

}  // namespace

Result<std::unique_ptr<Pooling>> make_salad(const PoolingSpec& spec,
                                            const TensorMap& tensors,
                                            int64_t feature_dim) {
  LOCI_TRY(features,
           find_perceptron(tensors, "pooling.features", feature_dim > 0 ? feature_dim : -1));
  LOCI_TRY(scores, find_perceptron(tensors, "pooling.scores", features.hidden.in()));
  LOCI_TRY(dustbin, finite_vector(tensors, "pooling.dustbin", 1));
  std::optional<Perceptron> token;
  if (tensors.contains("pooling.token.out.weight")) {
    LOCI_TRY(found, find_perceptron(tensors, "pooling.token", features.hidden.in()));
    token = std::move(found);
  }
  return std::unique_ptr<Pooling>(
      new SaladPooling(spec, std::move(features), std::move(scores), std::move(token), dustbin[0]));
}

}  // namespace loci::internal
