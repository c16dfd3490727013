// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rows.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace loci::internal {

/// Collects the rows whose approximate score may belong to the `k` best: all with a score of at
/// least the k-th best minus `slack`. What is kept in the end does not depend on the order in which
/// rows are added.
class Candidates {
 public:
  Candidates(int64_t k, float slack);
  void add(float score, int64_t id) {
    if (score >= bar_) push(score, id);
  }
  /// Ids in rising order.
  std::vector<int64_t> take();

 private:
  struct Item {
    float score;
    int64_t id;
  };
  void push(float score, int64_t id);
  void prune();
  size_t k_, limit_;
  float slack_, bar_;
  std::vector<Item> items_;
};

/// A row with its score summed in float64.
struct ExactHit {
  double score;
  int64_t id;
  /// Better first; equal scores by rising id.
  friend bool operator<(const ExactHit& a, const ExactHit& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
  }
};

std::vector<ExactHit> score_exactly(const Rows& rows,
                                    const float* query,
                                    std::span<const int64_t> ids);
/// The k best, as the public interface gives them.
std::vector<Hit> best_hits(std::vector<ExactHit> hits, int k);

/// One byte a row, 1 for those that `keep` leaves in; empty when all are. `keep` is called on this
/// thread.
std::vector<uint8_t> kept_rows(const Rows& rows, const std::function<bool(int64_t)>& keep);
/// Contract of search(): the width, finite values, k >= 0.
void require_queries(ConstMatrixView queries, int64_t dim, int k);

}  // namespace loci::internal
