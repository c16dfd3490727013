// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/explain.h"

#include "loci/model/branches.h"
#include "loci/pooling/attribution.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace loci {
namespace {

constexpr int kBagCells = 24;  // along the longer side

/// The grid of an image and the cell of each of its features.
struct Cells {
  int rows = 1, cols = 1;
  std::vector<size_t> of_feature;
  size_t count() const { return static_cast<size_t>(rows) * static_cast<size_t>(cols); }
};

Cells cells_of(const LocatedFeatures& image) {
  Cells cells;
  const Features& f = image.features;
  if (f.height > 0 && f.width > 0) {
    cells.rows = static_cast<int>(f.height);
    cells.cols = static_cast<int>(f.width);
    cells.of_feature.resize(static_cast<size_t>(f.values.rows()));
    std::iota(cells.of_feature.begin(), cells.of_feature.end(), size_t{0});
    return cells;
  }
  const double cell = std::max({1, image.width, image.height}) / static_cast<double>(kBagCells);
  cells.cols = std::max(1, static_cast<int>(std::ceil(image.width / cell - 1e-6)));
  cells.rows = std::max(1, static_cast<int>(std::ceil(image.height / cell - 1e-6)));
  const auto slot = [](double at, double side, int count) {
    return std::clamp(static_cast<int>((at + 0.5) / std::max(1.0, side) * count), 0, count - 1);
  };
  for (const Keypoint& k : image.keypoints) {
    const int x = slot(static_cast<double>(k.x), image.width, cells.cols);
    const int y = slot(static_cast<double>(k.y), image.height, cells.rows);
    cells.of_feature.push_back(static_cast<size_t>(y * cells.cols + x));
  }
  return cells;
}

WeightGrid summed(const Cells& cells, const std::vector<double>& parts) {
  std::vector<double> sums(cells.count());
  for (size_t i = 0; i < parts.size(); ++i) sums[cells.of_feature[i]] += parts[i];
  return {cells.rows, cells.cols, std::vector<float>(sums.begin(), sums.end())};
}

WeightGrid averaged(const Cells& cells, const Matrix& assignment, int64_t cluster) {
  std::vector<float> sums(cells.count()), counts(cells.count());
  for (int64_t i = 0; i < assignment.rows(); ++i) {
    const size_t cell = cells.of_feature[static_cast<size_t>(i)];
    sums[cell] += assignment(i, cluster);
    counts[cell] += 1;
  }
  for (size_t c = 0; c < sums.size(); ++c) sums[c] /= std::max(1.0f, counts[c]);
  return {cells.rows, cells.cols, std::move(sums)};
}

}  // namespace

Result<Explanation> explain_pair(std::shared_ptr<const Model> model,
                                 const LocatedFeatures& first,
                                 const LocatedFeatures& second,
                                 int max_clusters) {
  const auto explained = branches_of(std::move(model)).front().model;
  LOCI_TRY(parts,
           attribute_score(
               explained->spec.pooling, explained->tensors, first.features, second.features));
  const Cells a = cells_of(first), b = cells_of(second);
  Explanation out;
  out.score = parts.score;
  out.num_clusters = static_cast<int>(parts.cluster_agreement.size());
  out.first = summed(a, parts.first);
  out.second = summed(b, parts.second);
  std::vector<int> order(parts.cluster_agreement.size());
  std::iota(order.begin(), order.end(), 0);
  const auto agreement = [&](int k) { return parts.cluster_agreement[static_cast<size_t>(k)]; };
  std::stable_sort(
      order.begin(), order.end(), [&](int k, int l) { return agreement(k) > agreement(l); });
  if (std::ssize(order) > max_clusters)
    order.resize(static_cast<size_t>(std::max(0, max_clusters)));
  for (const int k : order) {
    out.clusters.push_back({.cluster = k,
                            .agreement = agreement(k),
                            .first = averaged(a, parts.first_assignment, k),
                            .second = averaged(b, parts.second_assignment, k)});
  }
  return out;
}

}  // namespace loci
