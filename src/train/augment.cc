// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/augment.h"

#include "augment_steps.h"

#include "loci/base/check.h"
#include "loci/base/text.h"

#include <cmath>

namespace loci::train {
namespace {

/// The stream of one change of one photograph in one epoch.
Rng stream(const AugmentKey& key, const char* change) {
  return Rng(key.seed,
             format("%s %lld %lld",
                    change,
                    static_cast<long long>(key.image),
                    static_cast<long long>(key.epoch)));
}

}  // namespace

bool AugmentOptions::any() const {
  bool some = false;
  AugmentOptions copy = *this;
  copy.describe([&](const OptionInfo&, double value) { some = some || value != 0; });
  return some;
}

Status validate(const AugmentOptions& options) {
  Status status;
  AugmentOptions copy = options;
  copy.describe([&](const OptionInfo& info, double value) {
    double most = 1;
    if (info.name == "augment_crop") most = 0.9;
    if (info.name == "augment_perspective") most = 0.4;
    if (info.name == "augment_noise") most = 255;
    if (info.name == "augment_blur") most = 50;
    if (!status.ok() || (value >= 0 && value <= most)) return;
    status = invalid_argument(std::string(info.name) +
                              format(" is %g: it must be between 0 and %g", value, most));
  });
  return status;
}

bool flip_tuple(const AugmentOptions& options, uint64_t seed, int64_t epoch, int64_t query) {
  return stream({.seed = seed, .image = query, .epoch = epoch}, "flip").chance(options.flip);
}

Image augment(const Image& image, const AugmentOptions& options, const AugmentKey& key) {
  LOCI_REQUIRE(!image.empty(), "there is an image");
  LOCI_REQUIRE(validate(options).ok(), "the options are valid");
  Image out;
  if (options.crop > 0 || options.perspective > 0) {
    Rng rng = stream(key, "view");
    out = change_view(image, options.crop, options.perspective, &rng);
  } else {
    out = image;
  }
  if (key.flip) mirror(&out);

  const auto perhaps = [&](double probability, const char* change, auto apply_it) {
    if (probability <= 0) return;
    Rng rng = stream(key, change);
    if (rng.chance(probability)) apply_it(&rng);
  };
  const auto always = [&](double strength, const char* change, auto apply_it) {
    if (strength <= 0) return;
    Rng rng = stream(key, change);
    apply_it(&rng);
  };
  // From the scene to the file: what stands there, the light, the weather, the camera.
  perhaps(options.occlusion, "occlusion", [&](Rng* rng) { occlude(&out, rng); });
  always(options.light, "light", [&](Rng* rng) { change_light(&out, options.light, rng); });
  always(options.colour_temperature, "temperature", [&](Rng* rng) {
    change_colour_temperature(&out, options.colour_temperature, rng);
  });
  perhaps(options.night, "night", [&](Rng* rng) { make_night(&out, rng); });
  perhaps(options.fog, "fog", [&](Rng* rng) { make_fog(&out, rng); });
  perhaps(options.rain, "rain", [&](Rng* rng) { make_rain(&out, rng); });
  always(options.blur, "blur", [&](Rng* rng) { blur(&out, rng->uniform(0, options.blur)); });
  always(options.noise, "noise", [&](Rng* rng) {
    add_noise(&out, rng->uniform(0, options.noise), rng);
  });
  perhaps(options.low_resolution, "low resolution", [&](Rng* rng) {
    lower_resolution(&out, std::exp(rng->uniform(std::log(1.0 / 6), std::log(2.0 / 3))));
  });
  perhaps(options.jpeg, "jpeg", [&](Rng* rng) {
    compress(&out, 15 + static_cast<int>(rng->below(46)));
  });
  return out;
}

}  // namespace loci::train
