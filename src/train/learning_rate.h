// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/train/options.h"

#include <cstdint>

namespace loci::train {

/// How far a run is: epochs and the steps in each count from 0.
struct StepPosition {
  int epoch = 0;
  int64_t step = 0;  ///< in the epoch
  int64_t steps_an_epoch = 1;
};

/// The learning rate of one step:
///
///   step      rate * decay_factor^floor(epoch / decay_epochs)      (Relja/netvlad: halved every 5)
///   cosine    rate * (1 + cos(pi t)) / 2,  t = part of all steps done
///   linear    rate * (1 - t)
///   constant  rate
///
/// times (s + 1) / warmup_steps over the first warmup_steps steps.
double learning_rate(const TrainOptions& options, const StepPosition& position);

/// Queries between two refreshes of the cached descriptors: twice as many each time the step
/// schedule lowers the rate, since descriptors then grow old more slowly (Relja/netvlad).
int64_t refresh_interval(const TrainOptions& options, int epoch);

}  // namespace loci::train
