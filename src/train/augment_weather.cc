// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "augment_steps.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace loci::train {
namespace {

/// Values at the corners of a coarse grid, smooth between them: banks of fog.
class SmoothField {
 public:
  SmoothField(float low, float high, Rng* rng) {
    for (float& value : corners_) value = static_cast<float>(rng->uniform(low, high));
  }
  /// x, y in [0, 1]
  float at(float x, float y) const {
    const float gx = x * (kSide - 1.001f), gy = y * (kSide - 1.001f);
    const auto ix = static_cast<size_t>(gx), iy = static_cast<size_t>(gy);
    const float fx = ease(gx - static_cast<float>(ix)), fy = ease(gy - static_cast<float>(iy));
    const float* a = &corners_[iy * kSide + ix];
    const float* b = a + kSide;
    return (a[0] * (1 - fx) + a[1] * fx) * (1 - fy) + (b[0] * (1 - fx) + b[1] * fx) * fy;
  }

 private:
  static constexpr size_t kSide = 5;
  static float ease(float t) { return t * t * (3 - 2 * t); }
  std::array<float, kSide * kSide> corners_;
};

/// Distance seen in a row of a street photograph, 1 at the horizon: the ground comes nearer below
/// it, fronts above it stay at a middle distance.
float distance_at(float y, float horizon) {
  if (y > horizon) return 0.12f / (y - horizon + 0.12f);
  return 0.55f + 0.45f * std::exp(-(horizon - y) * 6);
}

struct Streak {
  float x, y, dx, dy;
  float alpha;
};

void draw_streak(Image* image, const Streak& streak) {
  const int steps = std::max(1, static_cast<int>(std::abs(streak.dy)));
  for (int i = 0; i < steps; ++i) {
    const float t = static_cast<float>(i) / static_cast<float>(steps);
    const float x = streak.x + t * streak.dx, y = streak.y + t * streak.dy;
    const int row = static_cast<int>(std::floor(y));
    const int col = static_cast<int>(std::floor(x));
    if (row < 0 || row >= image->height) continue;
    const float right = x - static_cast<float>(col);
    const float fade = streak.alpha * 4 * t * (1 - t);
    for (int side = 0; side < 2; ++side) {
      if (col + side < 0 || col + side >= image->width) continue;
      uint8_t* pixel = image->at(col + side, row);
      const float alpha = fade * (side == 0 ? 1 - right : right);
      for (int k = 0; k < 3; ++k) {
        const auto old = static_cast<float>(pixel[k]);
        pixel[k] = to_byte(old + alpha * (225 - old));
      }
    }
  }
}

/// A drop on the lens shows what lies around it upside down and out of focus.
void draw_drop(const Image& scene, Image* image, int x, int y, int radius) {
  for (int dy = -radius; dy <= radius; ++dy) {
    for (int dx = -radius; dx <= radius; ++dx) {
      const float d2 = static_cast<float>(dx * dx + dy * dy) / static_cast<float>(radius * radius);
      const int col = x + dx, row = y + dy;
      if (d2 > 1 || col < 0 || row < 0 || col >= image->width || row >= image->height) continue;
      const int from_x = std::clamp(x - 4 * dx, 0, scene.width - 1);
      const int from_y = std::clamp(y - 4 * dy, 0, scene.height - 1);
      const uint8_t* from = scene.at(from_x, from_y);
      uint8_t* pixel = image->at(col, row);
      const float cover = std::min(1.0f, 4 * (1 - d2)) * 0.75f;
      const float rim = d2 > 0.7f ? 0.7f : 1.05f;
      for (int k = 0; k < 3; ++k) {
        const auto old = static_cast<float>(pixel[k]);
        pixel[k] = to_byte(old + cover * (static_cast<float>(from[k]) * rim - old));
      }
    }
  }
}

}  // namespace

void make_fog(Image* image, Rng* rng) {
  const float density = static_cast<float>(rng->uniform(0.7, 3));
  const float horizon = static_cast<float>(rng->uniform(0.4, 0.6));
  const float grey = static_cast<float>(rng->uniform(165, 225));
  const float air[3] = {grey - 2, grey, grey + 5};
  const SmoothField banks(0.7f, 1.3f, rng);
  for (int row = 0; row < image->height; ++row) {
    const float y = (static_cast<float>(row) + 0.5f) / static_cast<float>(image->height);
    const float thick = density * distance_at(y, horizon);
    for (int col = 0; col < image->width; ++col) {
      const float x = (static_cast<float>(col) + 0.5f) / static_cast<float>(image->width);
      // Koschmieder: what is left of the scene, the rest is the light of the air.
      const float left = std::exp(-thick * banks.at(x, y));
      uint8_t* pixel = image->at(col, row);
      for (int k = 0; k < 3; ++k)
        pixel[k] = to_byte(static_cast<float>(pixel[k]) * left + air[k] * (1 - left));
    }
  }
}

void make_rain(Image* image, Rng* rng) {
  const float dim = static_cast<float>(rng->uniform(0.65, 0.9));
  const float flat = static_cast<float>(rng->uniform(0.65, 0.9));
  for (size_t i = 0; i < image->pixels.size(); i += 3) {
    uint8_t* pixel = &image->pixels[i];
    const float grey = (static_cast<float>(pixel[0]) + 2 * static_cast<float>(pixel[1]) +
                        static_cast<float>(pixel[2])) /
                       4;
    for (int k = 0; k < 3; ++k) {
      const float pale = grey + 0.6f * (static_cast<float>(pixel[k]) - grey);
      pixel[k] = to_byte(((pale - 110) * flat + 110) * dim);
    }
  }
  const float height = static_cast<float>(image->height);
  const float lean = static_cast<float>(rng->uniform(-0.25, 0.25));
  const auto streaks = static_cast<int>(static_cast<double>(image->width) * image->height *
                                        rng->uniform(0.0008, 0.003));
  for (int i = 0; i < streaks; ++i) {
    const float length = height * static_cast<float>(rng->uniform(0.015, 0.06));
    const float tilt = lean + static_cast<float>(rng->uniform(-0.04, 0.04));
    draw_streak(image,
                {static_cast<float>(rng->uniform(-0.05, 1.05)) * static_cast<float>(image->width),
                 static_cast<float>(rng->uniform(-0.05, 1)) * height,
                 tilt * length,
                 length,
                 static_cast<float>(rng->uniform(0.1, 0.45))});
  }
  const Image scene = *image;
  const auto drops = static_cast<int>(rng->below(12));
  for (int i = 0; i < drops; ++i) {
    const int radius = 2 + static_cast<int>(height * rng->uniform(0.004, 0.025));
    draw_drop(scene,
              image,
              static_cast<int>(rng->below(static_cast<uint64_t>(image->width))),
              static_cast<int>(rng->below(static_cast<uint64_t>(image->height))),
              radius);
  }
}

}  // namespace loci::train
