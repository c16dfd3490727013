// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/file.h"
#include "loci/base/status.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loci::internal {

using Clock = std::chrono::steady_clock;

/// A request as the handlers see it; no type of the HTTP library.
struct Request {
  std::string method;  ///< "GET", also for HEAD
  std::string path;    ///< percent-decoded, without the query
  std::map<std::string, std::string> query;
  std::string host, origin, fetch_site, authorization, cookie, content_type, if_none_match;
  bool has_body = false;
  std::string body;
  Clock::time_point received = Clock::now();
  int64_t id = 0;  ///< of the path, where the route has one
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::shared_ptr<InputFile> file;  ///< sent instead of the body when there is one
  std::vector<std::pair<std::string, std::string>> headers;
  bool close = false;  ///< the connection is not to be used again
};

/// Failures that only a server has, beside those of Code.
enum class Refusal {
  kUnauthorized,
  kForbidden,
  kNotFound,
  kMethodNotAllowed,
  kTimeout,
  kTooLarge,
  kUnsupported,
  kInvalidArgument,
  kBusy,
  kNotImplemented,
  kVersion,
  kExpectation,
};

/// `{"code","message"}` with the status of the code.
Response failure(const Status& status);
Response failure(Refusal refusal, const std::string& message);
Response json_response(std::string body, int status = 200);

/// Thrown by handlers for failures that no Code stands for; whoever calls them answers with it.
struct Refused {
  Response response;
};

/// For failures over a photo's bytes at hand, where Io is memory that was short: throws Refused (Busy) then, as the
/// photo is not to blame.
void refuse_if_out_of_memory(const Status& status);

/// Path and query of a request target, percent-decoded. Nothing for a broken encoding, a NUL, or a
/// target that does not start with "/".
struct Target {
  std::string path;
  std::map<std::string, std::string> query;
};
std::optional<Target> parse_target(std::string_view target);

}  // namespace loci::internal
