// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/rng.h"
#include "loci/image/image.h"

#include <array>
#include <cstdint>

namespace loci::train {

/// The single changes of augment(). Each draws from the stream it is given and works in place.

// augment_view.cc: where the camera stands and what it sees.
Image change_view(const Image& image, double crop, double perspective, Rng* rng);
void mirror(Image* image);
void occlude(Image* image, Rng* rng);

// augment_light.cc: what light there is.
void change_light(Image* image, double strength, Rng* rng);
void change_colour_temperature(Image* image, double strength, Rng* rng);
void make_night(Image* image, Rng* rng);

// augment_weather.cc
void make_fog(Image* image, Rng* rng);
void make_rain(Image* image, Rng* rng);

// augment_sensor.cc: what the camera adds.
void add_noise(Image* image, double sigma, Rng* rng);
void blur(Image* image, double sigma_px);
/// What is left of the picture when it was stored at `part` of its sides, 0 < part <= 1.
void lower_resolution(Image* image, double part);
/// Unchanged where the codec refuses.
void compress(Image* image, int quality);

/// Three tables, one a channel.
using Curves = std::array<std::array<uint8_t, 256>, 3>;
void apply(const Curves& curves, Image* image);

inline uint8_t to_byte(float value) {
  return static_cast<uint8_t>(value <= 0 ? 0 : value >= 255 ? 255 : value + 0.5f);
}

/// Standard normal numbers from a table, thousands of times cheaper than drawing each.
class NoiseTable {
 public:
  static const NoiseTable& get();
  /// Entry for any 64-bit number.
  float operator[](uint64_t i) const { return values_[i & (kSize - 1)]; }
  static constexpr uint64_t kSize = 1 << 14;

 private:
  NoiseTable();
  std::array<float, kSize> values_;
};

}  // namespace loci::train
