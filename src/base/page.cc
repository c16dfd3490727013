// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/page.h"

#include "loci/base/text.h"
#include "loci/base/version.h"

namespace loci {
namespace {

// The series colours are Okabe and Ito's (2008), told apart with any colour vision; darker on
// white, lighter on black.
constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--paper:#f6f5f1;--card:#fff;--ink:#1d2126;--soft:#626a73;--line:#dedbd2;
--accent:#0b6e8a;--good:#1a7f4e;--bad:#b3402a;--unsure:#9a6b00;
--series-1:#0072b2;--series-2:#d55e00;--series-3:#009e73;--series-4:#b0639a;--series-5:#a17a00;--series-6:#4a4f55}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1d2125;--ink:#e8e6e1;--soft:#9aa3ab;--line:#343a40;
--accent:#62bfd9;--good:#54c98b;--bad:#f08a72;--unsure:#e0b24d;
--series-1:#56b4e9;--series-2:#f0884a;--series-3:#3fc79f;--series-4:#dd9cc6;--series-5:#e6c84a;--series-6:#b4bac0}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:72rem;margin:0 auto;padding:2rem 1.2rem 3rem}
h1{font-size:1.8rem;line-height:1.2;margin:0 0 .6rem;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:1.2rem;margin:0 0 .6rem;overflow-wrap:anywhere}
h3{font-size:1rem;margin:1rem 0 .4rem}
p{margin:.4rem 0}.lead{font-size:1.08rem;max-width:44rem}.muted,figcaption,footer,caption{color:var(--soft)}
a{color:var(--accent)}code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.1rem 1.2rem;margin:1.1rem 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .7rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:.88rem}tr:last-child td{border-bottom:0}
td.num,th.num{text-align:right;white-space:nowrap}
.tiles{display:flex;flex-wrap:wrap;gap:.9rem;margin:.8rem 0}
.tile{margin:0;flex:1 1 11rem;max-width:16rem;min-width:0}
.tile img{display:block;width:100%;height:auto;border-radius:8px;background:var(--line);border:3px solid transparent}
.tile.good img{border-color:var(--good)}.tile.bad img{border-color:var(--bad)}
.tile figcaption{font-size:.84rem;line-height:1.4;margin-top:.35rem;overflow-wrap:anywhere}
.tile b{color:var(--ink);font-variant-numeric:tabular-nums}
.tile.wide{flex:2 1 18rem;max-width:26rem}
.badge{display:inline-block;border:1px solid;border-radius:999px;padding:.05rem .65rem;font-size:.88rem;font-weight:600}
.good>.badge,.badge.good{color:var(--good)}.badge.bad{color:var(--bad)}.badge.unsure{color:var(--unsure)}
svg.plot{display:block;width:100%;height:auto;max-width:44rem;font:12px system-ui,sans-serif}
svg.plot text{fill:var(--soft)}
footer{margin-top:2rem;font-size:.84rem}
@media (max-width:34rem){main{padding:1.2rem .8rem 2rem}.card{padding:.9rem .8rem}.tile{flex-basis:42%}.tile.wide{flex-basis:100%}
th,td{padding:.35rem .45rem}}
@media print{body{background:none}.card{break-inside:avoid}}
)css";

}  // namespace

std::string html_page(std::string_view title, std::string_view body) {
  const std::string heading = escape_html(title);
  std::string page = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  page += "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
          heading + "</title>\n";
  // An empty icon keeps the browser from asking a server for one.
  page += "<link rel=\"icon\" href=\"data:,\">\n<style>" + std::string(kStyle) +
          "</style>\n</head>\n<body>\n<main>\n<h1>" + heading + "</h1>\n";
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
