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

Result<std::string> json_differences(const std::string& first_json,
                                     const std::string& second_json,
                                     const std::set<std::string_view>& except,
                                     const Wording& tell) {
  const auto first = nlohmann::json::parse(first_json, nullptr, /*allow_exceptions=*/false);
  const auto second = nlohmann::json::parse(second_json, nullptr, false);
  if (!first.is_object() || !second.is_object())
    return corrupt("the options of a run are no JSON object");
  std::string text;
  for (const auto& [name, value] : second.items()) {
    if (except.contains(name)) continue;
    const std::string there = first.contains(name) ? first[name].dump() : "not there";
    if (there != value.dump()) text += (text.empty() ? "" : "; ") + tell(name, there, value.dump());
  }
  return text;
}

Result<std::string> json_changes(const std::string& before_json,
                                 const std::string& after_json,
                                 const std::set<std::string_view>& may_change) {
  return json_differences(
      before_json,
      after_json,
      may_change,
      [](const std::string& name, const std::string& was, const std::string& is) {
        return name + " was " + was + ", is " + is;
      });
}

}  // namespace loci::train
