// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/svg_map.h"

#include "loci/base/check.h"
#include "loci/base/text.h"

#include <cmath>
#include <numbers>

namespace loci {
namespace {

constexpr double kMetresPerDegree = 6'371'008.8 * std::numbers::pi / 180;

std::string metres(double m) { return m >= 1000 ? format("%g km", m / 1000) : format("%g m", m); }

}  // namespace

MapOffset offset_from(LatLon centre, LatLon point) {
  const double turn = std::remainder(point.lon - centre.lon, 360.0);
  return {.east_m = turn * kMetresPerDegree * std::cos(centre.lat * std::numbers::pi / 180),
          .north_m = (point.lat - centre.lat) * kMetresPerDegree};
}

double scale_bar_m(double width_m) {
  const double wanted = width_m / 4, power = std::pow(10, std::floor(std::log10(wanted)));
  for (const double step : {5.0, 2.0}) {
    if (step * power <= wanted) return step * power;
  }
  return power;
}

SvgMap::SvgMap(const Frame& frame, double reach_m)
    : width_(frame.width),
      height_(frame.height),
      scale_((frame.height / 2 - frame.margin) / reach_m),
      svg_(format("<svg class=\"plot\" viewBox=\"0 0 %g %g\" role=\"img\" aria-label=\"map of ",
                  frame.width,
                  frame.height) +
           escape_html(frame.label) + ", north up\">" +
           format("<rect width=\"%g\" height=\"%g\" rx=\"8\" fill=\"var(--paper)\" "
                  "stroke=\"var(--line)\"/>",
                  frame.width,
                  frame.height)) {
  LOCI_REQUIRE(reach_m > 0 && std::isfinite(reach_m), "a map shows a piece of ground");
}

bool SvgMap::contains(MapOffset at) const {
  return x(at) >= 0 && x(at) <= width_ && y(at) >= 0 && y(at) <= height_;
}

std::string SvgMap::finish() const {
  const double bar = scale_bar_m(width_ / scale_);
  return svg_ +
         format(
             "<path d=\"M12 %gv4h%.1fv-4\" fill=\"none\" stroke=\"var(--soft)\"/><text x=\"14\" "
             "y=\"%g\">",
             height_ - 18,
             bar * scale_,
             height_ - 20) +
         metres(bar) + "</text>" +
         format("<text x=\"%g\" y=\"18\" text-anchor=\"end\">N &#8593;</text></svg>", width_ - 10);
}

}  // namespace loci
