// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The web page's files, all of them inside the program: no path of a request reaches the disk.
#include "application.h"
#include "embedded.h"

#include "loci/base/sha256.h"
#include "loci/base/text.h"

namespace loci::internal {
namespace {

std::string mime_type(std::string_view path) {
  const auto is = [&](std::string_view ending) { return path.ends_with(ending); };
  if (is(".html")) return "text/html; charset=utf-8";
  if (is(".js") || is(".mjs")) return "text/javascript; charset=utf-8";
  if (is(".css")) return "text/css; charset=utf-8";
  if (is(".svg")) return "image/svg+xml";
  if (is(".json") || is(".map")) return "application/json";
  if (is(".webmanifest")) return "application/manifest+json";
  if (is(".png")) return "image/png";
  if (is(".jpg")) return "image/jpeg";
  if (is(".webp")) return "image/webp";
  if (is(".ico")) return "image/x-icon";
  if (is(".woff2")) return "font/woff2";
  if (is(".txt")) return "text/plain; charset=utf-8";
  return "application/octet-stream";
}

Response page_file(const EmbeddedFile& file, const std::string& etag, const Request& request) {
  Response response;
  // Files below assets/ carry a digest of their content in their name.
  const bool named_by_content = file.path.starts_with("assets/");
  response.headers.emplace_back(
      "Cache-Control", named_by_content ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.emplace_back("ETag", etag);
  if (request.if_none_match == etag) {
    response.status = 304;
    response.content_type.clear();
    return response;
  }
  response.content_type = mime_type(file.path);
  response.body = std::string(file.content);
  return response;
}

/// What is served at "/" by a build without the page.
std::string plain_page(const Router& router) {
  std::string rows;
  for (const Route& route : router.routes()) {
    rows += "<tr><td>" + route.method + "</td><td><code>" + escape_html(route.pattern) +
            "</code></td></tr>";
  }
  // The style of html_page() stands in the page, which the server's policy does not allow: this
  // page does without.
  return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width\"><title>loci</title></head><body><h1>loci</h1><p>This "
         "build has no web page "
         "(build it in <code>web/</code> and build loci again). The interface is there: <a "
         "href=\"/v1/openapi.json\">its description</a>.</p><table><tbody>" +
         rows + "</tbody></table></body></html>\n";
}

}  // namespace

void Application::add_page_routes() {
  bool has_index = false;
  const auto serve = [this](const std::string& address, const EmbeddedFile& file) {
    const auto* data = reinterpret_cast<const uint8_t*>(file.content.data());
    const std::string etag = "\"" + sha256_hex({data, file.content.size()}).substr(0, 24) + "\"";
    Route route{.method = "GET", .pattern = address, .lane = Lane::kInstant, .parameters = {"*"}};
    route.handler = [&file, etag](const Request& request) {
      return page_file(file, etag, request);
    };
    route.open = true;
    router_.add(std::move(route));
  };
  for (const EmbeddedFile& file : embedded_page()) {
    serve("/" + std::string(file.path), file);
    if (file.path != "index.html") continue;
    has_index = true;
    serve("/", file);
  }
  if (has_index) return;
  Route route{.method = "GET", .pattern = "/", .lane = Lane::kInstant, .parameters = {"*"}};
  route.handler = [page = plain_page(router_)](const Request&) {
    Response response;
    response.content_type = "text/html; charset=utf-8";
    response.body = page;
    return response;
  };
  route.open = true;
  router_.add(std::move(route));
}

}  // namespace loci::internal
