// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "candidates.h"

#include "loci/base/rng.h"
#include "loci/index/index.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace loci {

/// Unit rows around `places` directions; `spread` is the length of what is added to the unit center
/// of a place, and `common` that of a part which all rows share.
inline Matrix clustered_rows(int64_t rows,
                             int64_t dim,
                             int64_t places,
                             double spread,
                             double common,
                             std::string_view stream) {
  Rng rng(1, stream);
  const double one = 1 / std::sqrt(static_cast<double>(dim));
  Matrix centers(places, dim), out(rows, dim);
  std::vector<double> shared(static_cast<size_t>(dim));
  for (double& x : shared) x = rng.normal() * common * one;
  for (int64_t p = 0; p < places; ++p) {
    for (size_t d = 0; d < shared.size(); ++d)
      centers.row(p)[d] = static_cast<float>(shared[d] + rng.normal() * one);
  }
  for (int64_t i = 0; i < rows; ++i) {
    const auto center = centers.row(i % places);
    const auto row = out.row(i);
    for (size_t d = 0; d < row.size(); ++d)
      row[d] = center[d] + static_cast<float>(rng.normal() * spread * one);
    l2_normalize(row);
  }
  return out;
}

/// Every row's float64 score, sorted: what all searches must agree with.
inline std::vector<Hit> exact_hits(ConstMatrixView rows, const float* query, int k) {
  std::vector<internal::ExactHit> all;
  for (int64_t i = 0; i < rows.rows(); ++i) {
    all.push_back({dot_exact(query, rows.row_data(i), static_cast<size_t>(rows.cols())), i});
  }
  return internal::best_hits(std::move(all), k);
}

inline std::vector<int64_t> ids_of(const std::vector<Hit>& hits) {
  std::vector<int64_t> ids;
  for (const Hit& hit : hits) ids.push_back(hit.id);
  return ids;
}

}  // namespace loci
