// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/image/image.h"
#include "loci/model/spec.h"
#include "loci/train/augment.h"

namespace loci::train {

/// Where the cells of a network's map lie: cell i looks at pixel stride * i + first (its middle).
struct MapGeometry {
  int stride = 1;
  double first = 0;
};
/// Along one side of an image of `side` pixels; the two sides of a square image are alike in all
/// networks here. Where operators have several inputs the first one counts.
MapGeometry map_geometry(const Network& network, int side);

/// What decides the views of a photograph.
struct ViewOptions {
  int crop = 224;
  double smallest_view = 0.4;
  AugmentOptions augment;
  /// Pixels by which the student's window lies to the right of and below the teacher's, so that
  /// cells of equal number look at the same spot.
  int shift = 0;
};

/// One view as both networks see it, crop x crop each.
struct ViewPair {
  Image teacher;  ///< the crop as it is
  Image clean;    ///< the student's window, unchanged
  Image student;  ///< the same, changed in light, weather and camera
};

/// A random square of the photograph, smallest_view to 1 of its shorter side, resampled to the crop
/// size, turned in perspective and mirrored: the geometric part. Then the photometric part of
/// augment() on the student's window alone. Depends on the key alone.
ViewPair make_views(const Image& photo, const ViewOptions& options, const AugmentKey& key);

}  // namespace loci::train
