// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "checkpoint.h"

#include "loci/base/text.h"
#include "loci/base/version.h"
#include "loci/model/safetensors.h"

#include <memory>

#include <nlohmann/json.hpp>

namespace loci::train {
namespace {

using Json = nlohmann::ordered_json;
constexpr int kVersion = 1;
constexpr const char* kMemory = "miner.memory";
constexpr const char* kMeta = "loci_checkpoint";

Json fingerprint_json(const DatasetFingerprint& f) {
  return {{"database_images", f.database_images},
          {"query_images", f.query_images},
          {"paths", f.paths},
          {"sizes", f.sizes},
          {"truth", f.truth}};
}

DatasetFingerprint fingerprint_from(const Json& json) {
  return {.database_images = json.at("database_images").get<int64_t>(),
          .query_images = json.at("query_images").get<int64_t>(),
          .paths = json.at("paths").get<std::string>(),
          .sizes = json.at("sizes").get<std::string>(),
          .truth = json.at("truth").get<std::string>()};
}

Json describe(const Checkpoint& c) {
  Json json = {{"version", kVersion},
               {"loci_version", version()},
               {"epoch", c.epoch},
               {"step", c.step},
               {"refresh", c.refresh},
               {"sums",
                {{"loss", c.sums.loss},
                 {"counted", c.sums.counted},
                 {"with_violation", c.sums.with_violation},
                 {"violating", c.sums.violating},
                 {"skipped", c.sums.skipped},
                 {"seconds", c.sums.seconds}}},
               {"best_epoch", c.best_epoch},
               {"epochs_without_better", c.epochs_without_better},
               {"options", Json::parse(c.options)},
               {"data", fingerprint_json(c.data)},
               {"validation", fingerprint_json(c.validation)},
               {"start_model", c.start_model},
               {"records", Json::array()}};
  for (const EpochRecord& record : c.records) json["records"].push_back(to_json(record));
  return json;
}

Status read_description(const Json& json, Checkpoint& c) {
  const int found = json.at("version").get<int>();
  if (found > kVersion) {
    return unsupported(
        format("the checkpoint has version %d, this program reads up to %d; use the "
               "newer program",
               found,
               kVersion));
  }
  c.epoch = json.at("epoch").get<int>();
  c.step = json.at("step").get<int64_t>();
  c.refresh = json.at("refresh").get<int64_t>();
  const Json& sums = json.at("sums");
  c.sums = {.loss = sums.at("loss").get<double>(),
            .counted = sums.at("counted").get<int64_t>(),
            .with_violation = sums.at("with_violation").get<int64_t>(),
            .violating = sums.at("violating").get<int64_t>(),
            .skipped = sums.at("skipped").get<int64_t>(),
            .seconds = sums.at("seconds").get<double>()};
  c.best_epoch = json.at("best_epoch").get<int>();
  c.epochs_without_better = json.at("epochs_without_better").get<int>();
  c.options = json.at("options").dump();
  c.data = fingerprint_from(json.at("data"));
  c.validation = fingerprint_from(json.at("validation"));
  c.start_model = json.at("start_model").get<std::string>();
  for (const Json& one : json.at("records")) {
    LOCI_TRY(record, parse_epoch_record(one.get<std::string>()));
    c.records.push_back(record);
  }
  return {};
}

}  // namespace

Status save_checkpoint(const Checkpoint& checkpoint, const std::string& path) {
  Safetensors file;
  file.metadata[kMeta] = describe(checkpoint).dump();
  for (const auto& [name, tensor] : checkpoint.weights) file.tensors["weights." + name] = tensor;
  for (const auto& [name, tensor] : checkpoint.refresh_weights) {
    file.tensors["refresh." + name] = tensor;
  }
  for (const auto& [name, tensor] : checkpoint.optimizer) file.tensors[name] = tensor;
  const auto& memory = checkpoint.memory;
  file.tensors[kMemory] = make_tensor(
      {std::ssize(memory)},
      std::span<const int8_t>(reinterpret_cast<const int8_t*>(memory.data()), memory.size()));
  return write_safetensors(path, file).with_context("checkpoint");
}

Result<Checkpoint> load_checkpoint(const std::string& path) {
  LOCI_TRY(file, read_safetensors(path));
  const auto meta = file.metadata.find(kMeta);
  if (meta == file.metadata.end()) return corrupt(printable(path) + ": is no training checkpoint");
  Checkpoint checkpoint;
  try {
    const Status status = read_description(Json::parse(meta->second), checkpoint);
    if (!status.ok()) return status.with_context(printable(path));
  } catch (const nlohmann::json::exception& error) {
    return corrupt(printable(path) + ": its description is damaged: " + error.what());
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (name == kMemory) {
      checkpoint.memory.assign(tensor.bytes.begin(), tensor.bytes.end());
    } else if (name.starts_with("weights.")) {
      checkpoint.weights[name.substr(8)] = tensor;
    } else if (name.starts_with("refresh.")) {
      checkpoint.refresh_weights[name.substr(8)] = tensor;
    } else {
      checkpoint.optimizer[name] = tensor;
    }
  }
  return checkpoint;
}

Status check_resumable(const Checkpoint& checkpoint,
                       const std::string& start_model,
                       const DatasetFingerprint& data,
                       const DatasetFingerprint& validation,
                       const TrainOptions& options) {
  LOCI_TRY(changed, option_changes(checkpoint.options, options));
  if (!changed.empty()) changed = "options changed: " + changed;
  const auto add = [&changed](const std::string& what) {
    if (!what.empty()) changed += (changed.empty() ? "" : "; ") + what;
  };
  if (start_model != checkpoint.start_model) add("the start model is another one");
  add(difference(checkpoint.data, data));
  const std::string judged = difference(checkpoint.validation, validation);
  if (!judged.empty()) add("validation: " + judged);
  if (changed.empty()) return {};
  return invalid_argument("this run cannot be resumed: " + changed +
                          "; undo that, or start anew in another work folder");
}

}  // namespace loci::train
