// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "doctor_map.h"
#include "doctor_parts.h"
#include "svg_bars.h"

#include "loci/base/page.h"
#include "loci/base/text.h"
#include "loci/eval/doctor.h"

#include <algorithm>

namespace loci {
namespace {

using internal::counted;

constexpr size_t kMostNames = 200;  // of photographs listed below a finding
constexpr size_t kMostSizes = 12;

const char* badge_of(Severity severity) {
  return severity == Severity::kError ? "bad" : severity == Severity::kWarning ? "unsure" : "good";
}

std::string introduction(const DoctorReport& report, const DoctorPageOptions& options) {
  int64_t queries = 0, database = 0;
  for (const PartSummary& part : report.parts) {
    queries += part.queries;
    database += part.database;
  }
  std::string html = "<p class=\"lead\">" + counted(report.photos, "photograph") + " (" +
                     human_bytes(static_cast<double>(report.bytes)) +
                     "): " + counted(queries, "query", "queries") + " and " +
                     counted(database, "database image") + ". ";
  if (report.findings.empty()) {
    html += "<b>Nothing wrong was found.</b>";
  } else {
    for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kNote}) {
      const int64_t count = report.count(severity);
      if (count == 0) continue;
      html += format("<span class=\"badge %s\">", badge_of(severity)) +
              counted(count, severity_name(severity)) + "</span> ";
    }
  }
  html += "</p>\n";
  if (!options.command.empty())
    html += "<p class=\"muted\"><code>" + escape_html(options.command) + "</code></p>\n";
  return html;
}

std::string picture(const Finding::Item& item, const DoctorPageOptions& options) {
  const std::vector<uint8_t> jpeg = options.thumbnail(item.path);
  const std::string image =
      jpeg.empty() ? "<div style=\"aspect-ratio:4/3;border-radius:8px;background:var(--line)\" "
                     "role=\"img\" aria-label=\"not readable\"></div>"
                   : "<img loading=\"lazy\" alt=\"\" src=\"" + data_url("image/jpeg", jpeg) + "\">";
  return "<figure class=\"tile\">" + image + "<figcaption>" + escape_html(item.path) +
         (item.detail.empty() ? "" : "<br><b>" + escape_html(item.detail) + "</b>") +
         "</figcaption></figure>\n";
}

std::string names(const Finding& finding) {
  std::string html = "<details><summary class=\"muted\">" +
                     counted(static_cast<int64_t>(finding.where.size()), "photograph") +
                     "</summary>\n<div class=\"scroll\"><table>";
  for (size_t i = 0; i < std::min(kMostNames, finding.where.size()); ++i) {
    html += "<tr><td><code>" + escape_html(finding.where[i].path) + "</code></td><td>" +
            escape_html(finding.where[i].detail) + "</td></tr>\n";
  }
  html += "</table></div>";
  if (finding.where.size() > kMostNames)
    html += "<p class=\"muted\">The rest is in the output of --json.</p>";
  return html + "</details>\n";
}

std::string finding_card(const Finding& finding, const DoctorPageOptions& options) {
  std::string html = format(
                         "<section class=\"card\" id=\"%s\"><h2><span class=\"badge %s\">%s"
                         "</span> ",
                         finding.check.c_str(),
                         badge_of(finding.severity),
                         severity_name(finding.severity)) +
                     escape_html(finding.what) + "</h2>\n<p><b>Cost.</b> " +
                     escape_html(finding.cost) + "</p>\n<p><b>Remedy.</b> " +
                     escape_html(finding.remedy) + "</p>\n";
  const size_t shown =
      options.thumbnail
          ? std::min(static_cast<size_t>(std::max(0, options.max_pictures)), finding.where.size())
          : 0;
  if (shown > 0) {
    html += "<div class=\"tiles\">\n";
    for (size_t i = 0; i < shown; ++i) html += picture(finding.where[i], options);
    html += "</div>\n";
  }
  if (finding.where.size() > shown) html += names(finding);
  return html + "</section>\n";
}

std::string figures(const DoctorReport& report) {
  std::string html =
      "<section class=\"card\"><h2>The set in figures</h2>\n<div class=\"scroll\"><table><thead>"
      "<tr><th>Part</th><th>Right when</th><th class=\"num\">Queries</th><th class=\"num\">with a "
      "positive</th><th class=\"num\">Database</th><th class=\"num\">Blind guess</th></tr></thead>"
      "<tbody>\n";
  for (const PartSummary& part : report.parts) {
    html += "<tr><td><b>" + escape_html(part.name) + "</b><br><span class=\"muted\">" +
            escape_html(part.format) + "</span></td><td>" + escape_html(part.rule) + "</td>" +
            format(
                "<td class=\"num\">%lld</td><td class=\"num\">%lld</td><td class=\"num\">%lld"
                "</td><td class=\"num\">%.2g&nbsp;%%</td></tr>\n",
                static_cast<long long>(part.queries),
                static_cast<long long>(part.answerable),
                static_cast<long long>(part.database),
                100 * part.chance);
  }
  return html +
         "</tbody></table></div>\n<p class=\"muted\">Blind guess: recall@1 of an answer drawn at "
         "random; results mean something above it.</p></section>\n";
}

std::string maps(const DoctorReport& report) {
  if (report.towns.empty()) return "";
  std::string html = "<section class=\"card\"><h2>Where they were taken</h2>\n" + town_map_legend();
  for (const DoctorReport::Town& town : report.towns) {
    html += "<h3>" + counted(static_cast<int64_t>(town.dots.size()), "photograph") + " " +
            (town.name.starts_with("around") ? "" : "in ") + escape_html(town.name) + "</h3>\n" +
            town_map(town);
  }
  return html + "</section>\n";
}

std::string histograms(const DoctorReport& report) {
  std::string html = "<section class=\"card\"><h2>Positives of a query</h2>\n";
  for (const PartSummary& part : report.parts) {
    if (report.parts.size() > 1) html += "<h3>" + escape_html(part.name) + "</h3>\n";
    std::vector<Bar> bars = histogram_bars(part.positives);
    if (!bars.empty() && bars[0].label == "0") bars[0].marked = true;
    html +=
        bar_chart(bars, "Queries by their number of positives", "right answers in the database");
  }
  html +=
      "<p class=\"muted\">How many queries have so many right answers; one without any is a "
      "miss whatever the method.</p></section>\n";
  if (!report.times_per_place.empty()) {
    std::vector<Bar> bars = histogram_bars(report.times_per_place);
    if (!bars.empty() && bars[0].label == "1") bars[0].marked = true;
    html += "<section class=\"card\"><h2>Times of a place</h2>\n" +
            bar_chart(bars, "Places by their number of visits", "visits more than an hour apart") +
            "<p class=\"muted\">How many places were seen so often. Training on the same places "
            "over time needs two and more.</p></section>\n";
  }
  return html;
}

std::string sizes(const DoctorReport& report) {
  std::vector<Bar> bars;
  for (const auto& [size, count] : report.sizes)
    bars.push_back({.label = format("%d\u00d7%d", size.first, size.second), .count = count});
  std::stable_sort(
      bars.begin(), bars.end(), [](const Bar& a, const Bar& b) { return a.count > b.count; });
  std::string html =
      "<section class=\"card\"><h2>Image sizes</h2>\n<div class=\"scroll\"><table>"
      "<thead><tr><th>Size</th><th class=\"num\">Photographs</th></tr></thead>\n";
  for (size_t i = 0; i < std::min(kMostSizes, bars.size()); ++i) {
    html +=
        "<tr><td>" + escape_html(bars[i].label) +
        format("</td><td class=\"num\">%lld</td></tr>\n", static_cast<long long>(bars[i].count));
  }
  html += "</table></div>\n";
  if (bars.size() > kMostSizes)
    html += format("<p class=\"muted\">and %zu rarer sizes</p>", bars.size() - kMostSizes);
  return html + "</section>\n";
}

}  // namespace

std::string doctor_page(const std::string& title,
                        const DoctorReport& report,
                        const DoctorPageOptions& options) {
  std::string body = introduction(report, options);
  for (const Finding& finding : report.findings) body += finding_card(finding, options);
  body += figures(report) + maps(report) + histograms(report) + sizes(report);
  return html_page(title, body);
}

}  // namespace loci
