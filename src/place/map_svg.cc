// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "map_svg.h"

#include "loci/base/svg_map.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

constexpr SvgMap::Frame kFrame{.label = "the matches"};
constexpr double kLeastViewM = 60;

}  // namespace

std::string draw_map(const std::vector<MapPoint>& matches,
                     const std::optional<Location>& location,
                     const std::optional<LatLon>& truth) {
  if (matches.empty() && !location && !truth) return "";
  const LatLon centre = location ? location->position : truth ? *truth : matches.front().position;
  // The view holds the estimate, its radius and the matches within 20 radii of it; strays would
  // shrink all else to a dot.
  const double near_m = location ? std::max(500.0, 20 * location->radius_m) : 1e9;
  double reach = location ? std::max(kLeastViewM, 1.6 * location->radius_m) : kLeastViewM;
  int outside = 0;
  std::vector<std::pair<MapOffset, const MapPoint*>> shown;
  const auto include = [&](MapOffset o) {
    reach =
        std::max({reach, std::abs(o.east_m) * kFrame.height / kFrame.width, std::abs(o.north_m)});
  };
  for (const MapPoint& match : matches) {
    const MapOffset o = offset_from(centre, match.position);
    if (std::hypot(o.east_m, o.north_m) > near_m) {
      ++outside;
      continue;
    }
    include(o);
    shown.emplace_back(o, &match);
  }
  const std::optional<MapOffset> true_at =
      truth ? std::optional(offset_from(centre, *truth)) : std::nullopt;
  if (true_at && std::hypot(true_at->east_m, true_at->north_m) <= near_m) include(*true_at);

  SvgMap map(kFrame, reach);
  const double x = map.x({}), y = map.y({});
  if (location) {
    map.add(format(
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"var(--accent)\" fill-opacity=\".16\" "
        "stroke=\"var(--accent)\"/>",
        x,
        y,
        std::max(3.0, location->radius_m * map.scale())));
  }
  for (auto it = shown.rbegin(); it != shown.rend(); ++it) {  // the best on top
    map.add(format("<g><circle cx=\"%.1f\" cy=\"%.1f\" r=\"7\" fill=\"var(--card)\" "
                   "stroke=\"var(--soft)\"/>"
                   "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" style=\"font-size:9px\">",
                   map.x(it->first),
                   map.y(it->first),
                   map.x(it->first),
                   map.y(it->first) + 3) +
            escape_html(it->second->label) + "</text></g>");
  }
  if (location) {
    map.add(format(
        "<path d=\"M%.1f %.1fm-6 0h12m-6 -6v12\" stroke=\"var(--accent)\" stroke-width=\"2\"/>",
        x,
        y));
  }
  if (true_at) {
    map.add(
        format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"var(--good)\"><title>true "
               "place</title></circle>",
               map.x(*true_at),
               map.y(*true_at)));
  }
  std::string svg = map.finish();
  if (outside > 0)
    svg += format("<p class=\"muted\">%d of the matches lie outside this map.</p>", outside);
  return svg;
}

}  // namespace loci
