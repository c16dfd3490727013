// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "router.h"

#include "loci/base/check.h"
#include "loci/base/text.h"

#include <algorithm>
#include <limits>

namespace loci::internal {
namespace {

enum class Fit { kNo, kYes, kBadId };

Fit fits(const std::string& pattern, const std::string& path, int64_t* id) {
  const size_t hole = pattern.find("{id}");
  if (hole == std::string::npos) return pattern == path ? Fit::kYes : Fit::kNo;
  const std::string before = pattern.substr(0, hole), after = pattern.substr(hole + 4);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
      !path.ends_with(after))
    return Fit::kNo;
  const std::string middle = path.substr(before.size(), path.size() - before.size() - after.size());
  if (middle.find('/') != std::string::npos) return Fit::kNo;
  const bool digits =
      std::all_of(middle.begin(), middle.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto number = digits ? parse_int(middle) : std::nullopt;
  if (!number || *number < 1) return Fit::kBadId;
  *id = *number;
  return Fit::kYes;
}

Response unknown_parameter(const Route& route, const std::string& name) {
  std::string known;
  for (const std::string& parameter : route.parameters)
    known += (known.empty() ? "" : ", ") + parameter;
  return failure(Refusal::kInvalidArgument,
                 "parameter '" + printable(name) + "' is not known here; " +
                     (known.empty() ? "this route takes none" : "known: " + known));
}

[[noreturn]] void wrong(const std::string& name,
                        const std::string& found,
                        const std::string& expected) {
  throw Error(invalid_argument("parameter '" + name + "' is '" + printable(found) + "'; expected " +
                               expected));
}

}  // namespace

Route* Router::route(const std::string& pattern) {
  const auto at = std::find_if(
      routes_.begin(), routes_.end(), [&](const Route& r) { return r.pattern == pattern; });
  LOCI_REQUIRE(at != routes_.end(), "a route that was added");
  return &*at;
}

Routed Router::find(Request* request) const {
  std::string allowed;
  bool bad_id = false;
  for (const Route& route : routes_) {
    int64_t id = 0;
    const Fit fit = fits(route.pattern, request->path, &id);
    bad_id |= fit == Fit::kBadId;
    if (fit != Fit::kYes) continue;
    if (route.method != request->method) {
      allowed += (allowed.empty() ? "" : ", ") + route.method;
      if (route.method == "GET") allowed += ", HEAD";
      continue;
    }
    const auto takes = [&](const std::string& name) {
      return std::find(route.parameters.begin(), route.parameters.end(), name) !=
             route.parameters.end();
    };
    for (const auto& [name, value] : request->query) {
      if (!takes(name) && !takes("*")) return {nullptr, unknown_parameter(route, name)};
    }
    request->id = id;
    return {&route, {}};
  }
  if (!allowed.empty()) {
    Response refusal = failure(Refusal::kMethodNotAllowed,
                               printable(request->path) + " knows no " +
                                   printable(request->method) + "; allowed: " + allowed);
    refusal.headers.emplace_back("Allow", allowed);
    return {nullptr, std::move(refusal)};
  }
  if (bad_id) {
    return {nullptr,
            failure(Refusal::kInvalidArgument,
                    printable(request->path) + ": photos have numbers from 1")};
  }
  return {
      nullptr,
      failure(Refusal::kNotFound,
              printable(request->path) + " is no address here; GET /v1/openapi.json lists all")};
}

int64_t int_parameter(const Request& request,
                      const std::string& name,
                      int64_t least,
                      int64_t most,
                      std::optional<int64_t> otherwise) {
  const auto at = request.query.find(name);
  const std::string expected =
      most == std::numeric_limits<int64_t>::max()
          ? format("a whole number from %lld", static_cast<long long>(least))
          : format("a whole number from %lld to %lld",
                   static_cast<long long>(least),
                   static_cast<long long>(most));
  if (at == request.query.end()) {
    if (otherwise) return *otherwise;
    throw Error(invalid_argument("parameter '" + name + "' is missing; expected " + expected));
  }
  const auto number = parse_int(at->second);
  if (!number || *number < least || *number > most) wrong(name, at->second, expected);
  return *number;
}

double number_parameter(
    const Request& request, const std::string& name, double least, double most, double otherwise) {
  const auto at = request.query.find(name);
  if (at == request.query.end()) return otherwise;
  const auto number = parse_double(at->second);
  if (!number || !(*number >= least && *number <= most))
    wrong(name, at->second, format("a number from %g to %g", least, most));
  return *number;
}

bool flag_parameter(const Request& request, const std::string& name) {
  const auto at = request.query.find(name);
  if (at == request.query.end()) return false;
  if (at->second == "true") return true;
  if (at->second != "false") wrong(name, at->second, "true or false");
  return false;
}

}  // namespace loci::internal
