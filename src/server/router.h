// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "message.h"

#include <functional>
#include <string>
#include <vector>

namespace loci::internal {

/// Who does the work of a route.
enum class Lane {
  kInstant,   ///< the thread of the connections: nothing that waits or computes
  kLight,     ///< lists, searches with stored descriptors: nothing that takes long
  kDecode,    ///< photos are decoded: files that changed, thumbnails
  kDescribe,  ///< the model runs
  kWrite,     ///< the collection changes: one at a time
};

struct Route {
  std::string method;   ///< GET, POST or DELETE
  std::string pattern;  ///< as in docs/openapi.json; at most one {id}
  Lane lane = Lane::kLight;
  std::vector<std::string> parameters;  ///< of the query; others are refused, unless one is "*"
  std::function<Response(const Request&)> handler;
  bool open = false;         ///< needs no token
  bool cookie = false;       ///< the token may come as a cookie, as <img> can send nothing else
  bool takes_image = false;  ///< the body is a photo
  bool changes = false;      ///< not for another site's page
  bool works = false;        ///< starts work that takes long: not for another site's page either
};

/// A route for a request, or the answer that says why there is none.
struct Routed {
  const Route* route = nullptr;
  Response refusal;
};

class Router {
 public:
  void add(Route route) { routes_.push_back(std::move(route)); }
  /// The route of a pattern that was added, to be changed.
  Route* route(const std::string& pattern);
  /// Fills in request->id.
  Routed find(Request* request) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

// Parameters of the query. They throw Error (InvalidArgument) with the name, what was found and
// what is expected; handlers are called where that becomes a response.

int64_t int_parameter(const Request& request,
                      const std::string& name,
                      int64_t least,
                      int64_t most,
                      std::optional<int64_t> otherwise);
double number_parameter(
    const Request& request, const std::string& name, double least, double most, double otherwise);
bool flag_parameter(const Request& request, const std::string& name);

}  // namespace loci::internal
