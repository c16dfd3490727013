// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/model/model.h"

#include <memory>
#include <span>
#include <string>

namespace loci {

struct LearnOptions {
  /// Clusters K of the vocabulary.
  int num_clusters = 64;
  /// Width of the whitened descriptor, 0 for none; fewer when there are fewer photos.
  int whiten_dim = 0;
  /// Photos the vocabulary is learnt from, drawn at random.
  int max_images = 1000;
  /// Features taken of each, drawn at random.
  int features_per_image = 200;
  /// Networks: photos whose activations set the ranges of int8, drawn at random; 0 for no int8.
  int calibration_images = 64;
  /// Seed of the draws and of k-means.
  uint64_t seed = 1;
  /// Threads, 0 for all.
  int num_threads = 0;
  bool keep_clusters = false;  ///< clusters that the tensors already have stay as they are

  template <class V>
  void describe(V&& v) {
    v({"num_clusters", "clusters K of the vocabulary"}, num_clusters);
    v({"whiten_dim",
       "width of the whitened descriptor, 0 for none; fewer when there are fewer photos"},
      whiten_dim);
    v({"max_images", "photos the vocabulary is learnt from, drawn at random"}, max_images);
    v({"features_per_image", "features taken of each, drawn at random"}, features_per_image);
    v({"calibration_images",
       "networks: photos whose activations set the ranges of int8, drawn at random; 0 for no int8"},
      calibration_images);
    v({"seed", "seed of the draws and of k-means"}, seed);
    v({"num_threads", "threads, 0 for all"}, num_threads);
  }
};

/// Learns the clusters of `start`'s pooling (vlad: centers; netvlad: centers and assignment) and its whitening from photos.
/// A network is calibrated for int8 at the end. Unreadable photos are passed over.
/// Errors:  InvalidArgument when too few photos can be read.
Result<std::shared_ptr<const Model>> learn_model(const ModelSpec& start,
                                                 const TensorMap& network_weights,
                                                 std::span<const std::string> photos,
                                                 const LearnOptions& options,
                                                 const JobControl& job = {});

struct Calibration {
  std::shared_ptr<const Model> model;
  int64_t photos = 0;  ///< that the ranges come from
};

/// The model with the activation ranges that int8 needs (Calibrator), found over options.calibration_images of the photos.
/// Photos that are unreadable or that the network refuses (too small for it) are passed over, with a message to `job` that
/// counts them.
/// Errors:  InvalidArgument for a model without network or when no photo is left
/// Cost:    one float32 run of the network a photo
Result<Calibration> calibrate_model(std::shared_ptr<const Model> model,
                                    std::span<const std::string> photos,
                                    const LearnOptions& options,
                                    const JobControl& job = {});

/// The model with a PCA-whitening of options.whiten_dim numbers learnt from the descriptors of all `photos` (fewer numbers
/// when there are fewer than two photos for each; none, with a message to `job`, when that leaves fewer than 16). One that
/// it had is replaced. Unreadable photos are passed over.
Result<std::shared_ptr<const Model>> add_whitening(const Model& model,
                                                   std::span<const std::string> photos,
                                                   const LearnOptions& options,
                                                   const JobControl& job = {});

/// The spec of the classic baseline: dense RootSIFT, hard VLAD, intra-normalisation.
ModelSpec rootsift_vlad_spec();

}  // namespace loci
