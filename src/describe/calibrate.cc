// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/backbone/backbone.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/describe/learn.h"
#include "loci/describe/preprocess.h"
#include "loci/model/branches.h"

namespace loci {
namespace {

Status add_photo(Calibrator& calibrator, const Preprocessing& spec, const std::string& path) {
  LOCI_TRY(input, load_input(spec, path));
  return calibrator.add(input.values.data(), 1, input.height, input.width).with_context(path);
}

Result<Calibration> calibrate_network(std::shared_ptr<const Model> model,
                                      std::span<const std::string> photos,
                                      const LearnOptions& options,
                                      const JobControl& job) {
  LOCI_TRY(calibrator, Calibrator::create(model, options.num_threads));
  Rng rng(options.seed, "calibration");
  const std::vector<int64_t> chosen =
      rng.sample(static_cast<int64_t>(photos.size()), options.calibration_images);
  int64_t done = 0, used = 0;
  Status passed_over;  // the last one's reason
  for (const int64_t i : chosen) {
    if (job.cancelled())
      return cancelled("stopped on request while calibrating; nothing was written");
    const Status added =
        add_photo(*calibrator, model->spec.preprocessing, photos[static_cast<size_t>(i)]);
    if (added.ok()) {
      ++used;
    } else {
      passed_over = added;
    }
    job.progress("calibrating for int8", ++done, static_cast<int64_t>(chosen.size()));
  }
  if (used == 0) {
    return invalid_argument("none of the " + std::to_string(chosen.size()) +
                            " photos can be used, so there is nothing to calibrate int8 on" +
                            (passed_over.ok() ? "" : ": " + passed_over.message()));
  }
  if (!passed_over.ok()) {
    job.message(format("calibrated for int8 on %lld of %zu photos; one passed over: %s",
                       static_cast<long long>(used),
                       chosen.size(),
                       passed_over.message().c_str()));
  }
  LOCI_TRY(made, calibrator->finish());
  return Calibration{.model = std::move(made), .photos = used};
}

}  // namespace

Result<Calibration> calibrate_model(std::shared_ptr<const Model> model,
                                    std::span<const std::string> photos,
                                    const LearnOptions& options,
                                    const JobControl& job) {
  if (model->spec.branches.empty())
    return calibrate_network(std::move(model), photos, options, job);
  Calibration whole;
  std::vector<std::shared_ptr<const Model>> parts;
  for (const BranchPart& part : branches_of(model)) {
    parts.push_back(part.model);
    if (!part.shares.empty() || part.model->spec.features != "network") continue;
    LOCI_TRY(made, calibrate_network(part.model, photos, options, job));
    parts.back() = std::move(made.model);
    whole.photos = made.photos;
  }
  whole.model = with_branches(*model, parts);
  return whole;
}

}  // namespace loci
