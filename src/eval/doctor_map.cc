// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "doctor_map.h"

#include "loci/base/svg_map.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace loci {
namespace {

constexpr double kCellPx = 1.5;  // dots closer than that are one
constexpr double kLeastViewM = 60;

struct Layer {
  DoctorReport::Mark mark;
  const char* colour;
  double width;
  const char* meaning;
};
// From below to the top.
constexpr Layer kLayers[] = {
    {DoctorReport::Mark::kDatabase, "var(--series-1)", 7, "database image"},
    {DoctorReport::Mark::kQuery, "var(--series-2)", 4, "query"},
    {DoctorReport::Mark::kUnanswered, "var(--series-4)", 7, "query without a positive"},
    {DoctorReport::Mark::kFault, "var(--bad)", 9, "wrong position"},
};

}  // namespace

std::string town_map(const DoctorReport::Town& town) {
  if (town.dots.empty()) return "";
  double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY;
  for (const DoctorReport::Dot& dot : town.dots) {
    west = std::min(west, dot.east_m), east = std::max(east, dot.east_m);
    south = std::min(south, dot.north_m), north = std::max(north, dot.north_m);
  }
  const MapOffset centre{.east_m = (west + east) / 2, .north_m = (south + north) / 2};
  const SvgMap::Frame frame{.label = town.name, .width = 520, .height = 360};
  const double across = (frame.height - 2 * frame.margin) / (frame.width - 2 * frame.margin);
  SvgMap map(frame, std::max({kLeastViewM, (north - south) / 2, (east - west) / 2 * across}));
  for (const Layer& layer : kLayers) {
    std::set<std::pair<int64_t, int64_t>> taken;
    std::string path;
    for (const DoctorReport::Dot& dot : town.dots) {
      if (dot.mark != layer.mark) continue;
      const MapOffset at{.east_m = dot.east_m - centre.east_m,
                         .north_m = dot.north_m - centre.north_m};
      const double x = map.x(at), y = map.y(at);
      if (taken.emplace(std::llround(x / kCellPx), std::llround(y / kCellPx)).second)
        path += format("M%.1f %.1fh0", x, y);
    }
    if (path.empty()) continue;
    map.add("<path d=\"" + path +
            format("\" fill=\"none\" stroke=\"%s\" stroke-width=\"%g\" stroke-linecap=\"round\"/>",
                   layer.colour,
                   layer.width));
  }
  return map.finish();
}

std::string town_map_legend() {
  std::string html = "<p style=\"display:flex;flex-wrap:wrap;gap:.2rem 1.2rem\">";
  for (const Layer& layer : kLayers) {
    html += format(
        "<span><span style=\"display:inline-block;width:.7em;height:.7em;"
        "border-radius:50%%;margin-right:.45em;background:%s\"></span>%s</span>",
        layer.colour,
        layer.meaning);
  }
  return html + "</p>\n";
}

}  // namespace loci
