// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/data/dataset.h"
#include "loci/model/model.h"
#include "loci/train/bench.h"
#include "loci/train/cluster.h"
#include "loci/train/distill.h"
#include "loci/train/epoch_record.h"
#include "loci/train/options.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loci::train {

/// What a run starts from and where it keeps its things.
struct TrainInputs {
  std::shared_ptr<const Model> start;  ///< its whitening, if any, is dropped
  Dataset data;
  std::optional<Dataset> validation;  ///< without it val_fraction of the queries is held back
  /// Folder of checkpoints, caches and the learning-curve page; made when absent.
  std::string work_folder;
  bool resume = false;  ///< go on from work_folder's checkpoint
  /// Several processes: this one's place among them. All need the same inputs, options and work
  /// folder; rank 0 alone writes and tells what the others only know.
  ClusterPlace place;
  ClusterOptions cluster;
};

struct TrainSummary {
  /// The best epoch by validation recall@5, not whitened; null in ranks other than 0.
  std::shared_ptr<const Model> model;
  std::vector<EpochRecord> epochs;
  int best_epoch = 0;   ///< 1-based; 0 when the start was never beaten or nothing was validated
  std::string stopped;  ///< why it ended: "all epochs done", "no better recall@5 for 10 epochs"
  std::vector<std::string> failed;  ///< photos left out, with the reason
  double seconds = 0;
  std::string curve_page;  ///< path
};

/// Learns a place descriptor from weakly labelled photographs (Arandjelovic et al., CVPR 2016).
///
/// `on_epoch` is called behind each epoch with its record. `job.cancel` stops behind the step at
/// hand with a checkpoint from which `resume` goes on as if nothing had been.
///
/// With one seed, one number of threads and the CPU two runs give the same bits, interrupted or
/// not. Several processes share the tuples of a step, the mining, the refreshes and the validation;
/// their weights are those of one process up to the order of summation.
/// Errors: InvalidArgument for options or a data set nothing can be learnt from (no positives, one
///         place), or, on resume, a data set or options that changed, saying what; Io for a full
///         disk (the last checkpoint stays); Cancelled; Corrupt when the loss is not finite (the
///         message names the tuple; the last good checkpoint stays); of several processes all fail
///         when one does, Io when one is gone or does not answer within cluster.timeout_s
class TrainEngine {
 public:
  virtual ~TrainEngine() = default;
  virtual Result<TrainSummary> train(const TrainInputs& inputs,
                                     const TrainOptions& options,
                                     const std::function<void(const EpochRecord&)>& on_epoch,
                                     const JobControl& job) = 0;
  /// A small network learns a large one's features from photographs without labels: where teacher
  /// t and student s see the same view, the student's changed in light, weather and camera,
  ///
  ///   loss = mean over locations (1 - cos(s, P t)) + w mean over pairs of photos (S_ij - T_ij)^2
  ///
  /// P: principal directions of the teacher's features about 0 (orthonormal rows), where widths
  /// differ, so that cosines stay; S and T: cosines of whole-image descriptors. Every convolution
  /// of a new student but the last is followed by batch normalisation, folded in at the end.
  ///
  /// Interruption, seeds and errors as with train(); InvalidArgument as well for a teacher without
  /// a network or too few readable photos.
  virtual Result<DistillSummary> distill(const DistillInputs& inputs,
                                         const DistillOptions& options,
                                         const std::function<void(const DistillEpoch&)>& on_epoch,
                                         const JobControl& job) = 0;
  /// One training step beside pytorch-NetVlad's form of it.
  virtual Result<TrainBench> bench(const TrainBenchOptions& options, const JobControl& job) = 0;
};

/// The engine, from the plugin beside the program (docs/decisions/0004-training-plugin.md): loaded
/// with the first call, so that no other verb waits for libtorch.
/// Errors: Unsupported when this build has no training, naming where it looked; Corrupt for a
///         plugin of another build
Result<TrainEngine*> train_engine();

}  // namespace loci::train
