// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "match_odds_json.h"

namespace loci::internal {
namespace {

void fields(JsonFields& v, LogOdds& odds) {
  v("bias", odds.bias);
  v("similarity", odds.similarity);
  v("photos", odds.photos);
  v("inliers", odds.inliers);
}

struct Member {
  const char* name;
  LogOdds MatchOdds::*odds;
};
constexpr Member kMembers[] = {{"descriptor", &MatchOdds::descriptor},
                               {"geometry", &MatchOdds::geometry},
                               {"pair", &MatchOdds::pair}};

}  // namespace

Status read_match_odds(const Json& description, MatchOdds& odds) {
  if (!description.contains("match_odds")) return {};
  const Json& parts = description["match_odds"];
  if (!parts.is_object()) return corrupt("match_odds: is no object");
  for (const auto& [name, member] : kMembers) {
    if (!parts.contains(name)) continue;
    if (!parts[name].is_object())
      return corrupt(std::string("match_odds.") + name + ": is no object");
    JsonFields v(&parts[name], std::string("match_odds.") + name);
    fields(v, odds.*member);
    LOCI_RETURN_IF_ERROR(v.status());
  }
  return {};
}

Json match_odds_json(const MatchOdds& odds) {
  Json json = Json::object();
  for (const auto& [name, member] : kMembers) {
    Json part = Json::object();
    JsonFields v(&part);
    LogOdds copy = odds.*member;
    fields(v, copy);
    json[name] = std::move(part);
  }
  return json;
}

}  // namespace loci::internal
