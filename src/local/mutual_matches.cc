// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/check.h"
#include "loci/local/geometry.h"
#include "loci/math/gemm.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace loci {
namespace {

/// The most alike column of a row of similarities, and the second.
struct Best {
  int64_t at = -1;
  float first = -2, second = -2;
  void offer(int64_t i, float similarity) {
    if (similarity > first) {
      second = first;
      first = similarity;
      at = i;
    } else if (similarity > second) {
      second = similarity;
    }
  }
};

double distance(float similarity) {
  return std::sqrt(std::max(0.0, 2 - 2 * static_cast<double>(similarity)));
}

bool nothing(std::span<const float> row) {
  return std::all_of(row.begin(), row.end(), [](float x) { return x == 0; });
}

}  // namespace

std::vector<FeatureLink> mutual_matches(ConstMatrixView first,
                                        ConstMatrixView second,
                                        double max_ratio) {
  LOCI_REQUIRE(first.empty() || second.empty() || first.cols() == second.cols(),
               "features of equal width are compared");
  std::vector<FeatureLink> links;
  if (first.empty() || second.empty()) return links;
  Matrix similar(first.rows(), second.rows());
  gemm_nt(first, second, similar, 1);
  std::vector<Best> forth(static_cast<size_t>(first.rows())),
      back(static_cast<size_t>(second.rows()));
  for (int64_t i = 0; i < similar.rows(); ++i) {
    const float* row = similar.view().row_data(i);
    for (int64_t j = 0; j < similar.cols(); ++j) {
      forth[static_cast<size_t>(i)].offer(j, row[j]);
      back[static_cast<size_t>(j)].offer(i, row[j]);
    }
  }
  for (int64_t i = 0; i < similar.rows(); ++i) {
    const Best& best = forth[static_cast<size_t>(i)];
    if (best.at < 0 || back[static_cast<size_t>(best.at)].at != i) continue;
    if (max_ratio < 1 && distance(best.first) > max_ratio * distance(best.second)) continue;
    if (nothing(first.row(i)) || nothing(second.row(best.at))) continue;
    links.push_back({.first = i, .second = best.at, .similarity = best.first});
  }
  std::sort(links.begin(), links.end(), [](const FeatureLink& a, const FeatureLink& b) {
    return std::tie(b.similarity, a.first) < std::tie(a.similarity, b.first);
  });
  return links;
}

}  // namespace loci
