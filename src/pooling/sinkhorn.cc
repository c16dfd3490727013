// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "sinkhorn.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace loci::internal {
namespace {

constexpr int kIterations = 3;

/// log(sum of e^value(i)) for i < count.
template <class Value>
double log_sum_exp(int64_t count, Value value) {
  double most = -INFINITY;
  for (int64_t i = 0; i < count; ++i) most = std::max(most, value(i));
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += std::exp(value(i) - most);
  return most + std::log(sum);
}

}  // namespace

Matrix sinkhorn_transport(ConstMatrixView scores, double dustbin) {
  const int64_t n = scores.rows(), m = scores.cols();
  LOCI_REQUIRE(n > m, "there are more features than clusters");
  const double unit = -std::log(static_cast<double>(n + m));
  const double dustbin_mass = unit + std::log(static_cast<double>(n - m));
  const auto cost = [&](int64_t i, int64_t k) {
    return k < m ? static_cast<double>(scores(i, k)) : dustbin;
  };
  std::vector<double> u(static_cast<size_t>(m + 1), 0.0), v(static_cast<size_t>(n), 0.0);
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    for (int64_t k = 0; k <= m; ++k) {
      const double mass = k < m ? unit : dustbin_mass;
      u[static_cast<size_t>(k)] =
          mass - log_sum_exp(n, [&](int64_t i) { return cost(i, k) + v[static_cast<size_t>(i)]; });
    }
    for (int64_t i = 0; i < n; ++i) {
      v[static_cast<size_t>(i)] = unit - log_sum_exp(m + 1, [&](int64_t k) {
                                    return cost(i, k) + u[static_cast<size_t>(k)];
                                  });
    }
  }
  Matrix plan(n, m + 1);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k <= m; ++k) {
      const double log_mass =
          cost(i, k) + u[static_cast<size_t>(k)] + v[static_cast<size_t>(i)] - unit;
      plan(i, k) = static_cast<float>(std::exp(log_mass));
    }
  }
  return plan;
}

}  // namespace loci::internal
