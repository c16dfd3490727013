// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "option_checks.h"

#include "loci/base/text.h"

#include <nlohmann/json.hpp>

namespace loci::train {

Status one_of(const char* name, const std::string& given, const std::vector<std::string>& known) {
  std::string list;
  for (const std::string& one : known) {
    if (one == given) return {};
    list += (list.empty() ? "" : ", ") + (one.empty() ? "(empty)" : one);
  }
  return invalid_argument(std::string(name) + " is '" + given + "'; it is one of " + list);
}

Status within(const char* name, double given, double low, double high) {
  if (given >= low && given <= high) return {};  // NaN is not
  return invalid_argument(format("%s is %g; it must be from %g to %g", name, given, low, high));
}

Result<std::string> json_changes(const std::string& before_json,
                                 const std::string& after_json,
                                 const std::set<std::string_view>& may_change) {
  const auto before = nlohmann::json::parse(before_json, nullptr, /*allow_exceptions=*/false);
  const auto after = nlohmann::json::parse(after_json, nullptr, false);
  if (!before.is_object()) return corrupt("the checkpoint's options are no JSON object");
  std::string changes;
  for (const auto& [name, value] : after.items()) {
    if (may_change.contains(name)) continue;
    const std::string was = before.contains(name) ? before[name].dump() : "not there";
    if (was != value.dump()) {
      changes += (changes.empty() ? "" : "; ") + name + " was " + was + ", is " + value.dump();
    }
  }
  return changes;
}

}  // namespace loci::train
