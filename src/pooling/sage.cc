// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The head of SAGE, after its authors' code: patches weighted by their norm, each cluster a softmax over the positions,
// a signed power whose exponent the image decides.
#include "layers.h"
#include "norms.h"
#include "tensors.h"

#include "loci/base/check.h"
#include "loci/math/gemm.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace loci::internal {
namespace {

double sigmoid(float x) { return 1 / (1 + std::exp(-static_cast<double>(x))); }

/// Each row: e^(x - largest) by its sum.
void softmax_rows(Matrix& m) {
  for (int64_t i = 0; i < m.rows(); ++i) {
    const std::span<float> row = m.row(i);
    const float most = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (float& v : row) sum += static_cast<double>(v = std::exp(v - most));
    scale_by(row, 1 / sum);
  }
}

class SagePooling : public Pooling {
 public:
  SagePooling(const PoolingSpec& spec,
              Perceptron weights,
              Perceptron features,
              Perceptron scores,
              Perceptron token,
              Perceptron power)
      : spec_(spec),
        weights_(std::move(weights)),
        features_(std::move(features)),
        scores_(std::move(scores)),
        token_(std::move(token)),
        power_(std::move(power)) {}
  int64_t feature_dim() const override { return features_.hidden.in(); }
  int64_t output_dim(int64_t) const override {
    return token_.out.out() + features_.out.out() * scores_.out.out();
  }
  void pool(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    LOCI_REQUIRE(
        features.values.cols() == feature_dim() && std::cmp_equal(out.size(), output_dim(0)),
        "features have the layer's width and out its output's");
    std::fill(out.begin(), out.end(), 0.0f);
    const int64_t n = features.values.rows() - 1;
    if (n < 1) return;
    const Matrix g = token_(features.values.rows_from(n, 1), num_threads);
    std::copy(g.row(0).begin(), g.row(0).end(), out.begin());
    normalize_whole(out.first(g.row(0).size()), spec_.eps);
    aggregate(weighted(features.values.rows_from(0, n), num_threads),
              out.subspan(g.row(0).size()),
              num_threads);
    if (spec_.final_norm) normalize_whole(out, spec_.eps);
  }

 private:
  /// x_i (1 + sigmoid(weights(|x_i|)) / 2)
  Matrix weighted(ConstMatrixView x, int num_threads) const {
    Matrix norms(x.rows(), 1), out(x.rows(), x.cols());
    for (int64_t i = 0; i < x.rows(); ++i)
      norms(i, 0) = static_cast<float>(std::sqrt(squared_norm(x.row(i))) + 1e-6);
    const Matrix beta = weights_(norms, num_threads);
    for (int64_t i = 0; i < x.rows(); ++i) {
      std::copy(x.row(i).begin(), x.row(i).end(), out.row(i).begin());
      scale_by(out.row(i), 1 + 0.5 * sigmoid(beta(i, 0)));
    }
    return out;
  }

  void aggregate(const Matrix& x, std::span<float> out, int num_threads) const {
    Matrix f = features_(x, num_threads);
    double mean = 0;  // one number for all channels and positions, as the authors' code has it
    for (int64_t i = 0; i < f.rows(); ++i) {
      for (const float v : f.row(i)) mean += static_cast<double>(v);
    }
    mean /= static_cast<double>(f.rows() * f.cols());
    for (int64_t i = 0; i < f.rows(); ++i) {
      for (float& v : f.row(i)) v -= static_cast<float>(mean);
    }
    Matrix shares = transposed(scores_(x, num_threads));
    softmax_rows(shares);
    Matrix sums(shares.rows(), f.cols());  // [cluster][dimension]
    gemm_nn(shares, f, sums, num_threads);
    Matrix means(1, sums.rows());
    for (int64_t k = 0; k < sums.rows(); ++k) {
      scale_by(sums.row(k), 1 / static_cast<double>(f.rows()));
      double sum = 0;
      for (const float v : sums.row(k)) sum += static_cast<double>(v);
      means(0, k) = static_cast<float>(sum / static_cast<double>(f.cols()));
    }
    const double power = sigmoid(power_(means, num_threads)(0, 0));
    for (int64_t k = 0; k < sums.rows(); ++k) {
      add_signed_power(sums.row(k), power);
      const double scale = part_scale(squared_norm(sums.row(k)), spec_.eps);
      for (int64_t l = 0; l < sums.cols(); ++l) {
        out[static_cast<size_t>(l * sums.rows() + k)] = static_cast<float>(sums(k, l) * scale);
      }
    }
  }

  PoolingSpec spec_;
  Perceptron weights_, features_, scores_, token_, power_;
};

}  // namespace

Result<std::unique_ptr<Pooling>> make_sage(const PoolingSpec& spec,
                                           const TensorMap& tensors,
                                           int64_t feature_dim) {
  LOCI_TRY(features,
           find_perceptron(tensors, "pooling.features", feature_dim > 0 ? feature_dim : -1));
  const int64_t in = features.hidden.in();
  LOCI_TRY(scores, find_perceptron(tensors, "pooling.scores", in));
  LOCI_TRY(token, find_perceptron(tensors, "pooling.token", in));
  LOCI_TRY(weights, find_perceptron(tensors, "pooling.weights", 1, 1));
  LOCI_TRY(power, find_perceptron(tensors, "pooling.power", scores.out.out(), 1));
  return std::unique_ptr<Pooling>(new SagePooling(spec,
                                                  std::move(weights),
                                                  std::move(features),
                                                  std::move(scores),
                                                  std::move(token),
                                                  std::move(power)));
}

}  // namespace loci::internal
