// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/model/model.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace loci::train {

struct ProjectionOptions {
  /// Width d of the projected features.
  int dim = 64;
  /// How far the covariance within pairs is drawn towards a multiple of the identity.
  double shrink = 0.05;
  /// How much of it is suppressed: 1 all, 0 none (PCA).
  double power = 1;
  /// Warped and relit copies made of each photo.
  int copies = 3;
  /// Photos, drawn at random.
  int max_images = 1500;
  /// Features drawn from each copy.
  int features_per_copy = 40;
  /// Seed of every draw.
  uint64_t seed = 1;
  /// Threads, 0 for all.
  int num_threads = 0;

  template <class V>
  void describe(V&& v) {
    v({"dim", "width of the projected features"}, dim);
    v({"shrink", "how far the covariance within pairs is drawn towards a multiple of the identity"},
      shrink);
    v({"power", "how much of what differs within pairs is suppressed: 1 all, 0 none (PCA)"}, power);
    v({"copies", "warped and relit copies made of each photo"}, copies);
    v({"max_images", "photos that are used, drawn at random"}, max_images);
    v({"features_per_copy", "features drawn from each copy"}, features_per_copy);
    v({"seed", "seed of every draw"}, seed);
    v({"num_threads", "threads, 0 for all"}, num_threads);
  }
};

/// InvalidArgument, naming the option, for numbers out of range.
Status validate(const ProjectionOptions& options);

/// Puts a linear projection behind a network, learnt from photos without labels: features of one
/// spot in a photo and in warped and relit copies of it (day to night, haze, shadow, blur, noise,
/// JPEG, few pixels) shall be alike, all others far apart. fit_discriminant() has the formula.
/// Descriptors of the projected features hold across light far better, and are smaller.
///
/// The network gets two operators at its end: `projection_norm` (each feature to unit L2 norm) and
/// `projection` (1x1, [d, D], with bias), whose map becomes the output "features"; the map from
/// before stays as "local_features". Cluster centers are learnt anew from the photos, activation
/// ranges too where the model had them, and a whitening goes, since it was learnt for other
/// descriptors. The record gets the member `projection`: options, numbers of photos and pairs. The
/// result does not depend on the number of threads. Pooling is set to give each feature unit norm.
///
/// Errors: InvalidArgument for a model with branches, without network, with a projection already,
///         with a pooling that takes no features of either sign or of another width (all but
///         netvlad, vlad, max, mean and rmac), for options out of range, or when the photos give
///         fewer pairs than a feature has dimensions; Cancelled. Photos that cannot be read are
///         passed over, with a message that counts them
/// Cost:   1 + copies runs of the network a photo in float32, and one more for the centers
Result<std::shared_ptr<const Model>> learn_projection(std::shared_ptr<const Model> model,
                                                      std::span<const std::string> photos,
                                                      const ProjectionOptions& options,
                                                      const JobControl& job = {});

}  // namespace loci::train
