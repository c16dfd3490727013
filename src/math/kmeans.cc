// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/kmeans.h"

#include "finite.h"
#include "kernels.h"
#include "kmeans_assign.h"

#include "loci/base/parallel.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace loci {
namespace {

constexpr int64_t kGrain = 1024;

/// The sum in the order of the values, whatever the number of threads.
double ordered_sum(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value);
  return sum;
}

/// Lowers each row's squared distance to the nearest chosen center by the new center, and sums it
/// by chunks.
std::vector<double> meet_center(ConstMatrixView points,
                                const float* center,
                                std::span<float> nearest,
                                int num_threads) {
  const auto width = static_cast<size_t>(points.cols());
  std::vector<double> sums(static_cast<size_t>((points.rows() + kGrain - 1) / kGrain));
  parallel_for(points.rows(), kGrain, num_threads, [&](int64_t begin, int64_t end) {
    double sum = 0;
    for (int64_t i = begin; i < end; ++i) {
      float& value = nearest[static_cast<size_t>(i)];
      value = std::min(value, squared_distance(points.row_data(i), center, width));
      sum += static_cast<double>(value);
    }
    sums[static_cast<size_t>(begin / kGrain)] = sum;
  });
  return sums;
}

/// The row at which the running sum of `nearest` passes `mass`.
int64_t row_at(std::span<const float> nearest, const std::vector<double>& sums, double mass) {
  size_t chunk = 0;
  while (chunk + 1 < sums.size() && mass >= sums[chunk]) mass -= sums[chunk++];
  const size_t begin = chunk * static_cast<size_t>(kGrain);
  size_t last = nearest.size();
  for (size_t i = begin; i < nearest.size(); ++i) {
    if (nearest[i] <= 0) continue;
    last = i;
    mass -= static_cast<double>(nearest[i]);
    if (mass < 0) break;
  }
  if (last < nearest.size()) return static_cast<int64_t>(last);
  // Rounding carried the mass past the end: the last row that is no center yet.
  while (last > 0 && nearest[last - 1] <= 0) --last;
  return static_cast<int64_t>(last) - 1;
}

/// k-means++: each next center is a row drawn with a probability proportional to its squared
/// distance to those chosen.
Status choose_centers(ConstMatrixView points,
                      const KMeansOptions& options,
                      const JobControl& job,
                      Matrix& centers) {
  Rng rng(options.seed, "kmeans++");
  std::vector<float> nearest(static_cast<size_t>(points.rows()),
                             std::numeric_limits<float>::infinity());
  auto row = static_cast<int64_t>(rng.below(static_cast<uint64_t>(points.rows())));
  for (int64_t k = 0;; ++k) {
    std::ranges::copy(points.row(row), centers.row(k).begin());
    if (k + 1 == centers.rows()) return {};
    if (job.cancelled()) return cancelled("k-means was stopped while it chose its first centers");
    const std::vector<double> sums =
        meet_center(points, points.row_data(row), nearest, options.num_threads);
    const double mass = std::accumulate(sums.begin(), sums.end(), 0.0);
    if (!(mass > 0)) {
      return invalid_argument(
          format("k-means: %lld clusters wanted, but the %lld rows hold only %lld different ones; "
                 "ask for fewer clusters or give more points",
                 static_cast<long long>(centers.rows()),
                 static_cast<long long>(points.rows()),
                 static_cast<long long>(k + 1)));
    }
    row = row_at(nearest, sums, rng.uniform() * mass);
  }
}

/// Rows of each cluster, in order: rows[first[k]] to rows[first[k + 1]].
struct Members {
  std::vector<int64_t> first, rows;
};

Members members_of(std::span<const int32_t> assignment, int64_t num_clusters) {
  Members m;
  m.first.assign(static_cast<size_t>(num_clusters) + 1, 0);
  m.rows.resize(assignment.size());
  for (const int32_t k : assignment) ++m.first[static_cast<size_t>(k) + 1];
  std::partial_sum(m.first.begin(), m.first.end(), m.first.begin());
  std::vector<int64_t> next(m.first.begin(), m.first.end() - 1);
  for (size_t i = 0; i < assignment.size(); ++i) {
    m.rows[static_cast<size_t>(next[static_cast<size_t>(assignment[i])]++)] =
        static_cast<int64_t>(i);
  }
  return m;
}

/// Gives every empty cluster the row farthest from its center, taken from a cluster that keeps
/// another one.
void fill_empty(std::span<int32_t> assignment, std::span<float> distances, int64_t num_clusters) {
  std::vector<int64_t> sizes(static_cast<size_t>(num_clusters));
  for (const int32_t k : assignment) ++sizes[static_cast<size_t>(k)];
  for (int64_t k = 0; k < num_clusters; ++k) {
    if (sizes[static_cast<size_t>(k)] > 0) continue;
    size_t farthest = assignment.size();
    for (size_t i = 0; i < assignment.size(); ++i) {
      if (sizes[static_cast<size_t>(assignment[i])] < 2) continue;
      if (farthest == assignment.size() || distances[i] > distances[farthest]) farthest = i;
    }
    if (farthest == assignment.size()) return;
    --sizes[static_cast<size_t>(assignment[farthest])];
    ++sizes[static_cast<size_t>(k)];
    assignment[farthest] = static_cast<int32_t>(k);
    distances[farthest] = 0;
  }
}

/// Each center becomes the mean of its rows, summed in float64 and in order of the rows.
void move_centers(ConstMatrixView points,
                  std::span<const int32_t> assignment,
                  int num_threads,
                  Matrix& centers) {
  const Members members = members_of(assignment, centers.rows());
  const auto width = static_cast<size_t>(points.cols());
  // Pieces of the width are tasks too, for the case of few clusters.
  constexpr size_t kPiece = 256;
  const auto pieces = static_cast<int64_t>((width + kPiece - 1) / kPiece);
  parallel_for(centers.rows() * pieces, 1, num_threads, [&](int64_t begin, int64_t) {
    const int64_t k = begin / pieces;
    const size_t from = static_cast<size_t>(begin % pieces) * kPiece,
                 length = std::min(kPiece, width - from);
    const int64_t first = members.first[static_cast<size_t>(k)],
                  last = members.first[static_cast<size_t>(k) + 1];
    if (first == last) return;
    double sums[kPiece] = {};
    for (int64_t m = first; m < last; ++m) {
      const float* row = points.row_data(members.rows[static_cast<size_t>(m)]);
      internal::math_kernels().add_to_doubles(row + from, sums, length);
    }
    const auto count = static_cast<double>(last - first);
    for (size_t d = 0; d < length; ++d)
      centers.row(k)[from + d] = static_cast<float>(sums[d] / count);
  });
}

Status check(ConstMatrixView points, const KMeansOptions& options) {
  if (options.num_clusters < 1 || points.rows() < options.num_clusters || points.cols() < 1) {
    return invalid_argument(format(
        "k-means: %d clusters of %lld rows of %lld values: there must be at least one cluster "
        "and no fewer rows than clusters",
        options.num_clusters,
        static_cast<long long>(points.rows()),
        static_cast<long long>(points.cols())));
  }
  const int64_t bad = internal::first_row_not_finite(points, options.num_threads);
  if (bad >= 0) {
    return invalid_argument(
        format("k-means: row %lld holds a value that is not finite; leave such rows out",
               static_cast<long long>(bad)));
  }
  return {};
}

}  // namespace

Result<KMeansResult> kmeans(ConstMatrixView points,
                            const KMeansOptions& options,
                            const JobControl& job) {
  LOCI_RETURN_IF_ERROR(check(points, options));
  const auto count = static_cast<size_t>(points.rows());
  KMeansResult result;
  result.centers = Matrix(options.num_clusters, points.cols());
  result.assignment.resize(count);
  LOCI_RETURN_IF_ERROR(choose_centers(points, options, job, result.centers));

  std::vector<float> distances(count);
  const auto assign = [&] {
    internal::nearest_centers(
        points, result.centers, options.num_threads, result.assignment, distances);
    return ordered_sum(distances) / static_cast<double>(count);
  };
  result.mean_squared_distance = assign();
  while (result.iterations < options.max_iterations) {
    if (job.cancelled()) return cancelled("k-means was stopped");
    job.progress("clustering", result.iterations, options.max_iterations);
    fill_empty(result.assignment, distances, options.num_clusters);
    move_centers(points, result.assignment, options.num_threads, result.centers);
    const double before = result.mean_squared_distance;
    result.mean_squared_distance = assign();
    ++result.iterations;
    if (!(before - result.mean_squared_distance > options.tolerance * before)) break;
  }
  job.progress("clustering", result.iterations, result.iterations);
  return result;
}

}  // namespace loci
