// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "message.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"

namespace loci::internal {
namespace {

constexpr const char* kRetryAfterS = "2";

struct RefusalInfo {
  const char* code;
  int status;
};

RefusalInfo info(Refusal refusal) {
  switch (refusal) {
    case Refusal::kUnauthorized:
      return {"Unauthorized", 401};
    case Refusal::kForbidden:
      return {"Forbidden", 403};
    case Refusal::kNotFound:
      return {"NotFound", 404};
    case Refusal::kMethodNotAllowed:
      return {"MethodNotAllowed", 405};
    case Refusal::kTimeout:
      return {"Timeout", 408};
    case Refusal::kTooLarge:
      return {"TooLarge", 413};
    case Refusal::kUnsupported:
      return {"Unsupported", 415};
    case Refusal::kInvalidArgument:
      return {"InvalidArgument", 400};
    case Refusal::kBusy:
      return {"Busy", 503};
    case Refusal::kNotImplemented:
      return {"Unsupported", 501};
    case Refusal::kVersion:
      return {"Unsupported", 505};
    case Refusal::kExpectation:
      return {"Unsupported", 417};
  }
  return {"Io", 500};
}

Response error_body(const char* code, int status, const std::string& message) {
  JsonWriter json;
  json.object().member("code", code).member("message", message).end();
  Response response = json_response(json.str(), status);
  if (status == 503) response.headers.emplace_back("Retry-After", kRetryAfterS);
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"loci\"");
  return response;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

}  // namespace

Response failure(const Status& status) {
  const CodeInfo& code = code_info(status.code());
  return error_body(code.name, code.http_status, status.message());
}

Response failure(Refusal refusal, const std::string& message) {
  return error_body(info(refusal).code, info(refusal).status, message);
}

void refuse_if_out_of_memory(const Status& status) {
  if (status.code() == Code::kIo) throw Refused{failure(Refusal::kBusy, status.message())};
}

Response json_response(std::string body, int status) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::optional<Target> parse_target(std::string_view target) {
  target = target.substr(0, target.find('#'));
  const size_t mark = target.find('?');
  const auto path = percent_decoded(target.substr(0, mark), false);
  if (!path || path->empty() || path->front() != '/') return std::nullopt;
  Target out{.path = *path, .query = {}};
  if (mark == std::string_view::npos) return out;
  for (const std::string& pair : split(target.substr(mark + 1), '&')) {
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const auto name = percent_decoded(std::string_view(pair).substr(0, equals), true);
    const auto value = equals == std::string::npos
                           ? std::optional<std::string>("")
                           : percent_decoded(std::string_view(pair).substr(equals + 1), true);
    if (!name || !value || !out.query.emplace(*name, *value).second) return std::nullopt;
  }
  return out;
}

}  // namespace loci::internal
