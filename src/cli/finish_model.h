// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/model/model.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace loci::cli {

/// What is added to a trained model from photos, before it is written.
struct FinishOptions {
  int whiten = 0;
  int calibrate = 64;
  uint64_t seed = 1;
  int num_threads = 0;

  template <class V>
  void describe(V&& v) {
    v({"whiten", "width of a PCA-whitening learnt behind the training, 0 for none (paper: 4096)"},
      whiten);
    v({"calibrate", "photos that the activation ranges for int8 are taken from, 0 for none"},
      calibrate);
  }
};

/// The photos of the whitening, and what to call them.
struct FinishPhotos {
  std::string name;                ///< data set, for the record
  std::vector<std::string> paths;  ///< of the whitening
  std::vector<std::string> calibration;
  std::set<std::string> held_out;  ///< validation and test photos that should not be among `paths`
};

/// PCA-whitening on photos.paths, with a warning when held-out ones are among them, and activation
/// ranges for int8 on a seeded draw of photos.calibration; both are told in the model's record.
/// Unreadable photos are passed over.
Result<std::shared_ptr<const Model>> finish_model(std::shared_ptr<const Model> model,
                                                  const FinishPhotos& photos,
                                                  const FinishOptions& options,
                                                  const JobControl& job);

}  // namespace loci::cli
