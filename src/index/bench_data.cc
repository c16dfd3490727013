// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bench_data.h"

#include "loci/base/parallel.h"
#include "loci/base/rng.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {
namespace {

/// to = from + noise of the given length, scaled to unit length; only noise when `from` is null.
void disturb(const float* from, double length, Rng& rng, std::span<float> to) {
  const double scale = length / std::sqrt(static_cast<double>(to.size()));
  for (size_t d = 0; d < to.size(); ++d) {
    to[d] = static_cast<float>((from == nullptr ? 0.0 : static_cast<double>(from[d])) +
                               scale * rng.normal());
  }
  l2_normalize(to);
}

}  // namespace

BenchData make_bench_data(const SearchBenchOptions& options) {
  const int64_t places = std::max<int64_t>(1, options.rows / 10);
  Matrix centers(places, options.dim);
  BenchData data{Matrix(options.rows, options.dim), Matrix(options.queries, options.dim)};
  constexpr int64_t kGrain = 16;
  parallel_for(places, kGrain, options.num_threads, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      Rng rng(options.seed, static_cast<uint64_t>(p));
      disturb(nullptr, 1, rng, centers.row(p));
    }
  });
  parallel_for(options.rows, kGrain, options.num_threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Rng rng(options.seed, (uint64_t{1} << 40) + static_cast<uint64_t>(i));
      disturb(centers.row(i % places).data(), 1, rng, data.rows.row(i));
    }
  });
  parallel_for(options.queries, kGrain, options.num_threads, [&](int64_t begin, int64_t end) {
    for (int64_t q = begin; q < end; ++q) {
      Rng rng(options.seed, (uint64_t{2} << 40) + static_cast<uint64_t>(q));
      const auto row = static_cast<int64_t>(rng.below(static_cast<uint64_t>(options.rows)));
      const bool related = std::isfinite(options.noise);
      disturb(related ? data.rows.row(row).data() : nullptr,
              related ? options.noise : 1,
              rng,
              data.queries.row(q));
    }
  });
  return data;
}

}  // namespace loci::internal
