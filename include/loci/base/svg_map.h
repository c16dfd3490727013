// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/geo.h"

#include <string>
#include <string_view>

namespace loci {

/// A point seen from the centre of a map, metres.
struct MapOffset {
  double east_m = 0;
  double north_m = 0;
};

/// `point` on the plane that touches the Earth at `centre`: good to a part in a thousand within 100
/// km, and never jumping at the 180th meridian.
MapOffset offset_from(LatLon centre, LatLon point);

/// Length of a map's scale bar for a view so wide: 1, 2 or 5 times a power of ten, about a quarter
/// of the width. Contract: width_m > 0
double scale_bar_m(double width_m);

/// A map as inline SVG (class "plot", see html_page): north up, with a scale bar, drawn in pieces.
///
///   SvgMap map({.label = "the matches"}, reach_m);
///   map.add("<circle ...>");   // at map.x(offset), map.y(offset)
///   page += map.finish();
class SvgMap {
 public:
  struct Frame {
    std::string_view label;  ///< for screen readers: "map of <label>, north up"
    double width = 320, height = 240, margin = 24;
  };
  /// `reach_m`: from the centre to the upper margin; contract: > 0.
  SvgMap(const Frame& frame, double reach_m);

  double x(MapOffset at) const { return width_ / 2 + at.east_m * scale_; }
  double y(MapOffset at) const { return height_ / 2 - at.north_m * scale_; }
  /// Pixels a metre.
  double scale() const { return scale_; }
  bool contains(MapOffset at) const;

  /// SVG elements, each on top of those before.
  void add(std::string_view elements) { svg_ += elements; }
  /// The whole picture.
  std::string finish() const;

 private:
  double width_, height_, scale_;
  std::string svg_;
};

}  // namespace loci
