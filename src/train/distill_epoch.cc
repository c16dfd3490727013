// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/json_writer.h"
#include "loci/train/distill.h"

#include <limits>
#include <type_traits>

#include <nlohmann/json.hpp>

namespace loci::train {
namespace {

/// Every member once, for writing and reading.
template <class Epoch, class Visit>
void visit_members(Epoch& epoch, Visit visit) {
  visit("epoch", epoch.epoch);
  visit("loss", epoch.loss);
  visit("feature_loss", epoch.feature_loss);
  visit("descriptor_loss", epoch.descriptor_loss);
  visit("photos", epoch.photos);
  visit("unreadable", epoch.unreadable);
  visit("learning_rate", epoch.learning_rate);
  visit("seconds", epoch.seconds);
  visit("val_cosine", epoch.val_cosine);
  visit("val_changed", epoch.val_changed);
  visit("val_descriptor", epoch.val_descriptor);
  visit("val_seconds", epoch.val_seconds);
  visit("best", epoch.best);
}

template <class T>
bool read(const nlohmann::json& json, T* out) {
  if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) return false;
  } else if constexpr (std::is_same_v<T, double>) {
    if (json.is_null()) *out = std::numeric_limits<double>::quiet_NaN();
    if (!json.is_number()) return json.is_null();
  } else if (!json.is_number_integer()) {
    return false;
  }
  *out = json.get<T>();
  return true;
}

}  // namespace

std::string to_json(const DistillEpoch& epoch) {
  JsonWriter json;
  json.object();
  visit_members(epoch, [&json](const char* name, const auto& value) { json.member(name, value); });
  return json.end().str();
}

Result<DistillEpoch> parse_distill_epoch(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return corrupt("an epoch's record is no JSON object");
  DistillEpoch epoch;
  std::string wrong;
  visit_members(epoch, [&](const char* name, auto& value) {
    if (wrong.empty() && (!json.contains(name) || !read(json[name], &value))) wrong = name;
  });
  if (!wrong.empty()) return corrupt("an epoch's record: '" + wrong + "' is missing or wrong");
  return epoch;
}

}  // namespace loci::train
