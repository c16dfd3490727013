// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "candidates.h"

#include "loci/base/check.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace loci::internal {

Candidates::Candidates(int64_t k, float slack)
    : k_(static_cast<size_t>(std::max<int64_t>(k, 1))),
      limit_(std::max<size_t>(4 * k_, 256)),
      slack_(slack),
      bar_(-std::numeric_limits<float>::infinity()) {}

void Candidates::push(float score, int64_t id) {
  items_.push_back({score, id});
  if (items_.size() >= limit_) {
    prune();
    limit_ = std::max(limit_, 2 * items_.size());
  }
}

void Candidates::prune() {
  if (items_.size() <= k_) return;
  std::nth_element(items_.begin(),
                   items_.begin() + static_cast<ptrdiff_t>(k_ - 1),
                   items_.end(),
                   [](const Item& a, const Item& b) { return a.score > b.score; });
  bar_ = std::max(bar_, items_[k_ - 1].score - slack_);
  std::erase_if(items_, [&](const Item& item) { return item.score < bar_; });
}

std::vector<int64_t> Candidates::take() {
  prune();
  std::vector<int64_t> ids(items_.size());
  std::ranges::transform(items_, ids.begin(), &Item::id);
  std::ranges::sort(ids);
  return ids;
}

std::vector<ExactHit> score_exactly(const Rows& rows,
                                    const float* query,
                                    std::span<const int64_t> ids) {
  std::vector<ExactHit> hits(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    hits[i] = {dot_exact(query, rows.row(ids[i]), static_cast<size_t>(rows.dim())), ids[i]};
  }
  return hits;
}

std::vector<Hit> best_hits(std::vector<ExactHit> hits, int k) {
  const size_t count = std::min(hits.size(), static_cast<size_t>(k));
  std::partial_sort(hits.begin(), hits.begin() + static_cast<ptrdiff_t>(count), hits.end());
  std::vector<Hit> best(count);
  for (size_t i = 0; i < count; ++i) best[i] = {hits[i].id, static_cast<float>(hits[i].score)};
  return best;
}

std::vector<uint8_t> kept_rows(const Rows& rows, const std::function<bool(int64_t)>& keep) {
  std::vector<uint8_t> kept;
  if (!keep && rows.zero_rows().empty()) return kept;
  kept.resize(static_cast<size_t>(rows.size()), 1);
  for (int64_t id = 0; keep && id < rows.size(); ++id)
    kept[static_cast<size_t>(id)] = keep(id) ? 1 : 0;
  for (const int64_t id : rows.zero_rows()) kept[static_cast<size_t>(id)] = 0;
  return kept;
}

void require_queries(ConstMatrixView queries, int64_t dim, int k) {
  LOCI_REQUIRE(queries.cols() == dim, "queries have the width of the rows");
  LOCI_REQUIRE(k >= 0, "the number of hits is not negative");
  for (int64_t q = 0; q < queries.rows(); ++q) {
    const float* query = queries.row_data(q);
    LOCI_REQUIRE(std::isfinite(dot_exact(query, query, static_cast<size_t>(dim))),
                 "queries hold finite values");
  }
}

}  // namespace loci::internal
