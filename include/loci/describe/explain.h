// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/local/geometry.h"
#include "loci/model/model.h"

#include <memory>
#include <optional>
#include <vector>

namespace loci {

/// Numbers for the cells of a regular grid laid over a whole image, rows from the top.
struct WeightGrid {
  int rows = 0, cols = 0;
  std::vector<float> values;  ///< rows * cols
};

/// A cluster of the vocabulary that spoke for (or against) a match.
struct ClusterEvidence {
  int cluster = 0;
  double agreement = 0;      ///< its part of the score
  WeightGrid first, second;  ///< assignment a_k of each cell, 0 to 1
};

/// Where the similarity of two images comes from.
struct Explanation {
  double score = 0;  ///< similarity before whitening: what the parts sum to
  int num_clusters = 0;
  WeightGrid first, second;               ///< the part of the score that each cell gives
  std::vector<ClusterEvidence> clusters;  ///< those that agree most, best first
};

/// Takes the score of two images apart by location (attribute_score()). The grid of a feature map
/// is the map; the features of a bag fall into square cells, 24 along the longer side, whose parts
/// add up and whose assignments are averaged. Of a model of several branches the first one's score
/// is explained (DescribedFeatures::map).
/// Errors: Unsupported for poolings that are no sum over locations
Result<Explanation> explain_pair(std::shared_ptr<const Model> model,
                                 const LocatedFeatures& first,
                                 const LocatedFeatures& second,
                                 int max_clusters);

}  // namespace loci
