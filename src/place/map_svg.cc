// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "map_svg.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace loci {
namespace {

constexpr double kMetresPerDegree = 6'371'008.8 * std::numbers::pi / 180;
constexpr double kWidth = 320, kHeight = 240, kMargin = 24;
constexpr double kLeastViewM = 60;

struct Offset {
  double east_m = 0, north_m = 0;
};

/// The plane that touches the Earth at `centre`.
struct Plane {
  LatLon centre;
  Offset of(LatLon point) const {
    const double turn = std::remainder(point.lon - centre.lon, 360.0);
    return {.east_m = turn * kMetresPerDegree * std::cos(centre.lat * std::numbers::pi / 180),
            .north_m = (point.lat - centre.lat) * kMetresPerDegree};
  }
};

std::string metres(double m) { return m >= 1000 ? format("%g km", m / 1000) : format("%g m", m); }

}  // namespace

double scale_bar_m(double width_m) {
  const double wanted = width_m / 4, power = std::pow(10, std::floor(std::log10(wanted)));
  for (const double step : {5.0, 2.0}) {
    if (step * power <= wanted) return step * power;
  }
  return power;
}

std::string draw_map(const std::vector<MapPoint>& matches,
                     const std::optional<Location>& location,
                     const std::optional<LatLon>& truth) {
  if (matches.empty() && !location && !truth) return "";
  const Plane plane{location ? location->position : truth ? *truth : matches.front().position};
  // The view holds the estimate, its radius and the matches within 20 radii of it; strays would
  // shrink all else to a dot.
  const double near_m = location ? std::max(500.0, 20 * location->radius_m) : 1e9;
  double reach = location ? std::max(kLeastViewM, 1.6 * location->radius_m) : kLeastViewM;
  int outside = 0;
  std::vector<std::pair<Offset, const MapPoint*>> shown;
  const auto include = [&](Offset o) {
    reach = std::max({reach, std::abs(o.east_m) * kHeight / kWidth, std::abs(o.north_m)});
  };
  for (const MapPoint& match : matches) {
    const Offset o = plane.of(match.position);
    if (std::hypot(o.east_m, o.north_m) > near_m) {
      ++outside;
      continue;
    }
    include(o);
    shown.emplace_back(o, &match);
  }
  if (truth && std::hypot(plane.of(*truth).east_m, plane.of(*truth).north_m) <= near_m)
    include(plane.of(*truth));
  const double scale = (kHeight / 2 - kMargin) / reach;  // pixels a metre
  const auto x = [&](Offset o) { return kWidth / 2 + o.east_m * scale; };
  const auto y = [&](Offset o) { return kHeight / 2 - o.north_m * scale; };

  std::string svg = format(
      "<svg class=\"plot\" viewBox=\"0 0 %g %g\" role=\"img\" aria-label=\"map of the matches, "
      "north up\">"
      "<rect width=\"%g\" height=\"%g\" rx=\"8\" fill=\"var(--paper)\" stroke=\"var(--line)\"/>",
      kWidth,
      kHeight,
      kWidth,
      kHeight);
  if (location) {
    svg += format(
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"var(--accent)\" fill-opacity=\".16\" "
        "stroke=\"var(--accent)\"/>",
        kWidth / 2,
        kHeight / 2,
        std::max(3.0, location->radius_m * scale));
  }
  for (auto it = shown.rbegin(); it != shown.rend(); ++it) {  // the best on top
    svg += format(
               "<g><circle cx=\"%.1f\" cy=\"%.1f\" r=\"7\" fill=\"var(--card)\" "
               "stroke=\"var(--soft)\"/>"
               "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" style=\"font-size:9px\">",
               x(it->first),
               y(it->first),
               x(it->first),
               y(it->first) + 3) +
           escape_html(it->second->label) + "</text></g>";
  }
  if (location) {
    svg += format(
        "<path d=\"M%.1f %.1fm-6 0h12m-6 -6v12\" stroke=\"var(--accent)\" stroke-width=\"2\"/>",
        kWidth / 2,
        kHeight / 2);
  }
  if (truth) {
    const Offset o = plane.of(*truth);
    svg += format(
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"var(--good)\"><title>true "
        "place</title></circle>",
        x(o),
        y(o));
  }
  const double bar = scale_bar_m(kWidth / scale);
  svg += format(
             "<path d=\"M12 %gv4h%.1fv-4\" fill=\"none\" stroke=\"var(--soft)\"/><text x=\"14\" "
             "y=\"%g\">",
             kHeight - 18,
             bar * scale,
             kHeight - 20) +
         metres(bar) + "</text>";
  svg += format("<text x=\"%g\" y=\"18\" text-anchor=\"end\">N &#8593;</text></svg>", kWidth - 10);
  if (outside > 0)
    svg += format("<p class=\"muted\">%d of the matches lie outside this map.</p>", outside);
  return svg;
}

}  // namespace loci
