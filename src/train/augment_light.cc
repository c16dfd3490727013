// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "augment_steps.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace loci::train {
namespace {

float to_linear(float srgb) {
  return srgb <= 0.04045f ? srgb / 12.92f : std::pow((srgb + 0.055f) / 1.055f, 2.4f);
}

float to_srgb(float linear) {
  return linear <= 0.0031308f ? 12.92f * linear : 1.055f * std::pow(linear, 1 / 2.4f) - 0.055f;
}

/// Linear light of each byte, and the byte of linear light in 4096 steps of its square root.
struct GammaTables {
  std::array<float, 256> linear;
  std::array<uint8_t, 4097> byte;
  static const GammaTables& get() {
    static const GammaTables tables;
    return tables;
  }
  uint8_t to_pixel(float light) const {
    const float root = std::sqrt(std::clamp(light, 0.0f, 1.0f));
    return byte[static_cast<size_t>(root * 4096 + 0.5f)];
  }

 private:
  GammaTables() {
    for (size_t i = 0; i < linear.size(); ++i) linear[i] = to_linear(static_cast<float>(i) / 255);
    for (size_t i = 0; i < byte.size(); ++i) {
      const float root = static_cast<float>(i) / 4096;
      byte[i] = to_byte(255 * to_srgb(root * root));
    }
  }
};

/// A street lamp, window or head light, in pixels.
struct Light {
  float x, y;
  float reach;  ///< of the light on what stands around
  float core;   ///< of its own glare
  float power;
  float colour[3];
};

std::vector<Light> draw_lights(const Image& image, Rng* rng) {
  std::vector<Light> lights(3 + rng->below(6));
  const float width = static_cast<float>(image.width), height = static_cast<float>(image.height);
  for (Light& light : lights) {
    light.x = static_cast<float>(rng->uniform(-0.1, 1.1)) * width;
    light.y = static_cast<float>(rng->uniform(0.25, 0.8)) * height;
    light.reach = static_cast<float>(rng->uniform(0.08, 0.3)) * height;
    light.core = static_cast<float>(rng->uniform(0.006, 0.018)) * height + 0.7f;
    light.power = static_cast<float>(rng->uniform(0.15, 0.6));
    const float warm = static_cast<float>(rng->uniform(0.1, 1));
    light.colour[0] = 1, light.colour[1] = 1 - 0.28f * warm, light.colour[2] = 1 - 0.65f * warm;
  }
  return lights;
}

/// How much of a pixel is bright sky: it shines by day and is black at night.
float sky_part(const float linear[3], float up) {
  const float darkest = std::min({linear[0], linear[1], linear[2]});
  return std::clamp((linear[2] - 0.25f) * 3, 0.0f, 1.0f) * std::clamp(darkest * 5, 0.0f, 1.0f) *
         std::clamp(up * 2.5f, 0.0f, 1.0f);
}

}  // namespace

void apply(const Curves& curves, Image* image) {
  for (size_t i = 0; i < image->pixels.size(); i += 3) {
    for (size_t k = 0; k < 3; ++k) image->pixels[i + k] = curves[k][image->pixels[i + k]];
  }
}

void change_light(Image* image, double strength, Rng* rng) {
  const double brightness = std::exp2(rng->uniform(-strength, strength));
  const double contrast = std::exp2(rng->uniform(-strength, strength) / 2);
  const double gamma = std::exp2(rng->uniform(-strength, strength) / 2);
  Curves curves;
  for (int i = 0; i < 256; ++i) {
    double value = std::pow(i / 255.0, gamma) * brightness;
    value = (value - 0.5) * contrast + 0.5;
    curves[0][static_cast<size_t>(i)] = to_byte(static_cast<float>(255 * value));
  }
  curves[1] = curves[2] = curves[0];
  apply(curves, image);
}

void change_colour_temperature(Image* image, double strength, Rng* rng) {
  const double warm = rng->uniform(-strength, strength);
  const double tint = rng->uniform(-strength, strength) / 3;  // green against magenta
  const double gain[3] = {1 + 0.3 * warm, 1 + 0.15 * tint, 1 - 0.3 * warm};
  Curves curves;
  for (size_t k = 0; k < 3; ++k) {
    for (size_t i = 0; i < 256; ++i)
      curves[k][i] = to_byte(static_cast<float>(static_cast<double>(i) * gain[k]));
  }
  apply(curves, image);
}

void make_night(Image* image, Rng* rng) {
  const GammaTables& tables = GammaTables::get();
  const NoiseTable& noise = NoiseTable::get();
  const float ambient = static_cast<float>(rng->uniform(0.02, 0.09));
  const float ambient_colour[3] = {0.8f, 0.9f, 1.25f};
  const float gain = static_cast<float>(rng->uniform(1, 2.2));  // the camera's
  const float grain = static_cast<float>(rng->uniform(0.002, 0.012));
  const uint64_t grain_at = rng->next();
  const std::vector<Light> lights = draw_lights(*image, rng);

  std::vector<float> light_row(static_cast<size_t>(image->width) * 3);
  std::vector<float> glare_row(light_row.size());
  for (int row = 0; row < image->height; ++row) {
    for (size_t i = 0; i < light_row.size(); ++i) light_row[i] = ambient * ambient_colour[i % 3];
    std::fill(glare_row.begin(), glare_row.end(), 0.0f);
    for (const Light& one : lights) {
      const float dy = static_cast<float>(row) - one.y;
      const float reach = 1 / (one.reach * one.reach), core = 1 / (one.core * one.core);
      for (int col = 0; col < image->width; ++col) {
        const float dx = static_cast<float>(col) - one.x;
        const float d2 = dx * dx + dy * dy;
        const float far = 1 + d2 * reach, near = 1 + d2 * core;
        const float lit = one.power / (far * far), glare = one.power * 2 / (near * near);
        for (int k = 0; k < 3; ++k) {
          light_row[static_cast<size_t>(3 * col + k)] += lit * one.colour[k];
          glare_row[static_cast<size_t>(3 * col + k)] += glare * one.colour[k];
        }
      }
    }
    const float up = 0.55f - static_cast<float>(row) / static_cast<float>(image->height);
    for (int col = 0; col < image->width; ++col) {
      uint8_t* pixel = image->at(col, row);
      const float linear[3] = {
          tables.linear[pixel[0]], tables.linear[pixel[1]], tables.linear[pixel[2]]};
      const float sky = sky_part(linear, up);
      for (int k = 0; k < 3; ++k) {
        const auto at = static_cast<size_t>(3 * col + k);
        const float lit = linear[k] * (light_row[at] * (1 - sky) + 0.02f * sky);
        const uint64_t place = grain_at + static_cast<uint64_t>(row) * 7919 + at;
        const float rough = grain * noise[place * 0x9e3779b97f4a7c15u >> 40];
        pixel[k] = tables.to_pixel((lit + glare_row[at]) * gain + rough);
      }
    }
  }
}

}  // namespace loci::train
