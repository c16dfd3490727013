// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/standardize.h"

#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace loci {
namespace {

constexpr double kLeastDeviation = 1e-6;

bool is_zero(std::span<const float> row) {
  return std::ranges::all_of(row, [](float v) { return v == 0; });
}

}  // namespace

void standardize_set(MatrixView<float> rows) {
  const auto dim = static_cast<size_t>(rows.cols());
  std::vector<double> sum(dim), squares(dim);
  std::vector<int64_t> used;
  for (int64_t i = 0; i < rows.rows(); ++i) {
    const auto row = rows.row(i);
    if (is_zero(row)) continue;
    used.push_back(i);
    for (size_t d = 0; d < dim; ++d) sum[d] += static_cast<double>(row[d]);
  }
  if (used.size() < 2) return;
  const auto count = static_cast<double>(used.size());
  for (double& s : sum) s /= count;
  for (const int64_t i : used) {
    const auto row = rows.row(i);
    for (size_t d = 0; d < dim; ++d) {
      const double off = static_cast<double>(row[d]) - sum[d];
      squares[d] += off * off;
    }
  }
  for (double& s : squares) s = 1 / std::max(std::sqrt(s / count), kLeastDeviation);
  for (const int64_t i : used) {
    const auto row = rows.row(i);
    for (size_t d = 0; d < dim; ++d)
      row[d] = static_cast<float>((static_cast<double>(row[d]) - sum[d]) * squares[d]);
    l2_normalize(row);
  }
}

}  // namespace loci
