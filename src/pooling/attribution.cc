// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/attribution.h"

#include "gem.h"
#include "layers.h"
#include "netvlad.h"
#include "norms.h"

#include "loci/base/check.h"
#include "loci/math/gemm.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

using internal::VladTensors;

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

/// One image in a layer with clusters.
struct Side {
  Matrix x;           // N x D, normalised as the layer does
  Matrix assignment;  // N x K
  Matrix pooled;      // K x D, the descriptor
  Matrix factor;      // K x D: pooled over the residual sum
};

void assign(const VladTensors& layer, Matrix& logits) {
  for (int64_t i = 0; i < logits.rows(); ++i) {
    const std::span<float> row = logits.row(i);
    for (size_t k = 0; k < row.size(); ++k) row[k] += layer.bias[k];
    const auto top = std::max_element(row.begin(), row.end());
    if (layer.hard) {
      const auto best = top - row.begin();
      std::fill(row.begin(), row.end(), 0.0f);
      row[static_cast<size_t>(best)] = 1;
      continue;
    }
    const float largest = *top;
    double total = 0;
    for (float& v : row) total += v = std::exp(v - largest);
    for (float& v : row) v = static_cast<float>(v / total);
  }
}

/// sum_i a_ik (x_i - c_k)
Matrix residuals(const VladTensors& layer, const Matrix& x, const Matrix& assignment) {
  Matrix turned(assignment.cols(), assignment.rows());
  for (int64_t i = 0; i < assignment.rows(); ++i) {
    for (int64_t k = 0; k < assignment.cols(); ++k) turned(k, i) = assignment(i, k);
  }
  Matrix sums(layer.centers.rows(), layer.centers.cols());
  if (x.rows() > 0) gemm_nn(turned, x, sums, 1);
  for (int64_t k = 0; k < sums.rows(); ++k) {
    double mass = 0;
    for (const float a : turned.row(k)) mass += a;
    for (int64_t d = 0; d < sums.cols(); ++d)
      sums(k, d) -= static_cast<float>(mass * static_cast<double>(layer.centers(k, d)));
  }
  return sums;
}

/// The layer's normalisations, and what they multiplied each number by.
void normalise(const PoolingSpec& spec, Matrix sums, Side& side) {
  side.factor = Matrix(sums.rows(), sums.cols());
  std::fill_n(side.factor.data(), side.factor.size(), 1.0f);
  for (int64_t k = 0; k < sums.rows(); ++k) {
    if (spec.signed_sqrt) {
      for (int64_t d = 0; d < sums.cols(); ++d) {
        const float root = std::sqrt(std::fabs(sums(k, d)));
        side.factor(k, d) = root > 0 ? 1 / root : 0;
        sums(k, d) = std::copysign(root, sums(k, d));
      }
    }
    if (!spec.intra_norm) continue;
    const double scale = internal::part_scale(internal::squared_norm(sums.row(k)), spec.eps);
    internal::scale_by(sums.row(k), scale);
    internal::scale_by(side.factor.row(k), scale);
  }
  if (spec.final_norm) {
    const std::span<float> all(sums.data(), sums.size());
    const double scale = internal::whole_scale(internal::squared_norm(all), spec.eps);
    internal::scale_by(all, scale);
    internal::scale_by({side.factor.data(), side.factor.size()}, scale);
  }
  side.pooled = std::move(sums);
}

Side make_side(const PoolingSpec& spec, const VladTensors& layer, ConstMatrixView features) {
  Side side;
  side.x = Matrix(features.rows(), features.cols());
  for (int64_t i = 0; i < features.rows(); ++i) {
    const auto row = side.x.row(i);
    std::copy(features.row(i).begin(), features.row(i).end(), row.begin());
    if (spec.normalize_features)
      internal::scale_by(row, internal::part_scale(internal::squared_norm(row), spec.eps));
  }
  side.assignment = Matrix(features.rows(), layer.weight.rows());
  if (features.rows() > 0) gemm_nt(side.x, layer.weight, side.assignment, 1);
  assign(layer, side.assignment);
  normalise(spec, residuals(layer, side.x, side.assignment), side);
  return side;
}

std::vector<double> parts(const VladTensors& layer, const Side& of, const Side& with) {
  Matrix pull(with.pooled.rows(), with.pooled.cols());
  std::vector<double> at_center;
  for (int64_t k = 0; k < pull.rows(); ++k) {
    for (int64_t d = 0; d < pull.cols(); ++d) pull(k, d) = of.factor(k, d) * with.pooled(k, d);
    at_center.push_back(dot(layer.centers.row(k), pull.row(k)));
  }
  Matrix products(of.x.rows(), pull.rows());
  if (of.x.rows() > 0) gemm_nt(of.x, pull, products, 1);
  std::vector<double> out;
  for (int64_t i = 0; i < products.rows(); ++i) {
    double sum = 0;
    for (int64_t k = 0; k < products.cols(); ++k) {
      sum += static_cast<double>(of.assignment(i, k)) *
             (static_cast<double>(products(i, k)) - at_center[static_cast<size_t>(k)]);
    }
    out.push_back(sum);
  }
  return out;
}

/// A dimension's share of each feature for the column poolings: columns sum to 1.
Matrix column_shares(const PoolingSpec& spec, std::span<const float> powers, ConstMatrixView x) {
  constexpr float kFloor = 1e-6f;  // as GeM clamps its input
  Matrix shares(x.rows(), x.cols());
  for (int64_t d = 0; d < x.cols(); ++d) {
    double total = 0;
    int64_t top = 0;
    for (int64_t i = 0; i < x.rows(); ++i) {
      if (x(i, d) > x(top, d)) top = i;
      const float p = powers.size() == 1 ? powers[0] : powers[static_cast<size_t>(d)];
      shares(i, d) = spec.type == "gem" ? std::pow(std::max(x(i, d), kFloor), p) : x(i, d);
      total += static_cast<double>(shares(i, d));
    }
    for (int64_t i = 0; i < x.rows(); ++i) {
      if (spec.type == "max") {
        shares(i, d) = i == top ? 1.0f : 0.0f;
      } else {
        shares(i, d) = total == 0 ? 1.0f / static_cast<float>(x.rows())
                                  : static_cast<float>(static_cast<double>(shares(i, d)) / total);
      }
    }
  }
  return shares;
}

Result<Attribution> attribute_columns(const PoolingSpec& spec,
                                      const TensorMap& tensors,
                                      const FeaturesView& first,
                                      const FeaturesView& second) {
  const int64_t dim = first.values.cols();
  LOCI_TRY(pooling, Pooling::create(spec, tensors, dim));
  std::vector<float> powers{1};
  if (spec.type == "gem") {
    LOCI_TRY(given, internal::find_gem_power(spec, tensors, dim));
    powers = std::move(given);
  }
  std::vector<float> a(static_cast<size_t>(dim)), b(a.size());
  pooling->pool(first, a);
  pooling->pool(second, b);
  Attribution out;
  out.score = dot(a, b);
  const auto share_out = [&](ConstMatrixView x) {
    const Matrix shares = column_shares(spec, powers, x);
    std::vector<double> given(static_cast<size_t>(x.rows()));
    for (int64_t i = 0; i < x.rows(); ++i) {
      for (size_t d = 0; d < a.size(); ++d)
        given[static_cast<size_t>(i)] += static_cast<double>(shares(i, static_cast<int64_t>(d))) *
                                         static_cast<double>(a[d]) * static_cast<double>(b[d]);
    }
    return given;
  };
  out.first = share_out(first.values);
  out.second = share_out(second.values);
  return out;
}

}  // namespace

Result<Attribution> attribute_score(const PoolingSpec& spec,
                                    const TensorMap& tensors,
                                    const FeaturesView& first,
                                    const FeaturesView& second) {
  LOCI_REQUIRE(first.values.cols() == second.values.cols(), "features of one width");
  if (spec.type == "gem" || spec.type == "mean" || spec.type == "max")
    return attribute_columns(spec, tensors, first, second);
  if (spec.type != "netvlad" && spec.type != "vlad") {
    return unsupported("a descriptor pooled by '" + spec.type +
                       "' is no sum over locations and cannot be taken apart");
  }
  LOCI_TRY(layer, internal::read_vlad(spec, tensors, first.values.cols(), spec.type == "vlad"));
  Side a = make_side(spec, layer, first.values), b = make_side(spec, layer, second.values);
  Attribution out;
  for (int64_t k = 0; k < a.pooled.rows(); ++k) {
    out.cluster_agreement.push_back(dot(a.pooled.row(k), b.pooled.row(k)));
    out.score += out.cluster_agreement.back();
  }
  out.first = parts(layer, a, b);
  out.second = parts(layer, b, a);
  out.first_assignment = std::move(a.assignment);
  out.second_assignment = std::move(b.assignment);
  return out;
}

}  // namespace loci
