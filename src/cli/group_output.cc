// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "group_output.h"

#include "thumbnail.h"

#include "loci/base/json_writer.h"
#include "loci/base/page.h"
#include "loci/base/text.h"

#include <algorithm>

namespace loci::cli {
namespace {

constexpr int kThumbnailSide = 240;
constexpr size_t kShownPhotos = 60;  // of a group on the page
constexpr size_t kShownGroups = 200;

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string title_of(const PhotoGroup& group, size_t number) {
  return group.name.empty() ? format("Place %zu", number) : printable(group.name);
}

}  // namespace

GroupedPhotos::GroupedPhotos(const std::vector<PlaceImage>& images, const Grouping& grouping)
    : grouping_(grouping) {
  for (const PlaceImage& image : images) by_id_.emplace(image.id, &image);
}

std::string GroupedPhotos::span_of(const PhotoGroup& group) const {
  std::optional<int64_t> first, last;
  for (const int64_t id : group.ids) {
    if (!photo(id).taken) continue;
    if (!first) first = photo(id).taken;
    last = photo(id).taken;
  }
  if (!first) return "";
  const std::string from = iso_time(*first).substr(0, 10), to = iso_time(*last).substr(0, 10);
  return from == to ? from : from + " to " + to;
}

std::string GroupedPhotos::json(const std::string& scores) const {
  JsonWriter json;
  json.object()
      .member("photos", grouping_.photos)
      .member("ungrouped", grouping_.ungrouped)
      .key("groups")
      .array();
  int64_t number = 0;
  for (const PhotoGroup& group : grouping_.groups) {
    json.object()
        .member("place", number++)
        .member("name", group.name)
        .member("cover", photo(group.cover).path)
        .member("links", group.links);
    json.key("images").array();
    for (const int64_t id : group.ids) json.value(photo(id).path);
    json.end().end();
  }
  json.end().key("pairs").array();
  for (const GroupLink& link : grouping_.links) {
    json.object().member("first", photo(link.first).path).member("second", photo(link.second).path);
    json.member("score", static_cast<double>(link.score)).member("confidence", link.confidence);
    json.member("matched", link.matched).member("inliers", link.inliers).end();
  }
  json.end();
  if (!scores.empty()) json.key("truth").raw(scores);
  return json.end().str();
}

std::string GroupedPhotos::text() const {
  std::string text = format("%zu groups of %lld photographs; %lld stand alone",
                            grouping_.groups.size(),
                            static_cast<long long>(grouping_.photos - grouping_.ungrouped),
                            static_cast<long long>(grouping_.ungrouped));
  size_t number = 0;
  for (const PhotoGroup& group : grouping_.groups) {
    const std::string span = span_of(group);
    text += "\n" + title_of(group, number++);
    text +=
        format(": %zu photographs%s", group.ids.size(), span.empty() ? "" : (", " + span).c_str());
    for (const int64_t id : group.ids) text += "\n  " + printable(photo(id).path);
  }
  return text;
}

std::string GroupedPhotos::page(const std::string& collection, const JobControl& job) const {
  std::string body = "<p class=\"lead\">" +
                     escape_html(format("%zu places found in %lld photographs of ",
                                        grouping_.groups.size(),
                                        static_cast<long long>(grouping_.photos))) +
                     escape_html(collection) + ", from the pictures alone; " +
                     std::to_string(grouping_.ungrouped) + " photographs stand alone.</p>\n";
  const size_t shown = std::min(kShownGroups, grouping_.groups.size());
  for (size_t g = 0; g < shown && !job.cancelled(); ++g) {
    const PhotoGroup& group = grouping_.groups[g];
    job.progress("page", static_cast<int64_t>(g), static_cast<int64_t>(shown));
    const std::string span = span_of(group);
    body += format(
        "<section class=\"card\"><h2>%s</h2><p class=\"muted\">%zu photographs, %d verified "
        "pairs%s</p><div class=\"tiles\">",
        escape_html(title_of(group, g)).c_str(),
        group.ids.size(),
        group.links,
        span.empty() ? "" : (", " + span).c_str());
    const size_t pictures = std::min(kShownPhotos, group.ids.size());
    for (size_t i = 0; i < pictures; ++i) {
      const PlaceImage& image = photo(group.ids[i]);
      const std::string name = escape_html(last_part(image.path));
      const std::vector<uint8_t> jpeg = jpeg_thumbnail(image.path, kThumbnailSide);
      body += "<figure class=\"tile\">";
      body += jpeg.empty()
                  ? ""
                  : "<img alt=\"" + name + "\" src=\"" + data_url("image/jpeg", jpeg) + "\">";
      body += "<figcaption>" + name + (image.taken ? "<br>" + iso_time(*image.taken) : "") +
              "</figcaption></figure>";
    }
    body += "</div>";
    if (pictures < group.ids.size())
      body += format("<p class=\"muted\">and %zu more</p>", group.ids.size() - pictures);
    body += "</section>\n";
  }
  if (shown < grouping_.groups.size())
    body +=
        format("<p class=\"muted\">and %zu smaller places</p>", grouping_.groups.size() - shown);
  return html_page("Places", body);
}

std::vector<LinksOf> GroupedPhotos::links() const {
  std::vector<LinksOf> folders;
  for (size_t g = 0; g < grouping_.groups.size(); ++g) {
    const PhotoGroup& group = grouping_.groups[g];
    LinksOf folder{.name = group.name.empty() ? format("place_%04zu", g) : group.name};
    for (const int64_t id : group.ids) folder.targets.push_back(photo(id).path);
    folders.push_back(std::move(folder));
  }
  return folders;
}

}  // namespace loci::cli
