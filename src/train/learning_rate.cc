// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "learning_rate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace loci::train {

double learning_rate(const TrainOptions& options, const StepPosition& position) {
  const auto steps = static_cast<double>(std::max<int64_t>(1, position.steps_an_epoch));
  const double done = position.epoch * steps + static_cast<double>(position.step);
  const double part = std::min(1.0, done / (steps * options.epochs));
  double rate = options.learning_rate;
  if (options.schedule == "step") {
    rate *= std::pow(options.decay_factor, position.epoch / options.decay_epochs);
  } else if (options.schedule == "cosine") {
    rate *= (1 + std::cos(std::numbers::pi * part)) / 2;
  } else if (options.schedule == "linear") {
    rate *= 1 - part;
  }
  return done < options.warmup_steps ? rate * (done + 1) / options.warmup_steps : rate;
}

int64_t refresh_interval(const TrainOptions& options, int epoch) {
  constexpr int kMostDoublings = 20;
  const int decays = options.schedule == "step" ? epoch / options.decay_epochs : 0;
  return int64_t{options.refresh_queries} << std::min(decays, kMostDoublings);
}

}  // namespace loci::train
