// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "relight.h"

#include "augment_steps.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace loci::train {
namespace {

/// Steps that are measured in pixels are stated for pictures of this shorter side.
constexpr double kReferenceSide = 400;

double pixels_per_reference(const Image& image) {
  return std::min(image.width, image.height) / kReferenceSide;
}

/// A soft light, separable: its strength at (x, y) is power * across[x] * down[y].
struct Lamp {
  float power;
  std::vector<float> across, down;
};

std::vector<float> bell(double centre, double radius, int length) {
  std::vector<float> values(static_cast<size_t>(length));
  for (int i = 0; i < length; ++i) {
    const double distance = (i - centre) / radius;
    values[static_cast<size_t>(i)] = static_cast<float>(std::exp(-0.5 * distance * distance));
  }
  return values;
}

std::vector<Lamp> draw_lamps(const Image& image, Rng* rng) {
  std::vector<Lamp> lamps(rng->below(9));
  for (Lamp& lamp : lamps) {
    const double x = rng->uniform(0, image.width), y = rng->uniform(0, image.height);
    const double radius = rng->uniform(3, 60) * pixels_per_reference(image);
    lamp.power = static_cast<float>(rng->uniform(0.2, 1));
    lamp.across = bell(x, radius, image.width);
    lamp.down = bell(y, radius, image.height);
  }
  return lamps;
}

void make_grey(Image* image) {
  for (size_t i = 0; i < image->pixels.size(); i += 3) {
    uint8_t* p = &image->pixels[i];
    p[0] = p[1] = p[2] = to_byte(static_cast<float>(p[0] + p[1] + p[2]) / 3);
  }
}

void make_day(Image* image, Rng* rng) {
  const double gamma = rng->uniform(0.5, 2), contrast = rng->uniform(0.5, 1.4);
  const double brighter = rng->uniform(-0.15, 0.15);
  const double haze = rng->chance(0.2) ? rng->uniform(0.2, 0.65) : 0;
  const double air = rng->uniform(0.5, 0.9);
  Curves curves;
  for (auto& curve : curves) {
    const double cast = rng->uniform(0.85, 1.15);
    for (size_t i = 0; i < curve.size(); ++i) {
      const double value = std::pow(static_cast<double>(i) / 255, gamma);
      const double lit = ((value - 0.5) * contrast + 0.5 + brighter) * cast;
      curve[i] = to_byte(static_cast<float>(255 * (lit * (1 - haze) + air * haze)));
    }
  }
  apply(curves, image);
  if (rng->chance(0.15)) make_grey(image);
  if (rng->chance(0.25)) cast_shadow(image, rng);
}

/// What the camera and the file add.
void make_worse(Image* image, Rng* rng) {
  if (rng->chance(0.35)) blur(image, rng->uniform(0.4, 2.2) * pixels_per_reference(*image));
  constexpr double kNoise[] = {0, 0.01, 0.03, 0.06};
  if (const double sigma = kNoise[rng->below(4)]; sigma > 0) add_noise(image, 255 * sigma, rng);
  if (rng->chance(0.3)) compress(image, 15 + static_cast<int>(rng->below(46)));
  if (rng->chance(0.2)) lower_resolution(image, rng->uniform(0.2, 0.5));
}

}  // namespace

void make_lamplit(Image* image, Rng* rng) {
  const double gamma = rng->uniform(1.2, 2.6), left = rng->uniform(0.08, 0.5);
  const std::vector<Lamp> lamps = draw_lamps(*image, rng);
  const auto reach = static_cast<float>(rng->uniform(0.5, 1.3));
  const auto glare = static_cast<float>(rng->uniform(0, 0.8));
  const double cast[3] = {rng->uniform(0.9, 1.4), rng->uniform(0.8, 1.05), rng->uniform(0.45, 1)};
  const double gain = 255 * rng->uniform(0.8, 1.8);
  float colour[3], dark[256];
  for (size_t k = 0; k < 3; ++k) colour[k] = static_cast<float>(cast[k] * gain);
  for (int i = 0; i < 256; ++i) dark[i] = static_cast<float>(std::pow(i / 255.0, gamma) * left);

  std::vector<float> light(static_cast<size_t>(image->width));
  for (int row = 0; row < image->height; ++row) {
    std::fill(light.begin(), light.end(), 0.0f);
    for (const Lamp& lamp : lamps) {
      const float power = lamp.power * lamp.down[static_cast<size_t>(row)];
      for (size_t col = 0; col < light.size(); ++col) light[col] += power * lamp.across[col];
    }
    uint8_t* pixel = image->at(0, row);
    for (const float lit : light) {
      const float shine = glare * lit * lit * lit * lit;
      for (int k = 0; k < 3; ++k, ++pixel) {
        const float day = static_cast<float>(*pixel) / 255;
        *pixel = to_byte((dark[*pixel] + lit * day * reach + shine) * colour[k]);
      }
    }
  }
}

void cast_shadow(Image* image, Rng* rng) {
  const double angle = rng->uniform(0, 2 * std::numbers::pi);
  const double x = rng->uniform(0, image->width), y = rng->uniform(0, image->height);
  const double across = std::cos(angle), down = std::sin(angle);
  const auto light = static_cast<float>(rng->uniform(0.35, 0.8));
  for (int row = 0; row < image->height; ++row) {
    for (int col = 0; col < image->width; ++col) {
      if ((col - x) * across + (row - y) * down <= 0) continue;
      uint8_t* pixel = image->at(col, row);
      for (int k = 0; k < 3; ++k) pixel[k] = to_byte(static_cast<float>(pixel[k]) * light);
    }
  }
}

Image relight(Image image, Rng* rng) {
  if (rng->chance(0.4)) {
    make_lamplit(&image, rng);
  } else {
    make_day(&image, rng);
  }
  make_worse(&image, rng);
  return image;
}

}  // namespace loci::train
