// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/image/image.h"

#include <cstdint>

namespace loci::train {

/// How strongly photographs are changed; 0 turns a change off. All are off by default, as in the
/// paper.
struct AugmentOptions {
  /// Random crop and scale: at most this part of each side is cut away.
  double crop = 0;
  /// Corners move by at most this part of the sides (0.05: a step aside).
  double perspective = 0;
  /// Probability of mirroring a whole tuple (streets have a left and a right: off).
  double flip = 0;
  /// Strength 0 to 1 of changes of brightness, contrast and gamma (1: half or double).
  double light = 0;
  /// Strength 0 to 1 of a warmer or colder light.
  double colour_temperature = 0;
  /// Probability of night: dark, noisy, local lights.
  double night = 0;
  /// Probability of fog that thickens towards the horizon.
  double fog = 0;
  /// Probability of rain: streaks, drops, flat light.
  double rain = 0;
  /// Standard deviation of sensor noise at most, grey levels of 255.
  double noise = 0;
  /// Radius of the blur at most, pixels (standard deviation).
  double blur = 0;
  /// Probability of few pixels: shrunk to 1/6 to 2/3 of its sides and grown again.
  double low_resolution = 0;
  /// Probability of strong JPEG compression, quality 15 to 60.
  double jpeg = 0;
  /// Probability of a vehicle-like box in the lower half.
  double occlusion = 0;

  template <class V>
  void describe(V&& v) {
    v({"augment_crop", "random crop and scale: at most this part of each side is cut away"}, crop);
    v({"augment_perspective",
       "corners move by at most this part of the sides (0.05: a step aside)"},
      perspective);
    v({"augment_flip",
       "probability of mirroring a whole tuple (streets have a left and a right: off)"},
      flip);
    v({"augment_light",
       "strength 0 to 1 of changes of brightness, contrast and gamma (1: half or double)"},
      light);
    v({"augment_colour_temperature", "strength 0 to 1 of a warmer or colder light"},
      colour_temperature);
    v({"augment_night", "probability of night: dark, noisy, local lights"}, night);
    v({"augment_fog", "probability of fog that thickens towards the horizon"}, fog);
    v({"augment_rain", "probability of rain: streaks, drops, flat light"}, rain);
    v({"augment_noise", "standard deviation of sensor noise at most, grey levels of 255"}, noise);
    v({"augment_blur", "radius of the blur at most, pixels (standard deviation)"}, blur);
    v({"augment_low_resolution",
       "probability of few pixels: shrunk to 1/6 to 2/3 of its sides and grown again"},
      low_resolution);
    v({"augment_jpeg", "probability of strong JPEG compression, quality 15 to 60"}, jpeg);
    v({"augment_occlusion", "probability of a vehicle-like box in the lower half"}, occlusion);
  }
  bool any() const;
};

/// InvalidArgument, naming the option, for probabilities and strengths out of range.
Status validate(const AugmentOptions& options);

/// One draw of all changes.
struct AugmentKey {
  uint64_t seed = 1;
  int64_t image = 0;  ///< number of the photograph
  int64_t epoch = 0;
  bool flip = false;  ///< the tuple's coin, see flip_tuple()
};

/// One coin a tuple: query, positive and negatives are mirrored together or not at all.
bool flip_tuple(const AugmentOptions& options, uint64_t seed, int64_t epoch, int64_t query);

/// The photograph changed as the key's draw says, in the same size. The same arguments give the
/// same pixels on one machine; each change has its own stream of random numbers, so turning one on
/// does not alter another's draw.
/// Contract: validate() holds, the image is not empty
/// Threads:  any number at once
Image augment(const Image& image, const AugmentOptions& options, const AugmentKey& key);

}  // namespace loci::train
