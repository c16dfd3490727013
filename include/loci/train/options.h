// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/train/activation_cache.h"
#include "loci/train/augment.h"
#include "loci/train/multi_similarity.h"
#include "loci/train/place_batches.h"
#include "loci/train/training_set.h"
#include "loci/train/tuples.h"

#include <cstdint>
#include <string>

namespace loci::train {

/// Everything that decides what a training run computes. The defaults are the paper's recipe for
/// Pitts30k (docs/training.md).
struct TrainOptions {
  /// triplet-sq (the paper: squared distances), triplet-l2 (the PyTorch ports) or multi-similarity
  /// (place labels).
  std::string loss = "triplet-sq";
  /// Give the model this pooling first: netvlad, gem, max or mean (empty: its own).
  std::string pooling;
  /// Clusters K of a NetVLAD layer that is made new, by k-means.
  int num_clusters = 64;
  /// First operator that learns: a name such as conv5_1, all, or pooling for that layer alone
  /// (empty: conv5_1 of VGG-16, conv2 of AlexNet, the last stage of others).
  std::string train_from;
  /// Passes over the queries at most.
  int epochs = 30;
  /// Tuples (a query with positive and negatives) a step.
  int batch_tuples = 4;
  /// sgd (the paper's rule), adam or adamw.
  std::string optimizer = "sgd";
  /// Learning rate at the start (paper: 1e-3 Pitts30k, 1e-4 others).
  double learning_rate = 1e-3;
  /// sgd: momentum.
  double momentum = 0.9;
  /// Decay of all that learns, centers too.
  double weight_decay = 1e-3;
  /// step (times decay_factor every decay_epochs), cosine, linear or constant.
  std::string schedule = "step";
  /// Step: what the rate is multiplied by.
  double decay_factor = 0.5;
  /// Step: every so many epochs.
  int decay_epochs = 5;
  /// Steps over which the rate rises from 0.
  int warmup_steps = 0;
  /// Queries between two refreshes of the cached descriptors (1000; more as the rate falls).
  int refresh_queries = 1000;
  /// Images that go through the network at once; bounds memory, changes rounding only.
  int chunk_images = 16;
  /// Stop after so many epochs without a better recall@5, 0 for never.
  int patience = 10;
  /// Queries that are validated with each epoch, drawn once; 0 for all.
  int val_queries = 1000;
  /// Part of the queries held back for validation where no validation set is given.
  double val_fraction = 0.1;
  /// cpu, cuda, or auto for cuda where there is one.
  std::string device = "auto";
  /// Convolutions in bfloat16, on CUDA only.
  bool mixed_precision = false;
  /// Steps between two checkpoints; 0: at refreshes and epochs only.
  int checkpoint_steps = 250;
  /// Seed of everything drawn.
  uint64_t seed = 1;
  /// Threads, 0 for all.
  int num_threads = 0;
  PairOptions pairs;
  MinerOptions miner;
  PlaceBatchOptions places{.places_per_batch = 20};
  MultiSimilarityOptions similarity;
  ActivationCacheOptions cache{.activation_cache = "auto"};
  AugmentOptions augment;

  template <class V>
  void describe(V&& v) {
    v({"loss",
       "triplet-sq (the paper: squared distances), triplet-l2 (the PyTorch ports) or "
       "multi-similarity (place labels)"},
      loss);
    v({"pooling", "give the model this pooling first: netvlad, gem, max or mean (empty: its own)"},
      pooling);
    v({"num_clusters", "clusters K of a NetVLAD layer that is made new, by k-means (64)"},
      num_clusters);
    v({"train_from",
       "first operator that learns: a name such as conv5_1, all, or pooling for that layer alone "
       "(empty: conv5_1 of VGG-16, conv2 of AlexNet, the last stage of others)"},
      train_from);
    v({"epochs", "passes over the queries at most (30)"}, epochs);
    v({"batch_tuples", "tuples (a query with positive and negatives) a step (4)"}, batch_tuples);
    v({"optimizer", "sgd (the paper's rule), adam or adamw"}, optimizer);
    v({"learning_rate", "learning rate at the start (paper: 1e-3 Pitts30k, 1e-4 others)"},
      learning_rate);
    v({"momentum", "sgd: momentum (0.9)"}, momentum);
    v({"weight_decay", "decay of all that learns, centers too (0.001)"}, weight_decay);
    v({"schedule", "step (times decay_factor every decay_epochs), cosine, linear or constant"},
      schedule);
    v({"decay_factor", "step: what the rate is multiplied by (0.5)"}, decay_factor);
    v({"decay_epochs", "step: every so many epochs (5)"}, decay_epochs);
    v({"warmup_steps", "steps over which the rate rises from 0"}, warmup_steps);
    v({"refresh_queries",
       "queries between two refreshes of the cached descriptors (1000; more as the rate falls)"},
      refresh_queries);
    v({"chunk_images",
       "images that go through the network at once; bounds memory, changes rounding only"},
      chunk_images);
    v({"patience", "stop after so many epochs without a better recall@5, 0 for never"}, patience);
    v({"val_queries", "queries that are validated with each epoch, drawn once; 0 for all (1000)"},
      val_queries);
    v({"val_fraction",
       "part of the queries held back for validation where no validation set is given"},
      val_fraction);
    v({"device", "cpu, cuda, or auto for cuda where there is one"}, device);
    v({"mixed_precision", "convolutions in bfloat16, on CUDA only"}, mixed_precision);
    v({"checkpoint_steps", "steps between two checkpoints; 0: at refreshes and epochs only"},
      checkpoint_steps);
    v({"seed", "seed of everything drawn"}, seed);
    v({"num_threads", "threads, 0 for all"}, num_threads);
    // What follows from `loss` and `seed` is not an option of its own.
    const auto own = [&v](const OptionInfo& info, auto& field) {
      if (info.name == "seed" || info.name == "squared" || info.name == "remember_all") return;
      v(info, field);
    };
    pairs.describe(own);
    miner.describe(own);
    places.describe(own);
    similarity.describe(own);
    cache.describe(own);
    augment.describe(own);
  }
};

/// Errors: InvalidArgument with the option's name, what was given and what is allowed.
Status validate(const TrainOptions& options);

/// All options as one JSON object by their names, for records and checkpoints.
std::string to_json(const TrainOptions& options);

/// Options whose change would make a resumed run another run: "learning_rate was 0.001, is 0.01".
/// Empty when there is none. How long to train, threads, device and cache bounds may change.
/// Errors: Corrupt for text that is no such JSON
Result<std::string> option_changes(const std::string& before_json, const TrainOptions& now);

/// Options in which a process may not differ from rank 0 of its run: "learning_rate is 0.001 in
/// rank 0, 0.01 here". Threads and device may.
/// Errors:  Corrupt for text that is no such JSON
Result<std::string> rank_option_differences(const std::string& first_json,
                                            const std::string& mine_json);

}  // namespace loci::train
