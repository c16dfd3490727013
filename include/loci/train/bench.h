// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"

#include <cstdint>
#include <string>

namespace loci::train {

struct TrainBenchOptions {
  std::string architecture = "vgg16";
  std::string train_from;
  int width = 640, height = 480;
  int negatives = 10;
  int clusters = 64;
  int runs = 3;
  int num_threads = 0;
};

/// Seconds of one training step (forward, backward, update) and the memory it needed at its peak
/// beyond what the process held before.
struct StepCost {
  double seconds = 0;  ///< median
  double peak_mib = 0;
};

/// One tuple, 1 query + 1 positive + n negatives, both ways in one libtorch.
struct TrainBench {
  TrainBenchOptions options;
  StepCost cached;    ///< maps of the fixed layers from the activation cache, our NetVLAD operator
  StepCost uncached;  ///< the same from pixels
  StepCost ported;    ///< as pytorch-NetVlad: from pixels, residuals of every cluster kept
  double ratio = 0;   ///< cached.seconds / ported.seconds
  double descriptor_difference = 0;  ///< largest, between `uncached` and `ported`
  std::string to_json() const;
  std::string brief_report() const;
};

}  // namespace loci::train
