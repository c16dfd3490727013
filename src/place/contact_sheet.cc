// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/contact_sheet.h"

#include "map_svg.h"

#include "loci/base/file.h"
#include "loci/base/page.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/data/dataset.h"
#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/resize.h"

#include <algorithm>
#include <filesystem>
#include <map>

namespace loci {
namespace {

constexpr int kThumbnailQuality = 80;
constexpr double kRightWithin_m = 25;  // the custom of the field

/// "data:image/jpeg;base64,...", or empty when the picture cannot be read.
std::string thumbnail(const std::string& path, int side_px) {
  const auto image = load_image(path, {.wanted_width = side_px, .wanted_height = side_px});
  if (!image.ok()) return "";
  const double scale =
      std::min(1.0, static_cast<double>(side_px) / std::max(image->width, image->height));
  const auto side = [&](int pixels) { return std::max(1, static_cast<int>(pixels * scale + 0.5)); };
  const auto jpeg =
      encode_jpeg(resize(*image, side(image->width), side(image->height), Resampling::kArea),
                  kThumbnailQuality);
  return jpeg.ok() ? data_url("image/jpeg", *jpeg) : "";
}

using Thumbnails = std::map<std::string, std::string>;

Thumbnails make_thumbnails(std::span<const QueryWithAnswer> queries,
                           const ContactSheetOptions& options) {
  Thumbnails out;
  for (const QueryWithAnswer& q : queries) {
    out.emplace(q.query, "");
    for (const Match& match : q.answer.matches) out.emplace(match.image.path, "");
  }
  std::vector<Thumbnails::value_type*> slots;
  for (auto& entry : out) slots.push_back(&entry);
  parallel_for(
      static_cast<int64_t>(slots.size()), 1, options.num_threads, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          auto& [path, url] = *slots[static_cast<size_t>(i)];
          url = thumbnail(path, options.thumbnail_px);
        }
      });
  return out;
}

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

/// "2015-06-21 12:00"
std::string minute_text(int64_t seconds) {
  std::string text = iso_time(seconds).substr(0, 16);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

/// Names that only list positions and times say less than what is shown beside the picture.
bool tells_a_person(const std::string& path) { return !parse_at_name(path).has_value(); }

std::string heading(const std::string& path, size_t number) {
  if (tells_a_person(path)) return "<h2>" + escape_html(printable(file_name(path))) + "</h2>\n";
  const auto named = parse_at_name(path);
  return format("<h2 title=\"%s\">Photograph %zu", escape_html(printable(path)).c_str(), number) +
         (named->time ? ", " + minute_text(*named->time) : "") + "</h2>\n";
}

std::string picture(const Thumbnails& thumbnails, const std::string& path) {
  const std::string& url = thumbnails.at(path);
  if (url.empty()) return "<div class=\"badge bad\">cannot be read</div>";
  return "<img loading=\"lazy\" alt=\"" + escape_html(file_name(path)) + "\" src=\"" + url + "\">";
}

std::string distance_text(double metres) {
  return metres < 1000 ? format("%.0f m", metres) : format("%.1f km", metres / 1000);
}

std::string match_tile(const Thumbnails& thumbnails,
                       const Match& match,
                       size_t rank,
                       const std::optional<LatLon>& from,
                       bool from_truth) {
  std::string verdict,
      caption =
          format("<b>%zu</b> &middot; score <b>%.3f</b>", rank, static_cast<double>(match.score));
  if (from && match.image.position) {
    const double metres = distance_m(*from, *match.image.position);
    caption += " &middot; <b>" + distance_text(metres) + "</b>";
    if (from_truth) verdict = metres <= kRightWithin_m ? " good" : " bad";
  }
  if (match.image.taken) caption += "<br>" + minute_text(*match.image.taken);
  if (tells_a_person(match.image.path))
    caption += "<br>" + escape_html(file_name(match.image.path));
  return "<figure class=\"tile" + verdict + "\" title=\"" +
         escape_html(printable(match.image.path)) + "\">" + picture(thumbnails, match.image.path) +
         "<figcaption>" + caption + "</figcaption></figure>\n";
}

std::string verdict_line(const QueryWithAnswer& q) {
  const QueryAnswer& answer = q.answer;
  if (answer.matches.empty())
    return "<p><span class=\"badge unsure\">the collection is empty</span></p>";
  const double percent = std::min(100 * answer.confidence, 99.0);
  if (answer.verdict == Verdict::kUnknown) {
    return format(
        "<p><span class=\"badge unsure\">unknown place</span> <span class=\"muted\">these photos "
        "are guesses: the best of them is right with %.0f %%</span></p>",
        percent);
  }
  std::string line =
      format("<p><span class=\"badge %s\">%s</span> <span class=\"muted\">%.0f %% sure</span></p>",
             answer.known() ? "good" : "unsure",
             answer.known() ? "known place" : "looks like a known place",
             percent);
  if (answer.location) {
    const Location& at = *answer.location;
    line +=
        format("<p>%s near <b>%.6f, %.6f</b>, within about %s (%d matches agree, confidence %.2f)",
               answer.known() ? "Taken" : "Perhaps taken",
               at.position.lat,
               at.position.lon,
               distance_text(at.radius_m).c_str(),
               at.support,
               at.confidence);
    if (q.truth)
      line += "; the photograph itself says " + distance_text(distance_m(*q.truth, at.position)) +
              " from there";
    line += ".</p>";
  }
  return line;
}

std::string query_card(const QueryWithAnswer& q, size_t number, const Thumbnails& thumbnails) {
  std::string card = "<section class=\"card\">" + heading(q.query, number) + verdict_line(q);
  std::vector<MapPoint> points;
  std::string tiles;
  std::optional<LatLon> from = q.truth;
  if (!from && q.answer.location) from = q.answer.location->position;
  for (size_t i = 0; i < q.answer.matches.size(); ++i) {
    const Match& match = q.answer.matches[i];
    tiles += match_tile(thumbnails, match, i + 1, from, q.truth.has_value());
    if (match.image.position)
      points.push_back({.position = *match.image.position, .label = std::to_string(i + 1)});
  }
  card += "<div class=\"tiles\"><figure class=\"tile wide\">" + picture(thumbnails, q.query) +
          "<figcaption>the photograph asked about</figcaption></figure>\n";
  if (!points.empty())
    card += "<div class=\"tile wide\">" + draw_map(points, q.answer.location, q.truth) + "</div>\n";
  return card + "</div>\n<h3>Matches</h3><div class=\"tiles\">\n" + tiles + "</div></section>\n";
}

}  // namespace

Status write_contact_sheet(const std::string& path,
                           std::span<const QueryWithAnswer> queries,
                           const ContactSheetOptions& options) {
  LOCI_REQUIRE(options.thumbnail_px >= 1, "pictures of at least one pixel");
  const Thumbnails thumbnails = make_thumbnails(queries, options);
  const auto known =
      std::count_if(queries.begin(), queries.end(), [](const auto& q) { return q.answer.known(); });
  std::string body = format(
      "<p class=\"lead\">%zu photographs asked about, %lld of them at a place that the collection "
      "knows. "
      "The score is the cosine similarity of two descriptors: 1 for the same picture.</p>\n",
      queries.size(),
      static_cast<long long>(known));
  if (std::any_of(queries.begin(), queries.end(), [](const auto& q) { return q.truth; })) {
    body += format(
        "<p class=\"muted\">Frames are <span class=\"badge good\">green</span> within %.0f m of "
        "where the photograph asked about says that it was taken, and <span class=\"badge "
        "bad\">red</span> farther away; the green dot on a map is that place. The search does not "
        "look at that position.</p>\n",
        kRightWithin_m);
  }
  for (size_t i = 0; i < queries.size(); ++i) body += query_card(queries[i], i + 1, thumbnails);
  return write_file(path, html_page(options.title, body));
}

}  // namespace loci
