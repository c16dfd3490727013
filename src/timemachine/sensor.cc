// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#ifdef LOCI_HAVE_EMBREE
#include "sensor.h"

#include "loci/base/rng.h"

namespace loci::town {
namespace {

struct Film {
  int width, height;
  std::vector<Vec3>& light;
  Vec3& at(int x, int y) { return light[static_cast<size_t>(y) * width + x]; }
};

/// Streaks of rain and flakes of snow, drawn as short soft lines.
void draw_fall(Film film, const Visit& v, const Sky& sky, Rng& rng) {
  const bool rain = v.weather == Weather::kRain, flakes = v.weather == Weather::kSnowfall;
  if (!rain && !flakes) return;
  const float scale = static_cast<float>(film.width) / 640;
  const int count = static_cast<int>((rain ? 260 : 420) * (0.5 + rng.uniform()) * scale);
  const Vec3 colour = sky.haze * (rain ? 1.25f : 1.6f) + Vec3{0.02f, 0.02f, 0.02f};
  const auto lean = static_cast<float>(rng.uniform(-0.25, 0.25));
  for (int i = 0; i < count; ++i) {
    const auto x = static_cast<float>(rng.uniform(0, film.width)),
               y = static_cast<float>(rng.uniform(-20, film.height));
    const auto near = static_cast<float>(rng.uniform());
    const float len = (rain ? 8 + 26 * near : 1 + 2 * near) * scale;
    const float radius = (rain ? 0.5f + 0.6f * near : 0.7f + 2.2f * near * near) * scale;
    const float alpha = rain ? 0.05f + 0.09f * near : 0.75f - 0.45f * near;
    const int steps = static_cast<int>(len) + 1;
    for (int py = static_cast<int>(y - radius); py <= static_cast<int>(y + steps + radius); ++py) {
      if (py < 0 || py >= film.height) continue;
      const float t = std::clamp(static_cast<float>(py) - y, 0.0f, len);
      const float cx = x + lean * t;
      for (int px = static_cast<int>(cx - radius - 1); px <= static_cast<int>(cx + radius + 1);
           ++px) {
        if (px < 0 || px >= film.width) continue;
        const float dx = static_cast<float>(px) - cx, dy = static_cast<float>(py) - y - t;
        const float soft = clamp01(radius + 0.5f - std::sqrt(dx * dx + dy * dy));
        Vec3& p = film.at(px, py);
        p = mix(p, colour, alpha * soft);
      }
    }
  }
}

/// Mean along a short line: the car drives on, the hand trembles.
void motion_blur(Film film, float length_px, float angle) {
  if (length_px < 0.4f) return;
  const std::vector<Vec3> from = film.light;
  const float dx = std::cos(angle), dy = std::sin(angle);
  const int n = 2 * static_cast<int>(length_px + 1) + 1;
  const auto fetch = [&](float x, float y) {
    x = std::clamp(x, 0.0f, static_cast<float>(film.width - 1));
    y = std::clamp(y, 0.0f, static_cast<float>(film.height - 1));
    const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
    const int x1 = std::min(x0 + 1, film.width - 1), y1 = std::min(y0 + 1, film.height - 1);
    const auto g = [&](int px, int py) { return from[static_cast<size_t>(py) * film.width + px]; };
    return mix(mix(g(x0, y0), g(x1, y0), x - x0), mix(g(x0, y1), g(x1, y1), x - x0), y - y0);
  };
  for (int y = 0; y < film.height; ++y) {
    for (int x = 0; x < film.width; ++x) {
      Vec3 sum;
      for (int i = 0; i < n; ++i) {
        const float t = length_px * (static_cast<float>(i) / (n - 1) - 0.5f);
        sum += fetch(x + dx * t, y + dy * t);
      }
      film.at(x, y) = sum * (1.0f / n);
    }
  }
}

/// A wide faint halo of what is much brighter than the picture.
void add_glow(Film film, float level, float strength) {
  const int w = std::max(1, film.width / 8), h = std::max(1, film.height / 8);
  std::vector<Vec3> small(static_cast<size_t>(w) * h), next;
  for (int y = 0; y < h * 8 && y < film.height; ++y) {
    for (int x = 0; x < w * 8 && x < film.width; ++x) {
      const Vec3 c = film.at(x, y);
      const float over = std::max(0.0f, 1 - level / std::max(luminance(c), 1e-6f));
      small[static_cast<size_t>(y / 8) * w + x / 8] += c * (std::min(over, 0.9f) / 64);
    }
  }
  for (int pass = 0; pass < 4; ++pass) {
    const int dx = pass % 2, dy = 1 - dx;
    next = small;
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) {
        Vec3 sum;
        for (int k = -2; k <= 2; ++k)
          sum += small[static_cast<size_t>(std::clamp(y + k * dy, 0, h - 1)) * w +
                       std::clamp(x + k * dx, 0, w - 1)];
        next[static_cast<size_t>(y) * w + x] = sum * 0.2f;
      }
    }
    small.swap(next);
  }
  for (int y = 0; y < film.height; ++y) {
    for (int x = 0; x < film.width; ++x) {
      const float fx = std::clamp((x + 0.5f) / 8 - 0.5f, 0.0f, w - 1.0f),
                  fy = std::clamp((y + 0.5f) / 8 - 0.5f, 0.0f, h - 1.0f);
      const int x0 = static_cast<int>(fx), y0 = static_cast<int>(fy), x1 = std::min(x0 + 1, w - 1),
                y1 = std::min(y0 + 1, h - 1);
      const auto g = [&](int px, int py) { return small[static_cast<size_t>(py) * w + px]; };
      film.at(x, y) +=
          mix(mix(g(x0, y0), g(x1, y0), fx - x0), mix(g(x0, y1), g(x1, y1), fx - x0), fy - y0) *
          strength;
    }
  }
}

constexpr int kSrgbSteps = 8192;

struct Meter {
  float level;  ///< geometric mean luminance
  Vec3 mean;
};
Meter meter(const Film& film) {
  double log_sum = 0, r = 0, g = 0, b = 0;
  int n = 0;
  for (size_t i = 0; i < film.light.size(); i += 7) {
    const Vec3 c = film.light[i];
    log_sum += std::log(luminance(c) + 2e-4);
    const float cap = 1.0f / std::max(1.0f, luminance(c));
    r += c.x * cap;
    g += c.y * cap;
    b += c.z * cap;
    ++n;
  }
  return {static_cast<float>(std::exp(log_sum / n)),
          {static_cast<float>(r / n), static_cast<float>(g / n), static_cast<float>(b / n)}};
}

float tone(float x) {
  x = std::max(x, 0.0f) * 0.72f;
  return clamp01(x * (2.51f * x + 0.03f) / (x * (2.43f * x + 0.59f) + 0.14f));
}

/// sRGB bytes by the linear value: 1/8192 is finer than the steepest byte.
uint8_t to_srgb(float x) {
  static const std::vector<uint8_t> table = [] {
    std::vector<uint8_t> bytes(kSrgbSteps + 1);
    for (int i = 0; i <= kSrgbSteps; ++i) {
      const float v = static_cast<float>(i) / kSrgbSteps;
      const float s = v <= 0.0031308f ? 12.92f * v : 1.055f * std::pow(v, 1 / 2.4f) - 0.055f;
      bytes[static_cast<size_t>(i)] = static_cast<uint8_t>(s * 255 + 0.5f);
    }
    return bytes;
  }();
  return table[static_cast<size_t>(x * kSrgbSteps + 0.5f)];
}

}  // namespace

Image develop(Rendering rendering, const Visit& v, const Sky& sky) {
  Film film{rendering.width, rendering.height, rendering.radiance};
  Rng rng(v.seed, "sensor");
  draw_fall(film, v, sky, rng);
  const float scale = static_cast<float>(film.width) / 640;
  const float dark = sky.night;
  if (v.phone)
    motion_blur(
        film,
        static_cast<float>(rng.uniform(0, 1) * rng.uniform(0, 1)) * (2.0f + 3.5f * dark) * scale,
        static_cast<float>(rng.uniform(0, 3.14)));
  else
    motion_blur(film, static_cast<float>(rng.uniform(0, 1.6)) * scale, 0);
  const Meter m = meter(film);
  add_glow(film, 4 * m.level + 0.05f, v.weather == Weather::kFog ? 0.7f : 0.35f);

  // Snow and fog are bright to the eye; meters that know the scene leave them so.
  const float bright =
      1 + (v.weather == Weather::kFog ? 0.9f : 0.5f * std::max(v.snow, 0.0f)) * (1 - dark);
  const float target =
      mix(0.21f, 0.075f, dark) * bright *
      static_cast<float>(std::exp2(rng.uniform(-0.35, 0.35) * (v.phone ? 1.3 : 1)));
  const float gain = std::min(target / m.level, 30.0f);
  // Half of what a grey world would ask for, as cameras do.
  const float grey = (m.mean.x + m.mean.y + m.mean.z) / 3;
  const auto balance = [&](float c) {
    return std::pow(grey / std::max(c, 1e-5f), dark > 0.5f ? 0.4f : 0.5f);
  };
  const auto tint = static_cast<float>(rng.uniform(-0.05, 0.05));
  const Vec3 white{balance(m.mean.x) * (1 + tint) * gain,
                   balance(m.mean.y) * gain,
                   balance(m.mean.z) * (1 - tint) * gain};
  const auto vignette = static_cast<float>(rng.uniform(0.1, v.phone ? 0.35 : 0.25));
  const float shot = (v.phone ? 0.012f : 0.008f) * std::sqrt(std::clamp(gain, 0.5f, 20.0f));
  const float read = 0.0015f * std::clamp(gain, 0.5f, 12.0f);
  const auto colourful = static_cast<float>(rng.uniform(0.82, 1.05));
  Image image(film.width, film.height);
  for (int y = 0; y < film.height; ++y) {
    for (int x = 0; x < film.width; ++x) {
      const float dx = (x + 0.5f) / film.width - 0.5f, dy = (y + 0.5f) / film.height - 0.5f;
      Vec3 c = film.at(x, y) * white * (1 - vignette * 2 * (dx * dx + dy * dy));
      const float grain = shot * std::sqrt(std::max(luminance(c), 0.0f)) + read;
      const uint32_t pixel = static_cast<uint32_t>(y) * 65537u + static_cast<uint32_t>(x);
      // Four uniform numbers make a good enough bell.
      const auto bell = [&](uint32_t k) {
        const uint32_t h = hash3(pixel, v.seed, k), i = hash3(pixel, v.seed, k + 9);
        return (static_cast<float>((h & 0xffff) + (h >> 16) + (i & 0xffff) + (i >> 16)) / 65535.0f -
                2) *
               1.73f;
      };
      c = c + Vec3{bell(1), bell(2), bell(3)} * grain;
      const float l = luminance(c);
      c = Vec3{l, l, l} + (c - Vec3{l, l, l}) * colourful;
      uint8_t* p = image.at(x, y);
      p[0] = to_srgb(tone(c.x));
      p[1] = to_srgb(tone(c.y));
      p[2] = to_srgb(tone(c.z));
    }
  }
  return image;
}

}  // namespace loci::town
#endif  // LOCI_HAVE_EMBREE
