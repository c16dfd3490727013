// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/spec.h"

#include <cstddef>
#include <string>

namespace loci::train {

/// Which operators of a network learn, and where the part that never changes ends.
///
///   ops [0, cut)               fixed; their one result, the map at the cut, can be kept on disk
///   ops [cut, first_trained)   fixed, but run each time: several maps cross between here and there
///   ops [first_trained, end)   trained, with the pooling layer
struct TrainingDepth {
  /// Name of operator first_trained; "pooling" when only that layer learns.
  std::string train_from;
  size_t first_trained = 0;
  size_t cut = 0;
  std::string cut_name;  ///< operator that makes the map at the cut; "input" when cut is 0
};

/// `name`: an operator; "all" for the whole network; "pooling" for the pooling layer alone; "" for
/// the custom of the architecture: VGG-16 from conv5_1 and AlexNet from conv2 (the paper), ResNet
/// its last stage, any other network the last third of its convolutions.
/// Errors: NotFound for another name, with the nearest names there are
Result<TrainingDepth> training_depth(const Network& network, const std::string& name);

}  // namespace loci::train
