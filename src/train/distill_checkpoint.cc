// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "distill_checkpoint.h"

#include "loci/base/text.h"
#include "loci/base/version.h"
#include "loci/model/safetensors.h"

#include <nlohmann/json.hpp>

namespace loci::train {
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kMeta = "loci_distillation";

Json describe(const DistillCheckpoint& c) {
  Json json = {{"loci_version", version()},
               {"epoch", c.epoch},
               {"step", c.step},
               {"sums",
                {c.sums.loss,
                 c.sums.feature_loss,
                 c.sums.descriptor_loss,
                 static_cast<double>(c.sums.photos),
                 c.sums.seconds}},
               {"best_epoch", c.best_epoch},
               {"kept", c.kept},
               {"options", Json::parse(c.options)},
               {"photos", c.photos.database_images},
               {"paths", c.photos.paths},
               {"sizes", c.photos.sizes},
               {"truth", c.photos.truth},
               {"teacher", c.teacher},
               {"student", c.student},
               {"epochs", Json::array()}};
  for (const DistillEpoch& epoch : c.epochs) json["epochs"].push_back(to_json(epoch));
  return json;
}

Status read_description(const Json& json, DistillCheckpoint& c) {
  c.epoch = json.at("epoch").get<int>();
  c.step = json.at("step").get<int64_t>();
  const Json& sums = json.at("sums");
  c.sums = {.loss = sums.at(0).get<double>(),
            .feature_loss = sums.at(1).get<double>(),
            .descriptor_loss = sums.at(2).get<double>(),
            .photos = static_cast<int64_t>(sums.at(3).get<double>()),
            .seconds = sums.at(4).get<double>()};
  c.best_epoch = json.at("best_epoch").get<int>();
  c.kept = json.at("kept").get<double>();
  c.options = json.at("options").dump();
  c.photos.database_images = json.at("photos").get<int64_t>();
  c.photos.paths = json.at("paths").get<std::string>();
  c.photos.sizes = json.at("sizes").get<std::string>();
  c.photos.truth = json.at("truth").get<std::string>();
  c.teacher = json.at("teacher").get<std::string>();
  c.student = json.at("student").get<std::string>();
  for (const Json& one : json.at("epochs")) {
    LOCI_TRY(epoch, parse_distill_epoch(one.get<std::string>()));
    c.epochs.push_back(epoch);
  }
  return {};
}

}  // namespace

Status save_checkpoint(const DistillCheckpoint& checkpoint, const std::string& path) {
  Safetensors file;
  file.metadata[kMeta] = describe(checkpoint).dump();
  for (const auto& [name, tensor] : checkpoint.weights) file.tensors["weights." + name] = tensor;
  for (const auto* part : {&checkpoint.optimizer, &checkpoint.projection}) {
    for (const auto& [name, tensor] : *part) file.tensors[name] = tensor;
  }
  return write_safetensors(path, file).with_context("checkpoint");
}

Result<DistillCheckpoint> load_distill_checkpoint(const std::string& path) {
  LOCI_TRY(file, read_safetensors(path));
  const auto meta = file.metadata.find(kMeta);
  if (meta == file.metadata.end()) {
    return corrupt(printable(path) + ": is no checkpoint of a distillation");
  }
  DistillCheckpoint checkpoint;
  try {
    const Status status = read_description(Json::parse(meta->second), checkpoint);
    if (!status.ok()) return status.with_context(printable(path));
  } catch (const nlohmann::json::exception& error) {
    return corrupt(printable(path) + ": its description is damaged: " + error.what());
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (name.starts_with("weights.")) {
      checkpoint.weights[name.substr(8)] = tensor;
    } else if (name == "projection") {
      checkpoint.projection[name] = tensor;
    } else {
      checkpoint.optimizer[name] = tensor;
    }
  }
  return checkpoint;
}

Status check_resumable(const DistillCheckpoint& before,
                       const DistillCheckpoint& now,
                       const DistillOptions& options) {
  LOCI_TRY(changed, option_changes(before.options, options));
  if (!changed.empty()) changed = "options changed: " + changed;
  const auto add = [&changed](const std::string& what) {
    if (!what.empty()) changed += (changed.empty() ? "" : "; ") + what;
  };
  if (before.teacher != now.teacher) add("the teacher is another model");
  if (before.student != now.student) add("the student starts from another model");
  if (before.photos.database_images != now.photos.database_images) {
    add(format("%lld photos before, %lld now",
               static_cast<long long>(before.photos.database_images),
               static_cast<long long>(now.photos.database_images)));
  } else if (before.photos.paths != now.photos.paths) {
    add("the list of photos changed");
  } else if (before.photos.sizes != now.photos.sizes) {
    add("photos changed on disk");
  }
  if (changed.empty()) return {};
  return invalid_argument("this run cannot be resumed: " + changed +
                          "; undo that, or start anew in another work folder");
}

}  // namespace loci::train
