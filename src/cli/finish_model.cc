// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "finish_model.h"

#include "loci/backbone/backbone.h"
#include "loci/base/json_writer.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/describe/learn.h"
#include "loci/describe/preprocess.h"

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

Status add_photo(Calibrator& calibrator, const Preprocessing& spec, const std::string& path) {
  LOCI_TRY(input, load_input(spec, path));
  return calibrator.add(input.values.data(), 1, input.height, input.width);
}

Result<std::shared_ptr<const Model>> calibrated(const std::shared_ptr<const Model>& model,
                                                const FinishPhotos& photos,
                                                const FinishOptions& options,
                                                const JobControl& job) {
  LOCI_TRY(calibrator, Calibrator::create(model, options.num_threads));
  Rng rng(options.seed, "calibration photos");
  int64_t done = 0, used = 0;
  const std::vector<int64_t> drawn = rng.sample(std::ssize(photos.calibration), options.calibrate);
  for (const int64_t i : drawn) {
    if (job.cancelled()) return cancelled("stopped while calibrating; nothing was written");
    const std::string& path = photos.calibration[static_cast<size_t>(i)];
    if (add_photo(*calibrator, model->spec.preprocessing, path).ok()) ++used;
    job.progress("calibrating for int8", ++done, std::ssize(drawn));
  }
  if (used == 0) {
    job.message("no photo could be read for the calibration; the model has no ranges for int8");
    return model;
  }
  LOCI_TRY(made, calibrator->finish());
  ModelSpec spec = made->spec;
  JsonWriter json;
  json.object().member("photos", used).end();
  spec.record = with_member(spec.record, "calibration", json.str());
  return make_model(std::move(spec), made->tensors);
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
