// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/augment.h"

#include "augment_steps.h"

#include "loci/image/sketch.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::HasSubstr;

Image street_corner() { return sketch_place(3, 1, 160, 120); }

struct Named {
  const char* name;
  AugmentOptions options;
};
/// Each change alone, at full strength or certain.
std::vector<Named> each_alone() {
  return {{"crop", {.crop = 0.5}},
          {"perspective", {.perspective = 0.2}},
          {"light", {.light = 1}},
          {"colour_temperature", {.colour_temperature = 1}},
          {"night", {.night = 1}},
          {"fog", {.fog = 1}},
          {"rain", {.rain = 1}},
          {"noise", {.noise = 40}},
          {"blur", {.blur = 4}},
          {"jpeg", {.jpeg = 1}},
          {"occlusion", {.occlusion = 1}}};
}

AugmentOptions everything() {
  return {.crop = 0.5,
          .perspective = 0.2,
          .flip = 1,
          .light = 1,
          .colour_temperature = 1,
          .night = 1,
          .fog = 1,
          .rain = 1,
          .noise = 40,
          .blur = 4,
          .low_resolution = 1,
          .jpeg = 1,
          .occlusion = 1};
}

double mean(const Image& image) {
  return std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0) /
         static_cast<double>(image.pixels.size());
}

double deviation(const Image& image) {
  const double centre = mean(image);
  double sum = 0;
  for (const uint8_t value : image.pixels) sum += (value - centre) * (value - centre);
  return std::sqrt(sum / static_cast<double>(image.pixels.size()));
}

double difference(const Image& a, const Image& b) {
  double sum = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

Image even(int width, int height, uint8_t value) {
  Image image(width, height);
  std::fill(image.pixels.begin(), image.pixels.end(), value);
  return image;
}

TEST(Augment, NothingIsChangedByDefault) {
  const Image image = street_corner();
  EXPECT_FALSE(AugmentOptions{}.any());
  EXPECT_EQ(augment(image, {}, {}).pixels, image.pixels);
}

TEST(Augment, EveryChangeIsDecidedBySeedImageAndEpoch) {
  const Image image = street_corner();
  for (const Named& one : each_alone()) {
    SCOPED_TRACE(one.name);
    EXPECT_TRUE(one.options.any());
    const auto pixels = [&](uint64_t seed, int64_t photo, int64_t epoch) {
      const Image out = augment(image, one.options, {.seed = seed, .image = photo, .epoch = epoch});
      EXPECT_EQ(out.width, image.width);
      EXPECT_EQ(out.height, image.height);
      return out.pixels;
    };
    int changed = 0;  // a drawn strength can be too small to see
    for (int64_t epoch = 0; epoch < 10; ++epoch)
      changed += pixels(1, 2, epoch) != image.pixels ? 1 : 0;
    EXPECT_GE(changed, 5);
    const auto first = pixels(1, 2, 3);
    EXPECT_EQ(first, pixels(1, 2, 3));
    EXPECT_NE(first, pixels(7, 2, 3));
    EXPECT_NE(first, pixels(1, 7, 3));
    EXPECT_NE(first, pixels(1, 2, 7));
  }
}

TEST(Augment, TurningOnAChangeThatDoesNotHappenAltersNoOther) {
  const Image image = street_corner();
  for (const Named& one : each_alone()) {
    AugmentOptions more = one.options;
    for (double* probability : {&more.night, &more.fog, &more.rain, &more.jpeg, &more.occlusion})
      *probability = std::max(*probability, 1e-12);
    EXPECT_EQ(augment(image, one.options, {}).pixels, augment(image, more, {}).pixels) << one.name;
  }
}

TEST(Augment, ProbabilitiesAreKept) {
  const Image image = even(8, 6, 100);
  int nights = 0;
  for (int i = 0; i < 2000; ++i)
    nights += augment(image, {.night = 0.3}, {.image = i}).pixels != image.pixels ? 1 : 0;
  EXPECT_NEAR(nights, 600, 100);
}

TEST(Augment, FlipIsOneCoinATuple) {
  const Image image = street_corner();
  const AugmentOptions half{.flip = 0.5};
  int flipped = 0;
  for (int query = 0; query < 2000; ++query) {
    const bool flip = flip_tuple(half, 1, 4, query);
    EXPECT_EQ(flip, flip_tuple(half, 1, 4, query));
    EXPECT_FALSE(flip_tuple({}, 1, 4, query));
    flipped += flip ? 1 : 0;
  }
  EXPECT_NEAR(flipped, 1000, 140);
  Image back = augment(image, half, {.flip = true});
  EXPECT_EQ(back.at(0, 5)[1], image.at(159, 5)[1]);
  mirror(&back);
  EXPECT_EQ(back.pixels, image.pixels);
}

TEST(Augment, AViewThatDoesNotMoveIsThePicture) {
  const Image image = street_corner();
  Rng rng(1);
  EXPECT_LT(difference(change_view(image, 0, 0, &rng), image), 0.5);
}

TEST(Augment, ACropShowsPartOfThePictureLarger) {
  Image ramp(200, 100);  // red tells the column, green the row
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 200; ++x) {
      ramp.at(x, y)[0] = static_cast<uint8_t>(x);
      ramp.at(x, y)[1] = static_cast<uint8_t>(2 * y);
    }
  }
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Rng rng(seed);
    const Image out = change_view(ramp, 0.5, 0, &rng);
    const int left = out.at(0, 50)[0], right = out.at(199, 50)[0];
    const int top = out.at(100, 0)[1], bottom = out.at(100, 99)[1];
    EXPECT_GE(right - left, 98);
    EXPECT_LE(right - left, 199);
    EXPECT_GE(bottom - top, 97);
    EXPECT_NEAR(out.at(100, 50)[0], (left + right) / 2.0, 2) << "a scale, not a bend";
  }
}

TEST(Augment, NightIsDarkWithLights) {
  const Image image = sketch_place(3, 1, 320, 240);
  double sum = 0;
  uint8_t brightest = 0;
  for (int epoch = 0; epoch < 10; ++epoch) {
    const Image night = augment(image, {.night = 1}, {.epoch = epoch});
    EXPECT_LT(mean(night), 0.8 * mean(image));
    sum += mean(night);
    brightest = std::max(brightest, *std::max_element(night.pixels.begin(), night.pixels.end()));
  }
  EXPECT_LT(sum / 10, 0.5 * mean(image));
  EXPECT_GT(brightest, 200);
}

TEST(Augment, FogTakesContrastAndRainTakesColour) {
  const Image image = street_corner();
  for (int epoch = 0; epoch < 5; ++epoch) {
    EXPECT_LT(deviation(augment(image, {.fog = 1}, {.epoch = epoch})), 0.8 * deviation(image));
    EXPECT_LT(deviation(augment(image, {.rain = 1}, {.epoch = epoch})), deviation(image));
  }
}

TEST(Augment, NoiseHasTheDeviationAskedFor) {
  Image image = even(200, 200, 128);
  Rng rng(2);
  add_noise(&image, 12, &rng);
  EXPECT_NEAR(mean(image), 128, 0.3);
  EXPECT_NEAR(deviation(image), 12, 0.3);
}

TEST(Augment, BlurKeepsEvenAreasAndSpreadsAPointAsAGaussian) {
  Image grey = even(40, 30, 77);
  blur(&grey, 3);
  EXPECT_EQ(grey.pixels, even(40, 30, 77).pixels);

  Image edge = even(61, 61, 0);
  for (int y = 0; y < 61; ++y) {
    for (int x = 30; x < 61; ++x) std::fill_n(edge.at(x, y), 3, 200);
  }
  blur(&edge, 2);
  for (int x = 22; x < 40; ++x) {
    const double expected = 200 * 0.5 * std::erfc((29.5 - x) / (2 * std::sqrt(2.0)));
    EXPECT_NEAR(edge.at(x, 30)[1], expected, 2.5) << x;
    EXPECT_EQ(edge.at(x, 30)[1], edge.at(x, 10)[1]);
  }
}

TEST(Augment, LowResolutionKeepsEvenAreasAndLosesWhatIsFine) {
  Image grey = even(40, 30, 77);
  lower_resolution(&grey, 0.3);
  EXPECT_EQ(grey.pixels, even(40, 30, 77).pixels);

  Image stripes = even(48, 48, 0);  // one pixel wide, gone at half the size
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 48; x += 2) std::fill_n(stripes.at(x, y), 3, 200);
  }
  lower_resolution(&stripes, 0.5);
  EXPECT_NEAR(mean(stripes), 100, 1);
  EXPECT_LT(deviation(stripes), 1);

  Image halves = even(48, 48, 0);  // a step of 24 pixels stays, softer
  for (int y = 0; y < 48; ++y) std::fill_n(halves.at(24, y), 3 * 24, 200);
  lower_resolution(&halves, 0.25);
  EXPECT_EQ(halves.at(4, 20)[0], 0);
  EXPECT_EQ(halves.at(44, 20)[0], 200);
  EXPECT_GT(halves.at(23, 20)[0], 20);
}

TEST(Augment, OcclusionStandsInTheLowerPart) {
  const Image image = street_corner();
  int changed = 0;
  for (int epoch = 0; epoch < 20; ++epoch) {
    const Image out = augment(image, {.occlusion = 1}, {.epoch = epoch});
    const size_t upper = static_cast<size_t>(image.width) * 3 * 45;  // 0.75 - 0.35 of the height
    EXPECT_TRUE(std::equal(image.pixels.begin(),
                           image.pixels.begin() + static_cast<int64_t>(upper),
                           out.pixels.begin()));
    changed += out.pixels != image.pixels ? 1 : 0;
  }
  EXPECT_GE(changed, 15);
}

TEST(Augment, TinyPicturesSurviveEverything) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 7}, {5, 1}, {3, 2}, {33, 17}}) {
    for (int epoch = 0; epoch < 10; ++epoch) {
      const Image out =
          augment(even(width, height, 90), everything(), {.epoch = epoch, .flip = true});
      EXPECT_EQ(out.pixels.size(), static_cast<size_t>(width * height * 3));
    }
  }
}

TEST(Augment, OptionsOutOfRangeAreNamed) {
  EXPECT_TRUE(validate(everything()).ok());
  EXPECT_THAT(validate({.crop = 1}).message(), HasSubstr("augment_crop is 1"));
  EXPECT_THAT(validate({.night = 1.5}).message(), HasSubstr("augment_night"));
  EXPECT_THAT(validate({.fog = -0.1}).message(), HasSubstr("augment_fog"));
  EXPECT_THAT(validate({.blur = NAN}).message(), HasSubstr("augment_blur"));
}

}  // namespace
}  // namespace loci::train
