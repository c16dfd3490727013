// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/sketch.h"

#include "loci/base/check.h"
#include "loci/base/rng.h"

#include <algorithm>
#include <array>
#include <cmath>

// Everything is a function of a pixel's place in the scene. Lengths are in image heights at the
// corner's distance (depth 1); a wall point at depth z is seen at 1/z of its size.
namespace loci {
namespace {

struct Rgb {
  float r = 0, g = 0, b = 0;
};

Rgb operator*(Rgb c, float f) { return {c.r * f, c.g * f, c.b * f}; }
Rgb mix(Rgb a, Rgb b, float t) {
  return {a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
}
Rgb random_colour(Rng& rng, float low, float high) {
  const float base = static_cast<float>(rng.uniform(low, high));
  const auto channel = [&] {
    return std::clamp(base + static_cast<float>(rng.uniform(-22, 22)), 0.0f, 255.0f);
  };
  const float r = channel(), g = channel(), b = channel();
  return {r, g, b};
}
// std::floor is a call into the C library where SSE4.1 is not assumed.
int floor_int(float x) {
  const int i = static_cast<int>(x);
  return static_cast<float>(i) > x ? i - 1 : i;
}
float fract(float x) { return x - static_cast<float>(floor_int(x)); }

/// A random surface that repeats every kSide cells, interpolated bilinearly.
class Noise {
 public:
  explicit Noise(Rng rng) {
    for (float& c : cells_) c = static_cast<float>(rng.uniform(-1, 1));
  }
  float operator()(float x, float y) const {
    const int ix = floor_int(x), iy = floor_int(y);
    const float tx = x - static_cast<float>(ix), ty = y - static_cast<float>(iy);
    const float top = cell(ix, iy) * (1 - tx) + cell(ix + 1, iy) * tx;
    const float low = cell(ix, iy + 1) * (1 - tx) + cell(ix + 1, iy + 1) * tx;
    return top * (1 - ty) + low * ty;
  }
  float cell(int x, int y) const { return cells_[static_cast<size_t>((y & 63) * 64 + (x & 63))]; }

 private:
  std::array<float, 64 * 64> cells_{};
};

struct House {
  float begin = 0, width = 0, height = 0;
  Rgb wall, window, frame, door, sign, letters;
  int columns = 3, rows = 3, panes = 2;
  float window_w = 0.5f, window_h = 0.6f, door_at = 0.5f, door_w = 0.1f;
  float sign_at = 0, sign_w = 0, brick = 0.02f;
  bool arched = false;
  int surface = 0;  // where on the noise this house's own pattern starts
};

constexpr float kEyeHeight = 0.22f;    // of the camera above the ground
constexpr float kGroundFloor = 0.26f;  // height of the floor with doors and signs
constexpr int kHousesPerWall = 7;

House make_house(Rng& rng, float begin) {
  const auto f = [&](double low, double high) {
    return static_cast<float>(rng.uniform(low, high));
  };
  House h;
  h.begin = begin;
  h.width = f(0.35, 0.8);
  h.height = f(0.55, 1.05);
  h.wall = random_colour(rng, 90, 210);
  h.window = random_colour(rng, 30, 90);
  h.frame = random_colour(rng, 60, 245);
  h.door = random_colour(rng, 30, 150);
  h.sign = random_colour(rng, 40, 220);
  h.letters = random_colour(rng, h.sign.g > 130 ? 0 : 200, h.sign.g > 130 ? 60 : 255);
  h.columns = 2 + static_cast<int>(rng.below(4));
  h.rows = 2 + static_cast<int>(rng.below(3));
  h.panes = 1 + static_cast<int>(rng.below(3));
  h.window_w = f(0.35, 0.75);
  h.window_h = f(0.45, 0.8);
  h.door_w = f(0.07, 0.13);
  h.door_at = f(0.05, static_cast<double>(h.width - h.door_w) - 0.05);
  h.sign_w = f(0.12, 0.3);
  h.sign_at = f(0.02, std::max(0.03, static_cast<double>(h.width - h.sign_w)));
  h.brick = f(0.012, 0.03);
  h.arched = rng.chance(0.3);
  h.surface = static_cast<int>(rng.below(4096));
  return h;
}

/// What `visit` decides.
struct View {
  float corner_x, horizon, zoom, turn;  // of the camera
  float gain, haze, clouds;
  Rgb light, sky;
};

View make_view(Rng rng, double home_x) {
  const auto f = [&](double low, double high) {
    return static_cast<float>(rng.uniform(low, high));
  };
  View v{};
  v.corner_x = static_cast<float>(home_x) + f(-0.08, 0.08);
  v.horizon = 0.62f + f(-0.03, 0.03);
  v.zoom = f(0.92, 1.09);
  v.turn = f(-0.06, 0.06);
  v.gain = f(0.7, 1.15);
  v.haze = f(0, 0.18);
  v.clouds = f(0, 1);
  v.light = {f(0.92, 1.08), 1.0f, f(0.9, 1.1)};
  v.sky = mix({110, 160, 225}, {200, 200, 205}, f(0, 1));
  return v;
}

Rgb window_at(const House& h, float s, float t, float dark) {
  // s, t in [-1, 1] within the opening.
  if (h.arched && t > 0.4f && s * s + (t - 0.4f) * (t - 0.4f) / 0.36f > 1) return h.wall * 0.8f;
  const float edge = std::max(std::abs(s), std::abs(t));
  if (edge > 0.86f) return h.frame;
  const float pane = fract((s + 1) * 0.5f * static_cast<float>(h.panes));
  if (h.panes > 1 && (pane < 0.07f || pane > 0.93f)) return h.frame;
  if (std::abs(t - 0.3f) < 0.05f) return h.frame;
  return h.window * (1.0f + 0.5f * dark + 0.25f * (s + t));
}

/// The front of a house, `u` along it and `v` up from the ground.
Rgb front_at(const House& h, const Noise& noise, float u, float v) {
  const int ox = h.surface & 63, oy = h.surface >> 6;
  const float fx = static_cast<float>(ox), fy = static_cast<float>(oy);
  const int course = floor_int(v / h.brick);
  const float along = u / (2.2f * h.brick) + 0.5f * static_cast<float>(course & 1);
  const float stone = noise.cell(ox + floor_int(along), oy + course);
  const float joint = fract(v / h.brick) < 0.14f || fract(along) < 0.07f ? -0.16f : 0.0f;
  const float stain = noise(fx + u * 9, fy + v * 9);
  const Rgb wall = h.wall * (1.0f + 0.10f * stone + joint + 0.16f * stain);
  if (v > h.height - 0.03f)
    return h.frame * (0.75f + 0.25f * (fract(u / 0.025f) < 0.5f ? 1.0f : 0.0f));
  if (v < kGroundFloor) {
    const float d = u - h.door_at;
    if (d > 0 && d < h.door_w && v < 0.17f) {
      const float s = d / h.door_w * 2 - 1, t = v / 0.17f * 2 - 1;
      if (std::max(std::abs(s), t) > 0.84f) return h.frame;
      return std::abs(std::abs(t) - 0.45f) < 0.3f && std::abs(s) < 0.55f ? h.door * 0.7f : h.door;
    }
    const float g = u - h.sign_at;
    if (g > 0 && g < h.sign_w && v > 0.19f && v < 0.245f) {
      // Letters: columns of four cells, on or off.
      const int cx = static_cast<int>(g / 0.011f), cy = static_cast<int>((v - 0.19f) / 0.0138f);
      const bool on = cx % 4 != 3 && noise.cell(ox + 17 + cx, oy + 5 + cy) > -0.1f;
      return on ? h.letters : h.sign;
    }
    return wall * 0.9f;
  }
  const float row_h = (h.height - 0.05f - kGroundFloor) / static_cast<float>(h.rows);
  const float col_w = h.width / static_cast<float>(h.columns);
  const float row = (v - kGroundFloor) / row_h, col = u / col_w;
  const float s = (fract(col) - 0.5f) * 2 / h.window_w, t = (fract(row) - 0.5f) * 2 / h.window_h;
  if (row < static_cast<float>(h.rows) && std::abs(s) < 1 && std::abs(t) < 1) {
    return window_at(
        h, s, t, noise.cell(ox + static_cast<int>(col), oy + 31 + static_cast<int>(row)));
  }
  if (t > -1.25f && t < -1 && std::abs(s) < 1.2f) return h.frame * 0.85f;
  return wall;
}

Rgb ground_at(const Noise& noise, float x, float depth, float wall_depth) {
  const float grain = noise(x * 14, depth * 14) * 0.08f;
  if (depth > wall_depth - 0.22f) {
    const bool joint = fract(x / 0.07f) < 0.06f || fract(depth / 0.07f) < 0.06f;
    return Rgb{150, 148, 142} * (joint ? 0.75f : 1.0f + grain);
  }
  if (depth > wall_depth - 0.24f) return Rgb{190, 188, 180} * (1 + grain);
  return Rgb{82, 82, 86} * (1 + 2 * grain);
}

/// Paints `colour` where `inside(s, t)`, with s, t in [-1, 1] over the box around (cx, cy).
template <class Inside>
void paint(
    Image& image, float cx, float cy, float half_w, float half_h, Rgb colour, Inside inside) {
  const int x0 = std::max(0, static_cast<int>(cx - half_w));
  const int x1 = std::min(image.width - 1, static_cast<int>(cx + half_w));
  const int y0 = std::max(0, static_cast<int>(cy - half_h));
  const int y1 = std::min(image.height - 1, static_cast<int>(cy + half_h));
  for (int y = y0; y <= y1; ++y) {
    for (int x = x0; x <= x1; ++x) {
      const float s = (static_cast<float>(x) - cx) / half_w,
                  t = (static_cast<float>(y) - cy) / half_h;
      if (!inside(s, t)) continue;
      uint8_t* p = image.at(x, y);
      p[0] = static_cast<uint8_t>(std::clamp(colour.r, 0.0f, 255.0f));
      p[1] = static_cast<uint8_t>(std::clamp(colour.g, 0.0f, 255.0f));
      p[2] = static_cast<uint8_t>(std::clamp(colour.b, 0.0f, 255.0f));
    }
  }
}

/// Cars and people, who are never there twice.
void add_clutter(Image& image, Rng rng, float horizon, float gain) {
  const auto f = [&](double low, double high) {
    return static_cast<float>(rng.uniform(low, high));
  };
  const float h = static_cast<float>(image.height), w = static_cast<float>(image.width);
  const auto box = [](float, float) { return true; };
  const auto disc = [](float s, float t) { return s * s + t * t < 1; };
  const int people = static_cast<int>(rng.below(4)), cars = static_cast<int>(rng.below(3));
  for (int i = 0; i < people; ++i) {
    const float x = f(0, w), tall = f(0.05, 0.1) * h, foot = (horizon + 0.22f) * h + tall;
    const Rgb clothes = random_colour(rng, 20, 200) * gain;
    paint(image, x, foot - tall, 0.22f * tall, tall * 0.8f, clothes, box);
    paint(image, x, foot - tall * 2, 0.2f * tall, 0.24f * tall, Rgb{200, 160, 130} * gain, disc);
  }
  for (int i = 0; i < cars; ++i) {
    const float x = f(0, w), size = f(0.11, 0.17) * h, y = std::min(0.9f, horizon + 0.3f) * h;
    const Rgb body = random_colour(rng, 30, 220) * gain;
    paint(image, x, y - 0.45f * size, size * 0.75f, size * 0.4f, body * 0.8f, disc);
    paint(image, x, y - 0.42f * size, size * 0.5f, size * 0.2f, Rgb{40, 50, 60} * gain, disc);
    paint(image, x, y, size * 1.3f, size * 0.33f, body, box);
    for (float side : {-0.8f, 0.8f}) {
      paint(
          image, x + side * size, y + 0.33f * size, size * 0.24f, size * 0.24f, {20, 20, 22}, disc);
    }
  }
}

}  // namespace

Image sketch_place(uint64_t place, uint64_t visit, int width, int height) {
  LOCI_REQUIRE(width >= 1 && height >= 1, "an image has at least one pixel");
  Rng rng(place, "sketch");
  const Noise noise(Rng(place, "surface"));
  const double home_x = rng.uniform(-0.2, 0.2);
  std::array<std::array<House, kHousesPerWall>, 2> walls;
  std::array<float, 2> slope{};
  for (size_t side = 0; side < 2; ++side) {
    slope[side] = static_cast<float>(rng.uniform(0.5, 0.9));
    float begin = 0;
    for (House& house : walls[side]) {
      house = make_house(rng, begin);
      begin += house.width;
    }
  }
  const View view = make_view(Rng(place * 0x9E3779B97F4A7C15ULL + visit, "visit"), home_x);

  Image image(width, height);
  const float unit = view.zoom * static_cast<float>(height);
  for (int x = 0; x < width; ++x) {
    // A wall that leaves the corner with slope a has depth 1 + a u at u along it, and is seen at
    // d = u / depth beside the corner: u = d / (1 - a d).
    const float across = (static_cast<float>(x) + 0.5f - 0.5f * static_cast<float>(width)) / unit;
    const float beside = across - view.corner_x;
    const size_t side = beside < 0 ? 0 : 1;
    const float a = slope[side] * (1 + view.turn * (side == 0 ? 1.0f : -1.0f));
    const float d = std::abs(beside), depth = 1 / std::max(0.12f, 1 - a * d), u = d * depth;
    const House* house = nullptr;
    for (const House& h : walls[side]) {
      if (u >= h.begin && u < h.begin + h.width) house = &h;
    }
    for (int y = 0; y < height; ++y) {
      const float up = view.horizon * view.zoom - (static_cast<float>(y) + 0.5f) / unit * view.zoom;
      const float v = up * depth + kEyeHeight;
      Rgb c;
      if (v < 0) {
        const float ground_depth = kEyeHeight / std::max(1e-3f, -up);
        c = ground_at(noise, beside * ground_depth, ground_depth, depth);
      } else if (house != nullptr && v < house->height) {
        c = front_at(*house, noise, u - house->begin, v) * (side == 0 ? 0.85f : 1.0f);
        c = mix(c, view.sky, view.haze * (1 - 1 / depth));
      } else {
        const float cloud = noise(across * 5 + view.clouds * 40, up * 9 + view.clouds * 23);
        c = mix(view.sky, {245, 245, 245}, std::clamp(cloud * 0.6f + 0.3f - up * 0.2f, 0.0f, 1.0f));
      }
      uint8_t* p = image.at(x, y);
      p[0] = static_cast<uint8_t>(std::clamp(c.r * view.gain * view.light.r, 0.0f, 255.0f));
      p[1] = static_cast<uint8_t>(std::clamp(c.g * view.gain * view.light.g, 0.0f, 255.0f));
      p[2] = static_cast<uint8_t>(std::clamp(c.b * view.gain * view.light.b, 0.0f, 255.0f));
    }
  }
  add_clutter(
      image, Rng(place + visit * 0xD1B54A32D192ED03ULL, "clutter"), view.horizon, view.gain);
  return image;
}

}  // namespace loci
