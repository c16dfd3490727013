// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/init.h"

#include "norms.h"

#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace loci {
namespace {

const double kLogRatio = -std::log(0.01);  // the largest assignment over the second: 100

Status check_rows(ConstMatrixView m, const char* what) {
  for (int64_t i = 0; i < m.rows(); ++i) {
    for (const float v : m.row(i)) {
      if (!std::isfinite(v)) {
        return invalid_argument(std::string(what) + " " + std::to_string(i) +
                                " holds a number that is not finite");
      }
    }
  }
  return {};
}

Status check(ConstMatrixView centers, ConstMatrixView features) {
  if (centers.rows() < 2 || centers.cols() < 1) {
    return invalid_argument("NetVLAD needs at least two cluster centers, found " +
                            std::to_string(centers.rows()));
  }
  if (features.rows() < 1 || features.cols() != centers.cols()) {
    return invalid_argument(
        "the sample is " + std::to_string(features.rows()) + "x" + std::to_string(features.cols()) +
        "; expected at least one feature of the centers' width " + std::to_string(centers.cols()));
  }
  LOCI_RETURN_IF_ERROR(check_rows(centers, "cluster center"));
  return check_rows(features, "feature");
}

/// The mean over features of the largest value less the second largest, value(i, k).
template <class Value>
double mean_gap(int64_t n, int64_t clusters, Value value) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) {
    double first = -INFINITY, second = -INFINITY;
    for (int64_t k = 0; k < clusters; ++k) {
      const double v = value(i, k);
      second = std::max(second, std::min(first, v));
      first = std::max(first, v);
    }
    sum += first - second;
  }
  return sum / static_cast<double>(n);
}

double product(std::span<const float> a, std::span<const float> b) {
  return dot_exact(a.data(), b.data(), a.size());
}

std::vector<double> norms(ConstMatrixView m) {
  std::vector<double> result;
  for (int64_t i = 0; i < m.rows(); ++i)
    result.push_back(std::sqrt(internal::squared_norm(m.row(i))));
  return result;
}

Status no_gap() {
  return invalid_argument(
      "the sample's features lie equally far from their two nearest centers, so no assignment can "
      "tell these apart; give "
      "more and different features");
}

TensorMap layer(ConstMatrixView centers, const std::vector<double>& factor) {
  Matrix weight(centers.rows(), centers.cols());
  for (int64_t k = 0; k < centers.rows(); ++k) {
    for (int64_t d = 0; d < centers.cols(); ++d) {
      weight(k, d) = static_cast<float>(factor[static_cast<size_t>(k)] * centers(k, d));
    }
  }
  return {{"pooling.weight", make_tensor(weight)}, {"pooling.centers", make_tensor(centers)}};
}

Result<TensorMap> first_version(ConstMatrixView centers, ConstMatrixView features) {
  const std::vector<double> center_norms = norms(centers), feature_norms = norms(features);
  const auto zero = std::ranges::find(center_norms, 0.0);
  if (zero != center_norms.end()) {
    return invalid_argument("cluster center " + std::to_string(zero - center_norms.begin()) +
                            " is all zero; leave features of norm 0 out of the clustering");
  }
  const double gap = mean_gap(features.rows(), centers.rows(), [&](int64_t i, int64_t k) {
    const double norm = feature_norms[static_cast<size_t>(i)];
    return norm == 0 ? 0.0
                     : product(features.row(i), centers.row(k)) /
                           (norm * center_norms[static_cast<size_t>(k)]);
  });
  if (!(gap > 0)) return no_gap();
  std::vector<double> factor;
  for (const double norm : center_norms) factor.push_back(kLogRatio / gap / norm);
  return layer(centers, factor);
}

Result<TensorMap> second_version(ConstMatrixView centers, ConstMatrixView features) {
  std::vector<double> squares;
  for (int64_t k = 0; k < centers.rows(); ++k)
    squares.push_back(internal::squared_norm(centers.row(k)));
  // |x - c|^2 without |x|^2, which is the same for all centers.
  const double gap = mean_gap(features.rows(), centers.rows(), [&](int64_t i, int64_t k) {
    return 2 * product(features.row(i), centers.row(k)) - squares[static_cast<size_t>(k)];
  });
  if (!(gap > 0)) return no_gap();
  const double alpha = kLogRatio / gap;
  TensorMap tensors = layer(centers, std::vector<double>(squares.size(), 2 * alpha));
  std::vector<float> bias;
  for (const double square : squares) bias.push_back(static_cast<float>(-alpha * square));
  tensors["pooling.bias"] = make_tensor({centers.rows()}, std::span<const float>(bias));
  return tensors;
}

}  // namespace

Result<TensorMap> netvlad_from_clusters(ConstMatrixView centers,
                                        ConstMatrixView sample_features,
                                        bool v2) {
  LOCI_RETURN_IF_ERROR(check(centers, sample_features));
  return v2 ? second_version(centers, sample_features) : first_version(centers, sample_features);
}

}  // namespace loci
