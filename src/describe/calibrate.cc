// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/backbone/backbone.h"
#include "loci/base/rng.h"
#include "loci/describe/learn.h"
#include "loci/describe/preprocess.h"

namespace loci {

Result<std::shared_ptr<const Model>> calibrate_model(std::shared_ptr<const Model> model,
                                                     std::span<const std::string> photos,
                                                     const LearnOptions& options,
                                                     const JobControl& job) {
  LOCI_TRY(calibrator, Calibrator::create(model, options.num_threads));
  Rng rng(options.seed, "calibration");
  const std::vector<int64_t> chosen =
      rng.sample(static_cast<int64_t>(photos.size()), options.calibration_images);
  int64_t done = 0, used = 0;
  for (const int64_t i : chosen) {
    if (job.cancelled())
      return cancelled("stopped on request while calibrating; nothing was written");
    const Result<InputTensor> input =
        load_input(model->spec.preprocessing, photos[static_cast<size_t>(i)]);
    if (input.ok()) {
      LOCI_RETURN_IF_ERROR(calibrator->add(input->values.data(), 1, input->height, input->width));
      ++used;
    }
    job.progress("calibrating for int8", ++done, static_cast<int64_t>(chosen.size()));
  }
  if (used == 0)
    return invalid_argument(
        "none of the photos could be read, so there is nothing to calibrate int8 on");
  return calibrator->finish();
}

}  // namespace loci
