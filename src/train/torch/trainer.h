// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agreement.h"
#include "checkpoint.h"
#include "distributor.h"
#include "map_source.h"
#include "optimizer.h"
#include "record.h"
#include "run_data.h"
#include "step.h"

#include "loci/train/dataset_fingerprint.h"
#include "loci/train/descriptor_cache.h"
#include "loci/train/place_batches.h"
#include "loci/train/trainer.h"
#include "loci/train/training_set.h"
#include "loci/train/tuples.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loci::train {

constexpr double kGib = 1024.0 * 1024.0 * 1024.0;

/// What the processes' parts of a step add up to.
struct SharedStep {
  StepResult total;
  bool stop = false;         ///< one of them was asked to stop
  bool has_gradient = true;  ///< one of them has
};

/// One training run: its parts, made once, and its state, which a checkpoint holds.
///
/// An epoch, as Relja/netvlad trainWeakly.m has it: the queries in a new order, in batches of
/// batch_tuples; descriptors of all images refreshed at its start and every refresh_interval()
/// queries; each tuple mined by the cached descriptors, its loss taken with fresh ones; one update
/// a batch, divided by the violating triplets of it, and none when there are none.
///
/// Several processes run this side by side and keep one state: each takes its part of a step's
/// tuples, of a refresh and of the validation, and all go on with the sums. What can fail in one
/// is agreed on (agreement.h) before any goes on. Rank 0 alone writes, but for its descriptors.
class Trainer {
 public:
  static Result<std::unique_ptr<Trainer>> create(
      const TrainInputs& inputs,
      const TrainOptions& options,
      const std::function<void(const EpochRecord&)>& on_epoch,
      const JobControl& job,
      std::unique_ptr<Distributor> distributor = std::make_unique<Distributor>());
  Result<TrainSummary> run();

 private:
  Trainer() = default;
  Status make_parts(const TrainInputs& inputs);
  Status make_sets(const TrainInputs& inputs);
  Status make_start(const TrainInputs& inputs, const JobControl& job);
  Status make_net();
  Status make_source();
  Status resume_or_begin(bool resume);
  Status read_checkpoint(bool resume, std::optional<Checkpoint>* checkpoint);
  Status tell_plan();

  Status run_epoch();
  std::vector<int64_t> own_queries(int64_t step) const;
  Result<StepResult> tuple_step(int64_t step);
  Result<StepResult> place_step(int64_t step);
  Status update(const SharedStep& result, int64_t step);
  Status refresh(int64_t number);
  Result<int64_t> write_descriptors(const std::string& file, const std::string& key);
  Status describe_images(std::span<const int32_t> images,
                         MatrixView<float> out,
                         std::span<uint8_t> missing);

  Status end_epoch();
  Status validate(EpochRecord* record);
  Result<Matrix> describe_together(const std::vector<int32_t>& images);
  Status keep_best(EpochRecord* record);
  Status save();
  Status write_page(bool running) const;
  TrainingRecord record_of(const std::string& stopped) const;
  std::shared_ptr<const Model> present_model() const;

  // What the processes tell each other (trainer_ranks.cc); alone each does nothing.
  Status meet(const TrainInputs& inputs, const Status& ready);
  Result<SharedStep> share_step(const Result<StepResult>& mine, int64_t step);
  Status share_gradients();
  Status share_failures();
  Status share_recall(const Status& measured, EpochRecord* record);
  Status check_same_weights();
  bool alone() const { return distributor_->num_ranks() == 1; }
  bool is_first() const { return distributor_->rank() == 0; }
  std::string descriptor_file(int64_t refresh, int rank) const;
  void remove_descriptors() const;

  bool by_places() const { return options_.loss == "multi-similarity"; }
  int64_t steps_an_epoch() const;
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  TrainOptions options_;
  std::string folder_;
  JobControl job_;
  std::function<void(const EpochRecord&)> on_epoch_;
  std::unique_ptr<Distributor> distributor_;
  ClusterPlace place_;

  RunData data_;
  ImageSet images_;
  std::optional<TrainingSet> set_;  ///< triplet losses
  std::optional<TupleMiner> miner_;
  std::optional<PlaceBatches> places_;  ///< multi-similarity
  std::vector<int32_t> train_images_;   ///< numbers in images_ of the set's (or places') images
  std::shared_ptr<const Model> start_;
  std::string given_start_;  ///< fingerprint of the model before initialisation
  std::unique_ptr<Net> net_;
  std::unique_ptr<MapSource> source_;
  std::optional<Optimizer> optimizer_;
  DescriptorCache descriptors_;

  Checkpoint state_;
  double seconds_before_ = 0;
  Stopwatch watch_;
};

}  // namespace loci::train
