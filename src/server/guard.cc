// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "guard.h"

#include "head_check.h"

#include "loci/base/text.h"

#include <algorithm>

#include <arpa/inet.h>

namespace loci::internal {
namespace {

/// "[::1]:8080" -> "::1", "localhost:8080" -> "localhost"; nothing for what is no host.
std::string without_port(const std::string& host) {
  if (!is_host(host)) return "";
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

bool is_loopback_number(const std::string& name) {
  in_addr number{};
  return name.starts_with("127.") && ::inet_pton(AF_INET, name.c_str(), &number) == 1;
}

std::string cookie_value(const std::string& cookies, const std::string& name) {
  for (const std::string& part : split(cookies, ';')) {
    const std::string_view text = trim(part);
    if (text.starts_with(name + "=")) return std::string(text.substr(name.size() + 1));
  }
  return "";
}

/// "http://localhost:8080" -> "localhost:8080"
std::string host_of_origin(const std::string& origin) {
  const size_t slashes = origin.find("://");
  return slashes == std::string::npos ? origin : origin.substr(slashes + 3);
}

}  // namespace

bool same_secret(const std::string& a, const std::string& b) {
  // The length of the secret is no secret; its letters are.
  unsigned char difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size(); ++i) {
    const char other = b.empty() ? '\0' : b[i % b.size()];
    difference |= static_cast<unsigned char>(a[i] ^ other);
  }
  return difference == 0;
}

bool is_loopback_name(const std::string& host) {
  const std::string name = to_lower(without_port(host));
  return name == "localhost" || name.ends_with(".localhost") || name == "::1" ||
         is_loopback_number(name);
}

bool Guard::has_token(const Request& request, bool cookie) const {
  constexpr std::string_view kScheme = "bearer ";
  const std::string& header = request.authorization;
  if (to_lower(header.substr(0, kScheme.size())) == kScheme &&
      same_secret(header.substr(kScheme.size()), token_))
    return true;
  return cookie && same_secret(cookie_value(request.cookie, "loci_token"), token_);
}

std::optional<Response> Guard::check(const Request& request, const Route& route) const {
  if (loopback_ && token_.empty() && !is_loopback_name(request.host)) {
    return failure(Refusal::kForbidden,
                   "this server answers to localhost only, not to '" + printable(request.host) +
                       "'; start it with a token, or with --host, to let others in");
  }
  if (!token_.empty() && !route.open && !has_token(request, route.cookie)) {
    return failure(Refusal::kUnauthorized,
                   request.authorization.empty()
                       ? "this server wants 'Authorization: Bearer TOKEN'"
                       : "the bearer token is not the one this server was started with");
  }
  const bool other_site =
      (!request.fetch_site.empty() && request.fetch_site != "same-origin" &&
       request.fetch_site != "none") ||
      (!request.origin.empty() && host_of_origin(request.origin) != request.host);
  if (route.changes && other_site) {
    return failure(Refusal::kForbidden, "another site's page may not change this collection");
  }
  if (route.works && other_site)
    return failure(Refusal::kForbidden, "another site's page may not make this server work");
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> security_headers(const std::string& tile_origin) {
  const std::string tiles = tile_origin.empty() ? "" : " " + tile_origin;
  return {{"Content-Security-Policy",
           "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:" +
               tiles +
               "; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
               "base-uri 'none'; "
               "form-action 'none'; frame-ancestors 'none'"},
          {"X-Content-Type-Options", "nosniff"},
          {"X-Frame-Options", "DENY"},
          {"Referrer-Policy", "no-referrer"},
          {"Cross-Origin-Opener-Policy", "same-origin"},
          {"Cross-Origin-Resource-Policy", "same-origin"},
          {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"}};
}

Result<std::string> origin_of_tiles(const std::string& tile_url) {
  if (tile_url.empty()) return std::string();
  const size_t slashes = tile_url.find("://");
  const bool web = tile_url.starts_with("http://") || tile_url.starts_with("https://");
  const size_t end = web ? tile_url.find('/', slashes + 3) : std::string::npos;
  const bool holes = tile_url.find("{z}") != std::string::npos &&
                     tile_url.find("{x}") != std::string::npos &&
                     tile_url.find("{y}") != std::string::npos;
  const std::string origin = tile_url.substr(0, end);
  const bool plain = std::all_of(origin.begin(), origin.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view(":/.-[]").find(c) != std::string_view::npos;
  });
  if (!web || !holes || end == std::string::npos || !plain) {
    return invalid_argument("tile_url '" + printable(tile_url) +
                            "': expected http(s)://HOST/... with {z}, {x} and {y}");
  }
  return origin;
}

}  // namespace loci::internal
