// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "message.h"
#include "router.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loci::internal {

/// Who may ask: the token, the name the server is called by, and the page a request comes from.
class Guard {
 public:
  /// `loopback`: the server listens for this machine alone.
  Guard(std::string token, bool loopback) : token_(std::move(token)), loopback_(loopback) {}

  /// The refusal, if it is one. On a loopback address without token, a Host that is no name of this
  /// machine is a page whose name was turned to it (DNS rebinding), and another site's page may not
  /// change anything (its photos upload as any form does, without asking first).
  std::optional<Response> check(const Request& request, const Route& route) const;

 private:
  bool has_token(const Request& request, bool cookie) const;
  std::string token_;
  bool loopback_;
};

/// Compares in a time that does not tell how much agrees.
bool same_secret(const std::string& a, const std::string& b);
/// Host without port is localhost, 127.x.x.x or ::1.
bool is_loopback_name(const std::string& host);

/// The headers of every answer. `tile_origin`: where map tiles may come from, or empty.
std::vector<std::pair<std::string, std::string>> security_headers(const std::string& tile_origin);
/// "https://tile.example.org" of a tile address; InvalidArgument unless it is http(s) with {z}, {x}
/// and {y}. A subdomain of "{s}" is not supported.
Result<std::string> origin_of_tiles(const std::string& tile_url);

}  // namespace loci::internal
