// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/netvlad_reference.h"

#include "norms.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

double square_sum(std::span<const double> x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return sum;
}

MatrixOf<double> scaled_features(const PoolingSpec& spec, ConstMatrixView features) {
  MatrixOf<double> x(features.rows(), features.cols());
  for (int64_t i = 0; i < x.rows(); ++i) {
    std::copy(features.row(i).begin(), features.row(i).end(), x.row(i).begin());
    if (!spec.normalize_features) continue;
    const double scale = internal::part_scale(square_sum(x.row(i)), spec.eps);
    for (double& v : x.row(i)) v *= scale;
  }
  return x;
}

void softmax(std::span<double> logits) {
  const double top = *std::ranges::max_element(logits);
  double total = 0;
  for (double& v : logits) total += v = std::exp(v - top);
  for (double& v : logits) v /= total;
}

void one_hot(std::span<double> logits) {
  const auto best = std::ranges::max_element(logits) - logits.begin();
  std::ranges::fill(logits, 0.0);
  logits[static_cast<size_t>(best)] = 1;
}

std::vector<double> normalized(const PoolingSpec& spec, MatrixOf<double> v) {
  for (int64_t k = 0; k < v.rows(); ++k) {
    if (spec.signed_sqrt) {
      for (double& value : v.row(k)) value = std::copysign(std::sqrt(std::fabs(value)), value);
    }
    if (!spec.intra_norm) continue;
    const double scale = internal::part_scale(square_sum(v.row(k)), spec.eps);
    for (double& value : v.row(k)) value *= scale;
  }
  const double whole =
      spec.final_norm ? internal::whole_scale(square_sum({v.data(), v.size()}), spec.eps) : 1.0;
  std::vector<double> flat(v.size());
  for (int64_t k = 0; k < v.rows(); ++k) {
    for (int64_t d = 0; d < v.cols(); ++d) {
      flat[static_cast<size_t>(spec.dimension_outer ? d * v.rows() + k : k * v.cols() + d)] =
          v(k, d) * whole;
    }
  }
  return flat;
}

}  // namespace

NetvladReference netvlad_reference(const PoolingSpec& spec,
                                   ConstMatrixView features,
                                   ConstMatrixView weight,
                                   std::span<const float> bias,
                                   ConstMatrixView centers,
                                   bool hard) {
  const int64_t clusters = weight.rows(), dim = weight.cols();
  const MatrixOf<double> x = scaled_features(spec, features);
  NetvladReference result{
      MatrixOf<double>(x.rows(), clusters), MatrixOf<double>(clusters, dim), {}};
  for (int64_t i = 0; i < x.rows(); ++i) {
    for (int64_t k = 0; k < clusters; ++k) {
      double logit = bias[static_cast<size_t>(k)];
      for (int64_t d = 0; d < dim; ++d) logit += weight(k, d) * x(i, d);
      result.assignment(i, k) = logit;
    }
    hard ? one_hot(result.assignment.row(i)) : softmax(result.assignment.row(i));
    for (int64_t k = 0; k < clusters; ++k) {
      for (int64_t d = 0; d < dim; ++d)
        result.residuals(k, d) += result.assignment(i, k) * (x(i, d) - centers(k, d));
    }
  }
  result.descriptor = normalized(spec, result.residuals);
  return result;
}

}  // namespace loci
