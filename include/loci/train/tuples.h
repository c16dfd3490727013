// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/train/training_set.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace loci::train {

/// One example of the weakly supervised triplet ranking loss.
struct TrainTuple {
  int64_t query = -1;              ///< number of the query in its TrainingSet
  int32_t positive = -1;           ///< database row: the potential positive nearest by the cache
  std::vector<int32_t> negatives;  ///< database rows, nearest by the cache first
};

struct MinerOptions {
  /// Negatives of a tuple at most.
  int num_negatives = 10;
  /// Hardest negatives of a query remembered for its next turn.
  int num_remembered = 10;
  /// Random definite negatives looked at for each query.
  int pool_size = 1000;
  /// Of the pool this many times num_negatives nearest are examined.
  int nearest_factor = 10;
  /// Margin m of the loss, on squared distances.
  double margin = 0.1;
  /// Violators have d_n^2 < d_p^2 + m (the paper); off: d_n < d_p + sqrt(m) (pytorch-NetVlad).
  bool squared = true;
  /// Remember the nearest whether or not they violate (Relja/netvlad); off: violators only
  /// (pytorch-NetVlad).
  bool remember_all = true;
  /// Leave out negatives nearer than the positive (no benefit found by the paper's authors).
  bool skip_very_hard = false;
  /// Seed of the order of queries and of the pools.
  uint64_t seed = 1;

  template <class V>
  void describe(V&& v) {
    v({"num_negatives", "negatives of a tuple at most (10)"}, num_negatives);
    v({"num_remembered", "hardest negatives of a query remembered for its next turn (10)"},
      num_remembered);
    v({"pool_size", "random definite negatives looked at for each query (1000)"}, pool_size);
    v({"nearest_factor", "of the pool this many times num_negatives nearest are examined (10)"},
      nearest_factor);
    v({"margin", "margin m of the loss, on squared distances (0.1)"}, margin);
    v({"squared",
       "violators have d_n^2 < d_p^2 + m (the paper); off: d_n < d_p + sqrt(m) (pytorch-NetVlad)"},
      squared);
    v({"remember_all",
       "remember the nearest whether or not they violate (Relja/netvlad); off: violators only "
       "(pytorch-NetVlad)"},
      remember_all);
    v({"skip_very_hard",
       "leave out negatives nearer than the positive (no benefit found by the paper's authors)"},
      skip_very_hard);
    v({"seed", "seed of the order of queries and of the pools"}, seed);
  }
};

/// Writes the squared Euclidean distance between the cached descriptors of `image` and of each of
/// `others` (image numbers of the TrainingSet). Infinity, never NaN, where one has no descriptor.
using SquaredDistances = std::function<void(
    int64_t image, std::span<const int32_t> others, std::span<float> squared_distances)>;

/// What became of a query's turn.
struct MinedTuple {
  enum class Outcome {
    kTuple,        ///< train on it
    kNoPositive,   ///< no potential positive (or none with a descriptor): not counted in the loss
    kNoViolation,  ///< every negative is far enough: counts as loss 0
  };
  Outcome outcome = Outcome::kNoPositive;
  TrainTuple tuple;  ///< positive is set for kNoViolation too
  float positive_squared_distance = 0;
};

/// Chooses tuples by the cached descriptors.
///
/// One turn of a query (Relja/netvlad trainWeakly.m):
///   1. p* = the potential positive nearest by the cache (ties: lower row)
///   2. pool = its remembered negatives united with `pool_size` random definite negatives
///   3. of the pool the nearest_factor * num_negatives nearest (ties: lower row)
///   4. remember the num_remembered nearest of these, whether or not they violate
///   5. negatives = those with d^2 < d^2(p*) + margin, at most the num_negatives nearest
/// The trainer then recomputes all distances with fresh descriptors and uses the negatives that
/// still violate.
///
/// Random numbers depend on (seed, epoch, query) alone, so neither the order of the turns, nor the
/// number of processes, nor a resumed run changes a tuple.
///
/// Threads: mine() of different queries may run at once
/// Cost:    pool_size + positives distances a turn; num_remembered * 4 bytes a query
/// Source:  Arandjelovic et al., CVPR 2016, eq. (7) and supplement; the non-squared form and its
///          memory of violators as Nanne/pytorch-NetVlad
class TupleMiner {
 public:
  /// `set` must outlive the miner.
  /// Errors:  InvalidArgument for counts below 1 (num_remembered, pool_size: below 0; not both 0)
  ///          or a margin that is negative or not finite
  static Result<TupleMiner> create(const TrainingSet& set, const MinerOptions& options = {});

  /// All queries in the order of an epoch's turns, those without positives included.
  std::vector<int64_t> epoch_order(int64_t epoch) const;

  MinedTuple mine(int64_t epoch, int64_t query, const SquaredDistances& distances);
  /// The same with the pool given instead of drawn: rows increasing, each once. Contract: they are
  /// definite negatives of the query.
  MinedTuple mine_from_pool(int64_t query,
                            std::span<const int32_t> pool,
                            const SquaredDistances& distances);

  /// Nearest first.
  std::span<const int32_t> remembered(int64_t query) const;
  /// For processes that tell each other what they mined. Contract: at most num_remembered definite
  /// negatives of the query, each once.
  void remember(int64_t query, std::span<const int32_t> rows);

  /// The whole memory for a checkpoint, and back.
  /// Errors:  Corrupt when `bytes` is cut short or was made for another data set (other counts,
  ///          rows that are no definite negatives); the memory then stays as it was.
  std::vector<uint8_t> save_memory() const;
  Status load_memory(std::span<const uint8_t> bytes);

  const MinerOptions& options() const { return options_; }
  const TrainingSet& training_set() const { return *set_; }

 private:
  TupleMiner(const TrainingSet& set, const MinerOptions& options);
  const TrainingSet* set_;
  MinerOptions options_;
  std::vector<int32_t> memory_;  ///< num_queries x num_remembered, -1 behind the last
};

}  // namespace loci::train
