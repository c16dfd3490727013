// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// argmin_k |x - c_k|^2 = argmax_k x . c_k - |c_k|^2 / 2, with the products by gemm_nt.
#include "kmeans_assign.h"

#include "kernels.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"
#include "loci/math/gemm.h"
#include "loci/math/kmeans.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace internal {
namespace {

double exact_squared_distance(const float* a, const float* b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; ++i) {
    const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += d * d;
  }
  return sum;
}

/// Picks among the centers whose float32 value lies within `slack` of the best.
int32_t pick(const float* point,
             ConstMatrixView centers,
             const float* products,
             const float* half_norms,
             float slack) {
  const auto count = static_cast<size_t>(centers.rows());
  const float bar = math_kernels().max_difference(products, half_norms, count) - slack;
  int32_t best = -1;
  double best_distance = -1;
  for (size_t k = 0; k < count; ++k) {
    if (products[k] - half_norms[k] < bar) continue;
    const auto candidate = static_cast<int32_t>(k);
    if (best < 0) {
      best = candidate;
      continue;
    }
    const auto width = static_cast<size_t>(centers.cols());
    if (best_distance < 0)
      best_distance = exact_squared_distance(point, centers.row_data(best), width);
    const double distance = exact_squared_distance(point, centers.row_data(candidate), width);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace

std::vector<float> half_squared_norms(ConstMatrixView rows, int num_threads) {
  std::vector<float> norms(static_cast<size_t>(rows.rows()));
  const auto width = static_cast<size_t>(rows.cols());
  parallel_for(rows.rows(), 256, num_threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      norms[static_cast<size_t>(i)] =
          static_cast<float>(0.5 * dot_exact(rows.row_data(i), rows.row_data(i), width));
    }
  });
  return norms;
}

void nearest_centers(ConstMatrixView points,
                     ConstMatrixView centers,
                     int num_threads,
                     std::span<int32_t> out,
                     std::span<float> squared_distances) {
  const int64_t num_centers = centers.rows();
  const auto width = static_cast<size_t>(points.cols());
  const std::vector<float> half_norms = half_squared_norms(centers, num_threads);
  const float largest = half_norms.empty() ? 0.0f : std::ranges::max(half_norms);
  const double center_norm = std::sqrt(2.0 * largest);
  // Twice the bound on the rounding of a sum of `width` products by blocks of 256, relative to |x|
  // |c|.
  const double relative =
      2 *
      (std::min<double>(static_cast<double>(width), 260.0) + static_cast<double>(width) / 256 + 4) *
      0x1p-24;
  const int64_t grain =
      std::clamp<int64_t>((1 << 17) / std::max<int64_t>(1, num_centers), 64, 2048);
  parallel_for(points.rows(), grain, num_threads, [&](int64_t begin, int64_t end) {
    Matrix products(end - begin, num_centers);
    gemm_nt(points.rows_from(begin, end - begin), centers, products, 1);
    for (int64_t i = begin; i < end; ++i) {
      const float* point = points.row_data(i);
      const double norm = std::sqrt(static_cast<double>(dot(point, point, width)));
      const auto slack = static_cast<float>(relative * center_norm * (norm + center_norm));
      const int32_t best =
          pick(point, centers, products.row(i - begin).data(), half_norms.data(), slack);
      out[static_cast<size_t>(i)] = best;
      if (!squared_distances.empty()) {
        squared_distances[static_cast<size_t>(i)] =
            squared_distance(point, centers.row_data(best), width);
      }
    }
  });
}

}  // namespace internal

void assign_nearest(ConstMatrixView points,
                    ConstMatrixView centers,
                    int num_threads,
                    std::span<int32_t> out) {
  LOCI_REQUIRE(centers.rows() > 0, "there is at least one center");
  LOCI_REQUIRE(points.cols() == centers.cols(), "points and centers have the same width");
  LOCI_REQUIRE(out.size() == static_cast<size_t>(points.rows()), "one place in out for each point");
  internal::nearest_centers(points, centers, num_threads, out, {});
}

}  // namespace loci
