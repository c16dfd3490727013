// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "record.h"

#include "loci/base/version.h"

#include <nlohmann/json.hpp>

namespace loci::train {
namespace {

using Json = nlohmann::ordered_json;

Json data_json(const std::string& name, const DatasetFingerprint& fingerprint) {
  return {{"name", name},
          {"database_images", fingerprint.database_images},
          {"query_images", fingerprint.query_images},
          {"sha256", fingerprint.digest()}};
}

/// Text that should be JSON, or the text itself where it is not.
Json parsed(const std::string& text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? Json(text) : json;
}

}  // namespace

std::string to_json(const TrainingRecord& record) {
  Json training = {{"loci_version", version()},
                   {"start_model", record.start_model},
                   {"data", data_json(record.data_name, record.data)},
                   {"relation", record.relation},
                   {"train_from", record.train_from},
                   {"options", parsed(record.options)},
                   {"photos", record.photos},
                   {"failed", record.failed},
                   {"best_epoch", record.best_epoch},
                   {"stopped", record.stopped}};
  if (!record.validation_name.empty()) {
    training["validation"] = data_json(record.validation_name, record.validation);
  }
  training["curve"] = Json::array();
  for (const EpochRecord& epoch : record.epochs) {
    const Json line = parsed(to_json(epoch));
    training["curve"].push_back(line);
    if (epoch.epoch == record.best_epoch && line.contains("recall")) {
      training["recall"] = line["recall"];
    }
  }
  return Json{{"start", parsed(record.start_record)}, {"training", training}}.dump();
}

}  // namespace loci::train
