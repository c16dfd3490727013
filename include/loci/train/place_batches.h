// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/data/dataset.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci::train {

struct PlaceBatchOptions {
  /// Places of a batch (100 in GSV-Cities).
  int places_per_batch = 100;
  /// Photos of each place in a batch (4 in GSV-Cities).
  int images_per_place = 4;
  /// Seed of the order of places and of the photos drawn.
  uint64_t seed = 1;

  template <class V>
  void describe(V&& v) {
    v({"places_per_batch", "places of a batch (100 in GSV-Cities)"}, places_per_batch);
    v({"images_per_place", "photos of each place in a batch (4 in GSV-Cities)"}, images_per_place);
    v({"seed", "seed of the order of places and of the photos drawn"}, seed);
  }
};

/// Images of one batch and the place of each, image by image.
struct PlaceBatch {
  std::vector<int32_t> images;  ///< numbers in PlaceBatches::paths()
  std::vector<int32_t> places;  ///< equal numbers, same place
};

/// Batches for place-labelled sets: P places x K images. An epoch visits every place that has at
/// least K photographs once, in an order of its own, with K of its photographs drawn anew.
/// The batches of an epoch depend on (seed, epoch) alone.
///
/// Threads: const, safe from many threads
/// Source:  Ali-bey et al., GSV-Cities, Neurocomputing 2022
class PlaceBatches {
 public:
  /// Database and query photographs with a label together, each once.
  /// Errors: InvalidArgument when fewer than two places have K photographs (saying how many have
  ///         how many), or for P < 2 or K < 2
  static Result<PlaceBatches> create(const Dataset& dataset, const PlaceBatchOptions& options = {});

  const std::vector<std::string>& paths() const { return paths_; }
  int64_t num_places() const { return static_cast<int64_t>(images_of_.size()); }
  /// Places left out because they have fewer than K photographs.
  int64_t num_small_places() const { return small_; }
  int64_t batches_an_epoch() const;
  /// The last batch may have fewer places, but has at least two (a single one joins the batch
  /// before).
  std::vector<PlaceBatch> epoch(int64_t epoch) const;

 private:
  PlaceBatchOptions options_;
  std::vector<std::string> paths_;
  std::vector<std::vector<int32_t>> images_of_;
  int64_t small_ = 0;
};

}  // namespace loci::train
