// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/image/image.h"

#include <cstdint>
#include <vector>

namespace loci {

/// A perspective view out of a panorama: a pinhole camera without roll.
struct PanoramaView {
  int width = 640;
  int height = 480;
  double fov_deg = 60;   ///< horizontal field of view, 1 to 170
  double pitch_deg = 0;  ///< upwards from the horizon, -90 to 90
  /// Angle of the pixel in the middle: the largest that a pixel covers.
  double pixel_deg() const;
};

/// An equirectangular panorama made ready for cutting: four bytes a pixel, no finer than the views
/// need. Column x of a panorama of width W looks to longitude (x + 0.5) / W * 360 - 180 degrees,
/// clockwise from its middle; row y of H to latitude (0.5 - (y + 0.5) / H) * vertical_deg.
///
/// Anti-aliasing: a panorama finer than `pixel_deg` is averaged down to it, and rows away from the
/// horizon, where a pixel covers cos(latitude) of the angle, over as many pixels as make up for it.
class Panorama {
 public:
  /// Errors:  InvalidArgument when the sides do not fit 360 x vertical_deg degrees (2:1 for 180)
  /// Cost:    one pass over the pixels, a second where they are averaged
  static Result<Panorama> create(const Image& image, double pixel_deg, double vertical_deg = 180);

  int width = 0;  ///< of what is kept, at most the image's
  int height = 0;
  double vertical_deg = 180;
  /// R G B and an unused byte a pixel, (height + 1) rows of width + 1: column `width` repeats
  /// column 0, row `height` the row before.
  std::vector<uint8_t> pixels;
};

/// Where the pixels of a view lie in panoramas of one size. One map serves every direction, because
/// turning a view shifts it sideways.
struct ViewMap {
  int width = 0, height = 0;                    ///< of the view
  int panorama_width = 0, panorama_height = 0;  ///< as kept
  std::vector<int32_t> x, y;                    ///< 1/128 pixel, at yaw 0; x in [0, 128 W)
};
/// Errors:  InvalidArgument for a view out of range, or one that looks past the rows that a
///          panorama with vertical_deg < 180 has
Result<ViewMap> make_view_map(const Panorama& panorama, const PanoramaView& view);

/// The view towards `yaw_deg`, clockwise from the middle of the panorama. Bilinear with weights in
/// 1/128, the same bits on every processor.
///
/// Errors:  contract: the map is of a panorama of this size
/// Threads: any number at once
/// Cost:    about 1 ns a pixel with AVX2
Image cut_view(const Panorama& panorama, const ViewMap& map, double yaw_deg);

}  // namespace loci
