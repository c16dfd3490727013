// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/backbone/backbone.h"
#include "loci/describe/describer.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace loci::internal {

/// What poolings take of one pass over an image.
struct SourceFeatures {
  std::vector<LocatedFeatures> maps;  ///< one for each pooling, of any norm
  /// Of the first map, when located: which of its rows the keypoints belong to. height 0: all.
  MapPlaces places;
  LocatedFeatures points;  ///< to verify with, when asked for
};

/// image -> features: the network of a model, or RootSIFT, in one pass for all poolings that share
/// it.
/// Threads: const members are safe from many threads
class FeatureSource {
 public:
  /// `poolings`: what is made of its features (PoolingSpec::features_output, weights_output).
  /// Errors: what Backbone::create() gives; Corrupt for an output that the network lacks
  static Result<std::unique_ptr<FeatureSource>> create(std::shared_ptr<const Model> model,
                                                       std::span<const PoolingSpec> poolings,
                                                       const DescribeOptions& options);
  virtual ~FeatureSource() = default;

  virtual int64_t feature_dim(size_t pooling) const = 0;  ///< D
  virtual DecodeOptions decode_options(int width, int height) const = 0;
  virtual Precision precision() const = 0;
  virtual const std::string& note() const = 0;
  virtual bool has_points() const = 0;
  /// Keypoints of maps are made only with `located`.
  virtual Result<SourceFeatures> run(
      ImageView image, bool located, bool points, int num_threads, StageTimes* times) const = 0;
};

/// The first map alone, without the rows that have no place.
LocatedFeatures placed(SourceFeatures made);

}  // namespace loci::internal
