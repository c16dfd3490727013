// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/page.h"

#include "page_style.h"

#include "loci/base/text.h"
#include "loci/base/version.h"

namespace loci {

std::string html_page(std::string_view title, std::string_view body) {
  const std::string heading = escape_html(title);
  std::string page = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  page += "<meta name=\"generator\" content=\"loci\">\n";
  page += "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
          heading + "</title>\n";
  // An empty icon keeps the browser from asking a server for one.
  page += "<link rel=\"icon\" href=\"data:,\">\n<style>" + std::string(kPageStyle) +
          "</style>\n</head>\n<body>\n<div class=\"brand\"><span class=\"mark\"></span> "
          "loci</div>\n<main>\n<h1>" +
          heading + "</h1>\n";
  page += body;
  page +=
      "\n<footer>Made by loci " + escape_html(version()) + "</footer>\n</main>\n</body>\n</html>\n";
  return page;
}

std::string base64(std::span<const uint8_t> bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = bytes.size() - i;
    const uint32_t three = static_cast<uint32_t>(bytes[i]) << 16 |
                           (left > 1 ? static_cast<uint32_t>(bytes[i + 1]) << 8 : 0u) |
                           (left > 2 ? static_cast<uint32_t>(bytes[i + 2]) : 0u);
    out += kDigits[three >> 18];
    out += kDigits[three >> 12 & 63];
    out += left > 1 ? kDigits[three >> 6 & 63] : '=';
    out += left > 2 ? kDigits[three & 63] : '=';
  }
  return out;
}

std::string data_url(std::string_view mime_type, std::span<const uint8_t> bytes) {
  return "data:" + std::string(mime_type) + ";base64," + base64(bytes);
}

}  // namespace loci
