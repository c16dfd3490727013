// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "finish_model.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/describe/learn.h"

#include <algorithm>

namespace loci::cli {
namespace {

/// `record` (a JSON object) with one more member.
std::string with_member(const std::string& record,
                        const std::string& name,
                        const std::string& value) {
  const size_t end = record.rfind('}');
  if (end == std::string::npos) return record;
  const bool empty = record.find('"') == std::string::npos;
  return record.substr(0, end) + (empty ? "" : ",") + "\"" + name + "\":" + value + "}";
}

Result<std::shared_ptr<const Model>> whitened(const std::shared_ptr<const Model>& model,
                                              const FinishPhotos& photos,
                                              const FinishOptions& options,
                                              const JobControl& job) {
  const auto held_out = std::ranges::count_if(
      photos.paths, [&](const std::string& path) { return photos.held_out.contains(path); });
  if (held_out > 0) {
    job.message(
        format("warning: %lld of the %zu photos of the whitening are validation or test "
               "photos; recalls measured on those flatter this model",
               static_cast<long long>(held_out),
               photos.paths.size()));
  }
  const LearnOptions learn{
      .whiten_dim = options.whiten, .seed = options.seed, .num_threads = options.num_threads};
  LOCI_TRY(made, add_whitening(*model, photos.paths, learn, job));
  JsonWriter json;
  json.object().member("data", photos.name).member("photos", photos.paths.size());
  json.member("held_out_photos", held_out).member("output_dim", made->spec.whitening.output_dim);
  ModelSpec spec = made->spec;
  spec.record = with_member(spec.record, "whitening", json.end().str());
  return make_model(std::move(spec), made->tensors);
}

Result<std::shared_ptr<const Model>> calibrated(const std::shared_ptr<const Model>& model,
                                                const FinishPhotos& photos,
                                                const FinishOptions& options,
                                                const JobControl& job) {
  const LearnOptions learn{.calibration_images = options.calibrate,
                           .seed = options.seed,
                           .num_threads = options.num_threads};
  const auto calibration = calibrate_model(model, photos.calibration, learn, job);
  if (calibration.status().code() == Code::kInvalidArgument) {
    job.message(calibration.status().message() + "; the model has no ranges for int8");
    return model;
  }
  if (!calibration.ok()) return calibration.status();
  ModelSpec spec = calibration->model->spec;
  JsonWriter json;
  json.object().member("photos", calibration->photos).end();
  spec.record = with_member(spec.record, "calibration", json.str());
  return make_model(std::move(spec), calibration->model->tensors);
}

}  // namespace

Result<std::shared_ptr<const Model>> finish_model(std::shared_ptr<const Model> model,
                                                  const FinishPhotos& photos,
                                                  const FinishOptions& options,
                                                  const JobControl& job) {
  if (options.whiten > 0) {
    LOCI_TRY(made, whitened(model, photos, options, job));
    model = std::move(made);
  }
  if (options.calibrate > 0) {
    LOCI_TRY(made, calibrated(model, photos, options, job));
    model = std::move(made);
  }
  return model;
}

}  // namespace loci::cli
