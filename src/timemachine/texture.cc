// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "texture.h"

#include <cstring>

namespace loci::town {
namespace {

uint8_t to_byte(float v) { return static_cast<uint8_t>(clamp01(v) * 255.0f + 0.5f); }

}  // namespace

Texture::Texture(int width,
                 int height,
                 float extent_x_m,
                 float extent_y_m,
                 bool repeat,
                 const std::function<Texel(float x, float y)>& paint)
    : extent_x_(extent_x_m), extent_y_(extent_y_m), repeat_(repeat) {
  Level base{width, height, std::vector<uint8_t>(static_cast<size_t>(width) * height * 4)};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const Texel t = paint((x + 0.5f) / width, (y + 0.5f) / height);
      uint8_t* p = base.rgba.data() + (static_cast<size_t>(y) * width + x) * 4;
      p[0] = to_byte(t.rgb.x);
      p[1] = to_byte(t.rgb.y);
      p[2] = to_byte(t.rgb.z);
      p[3] = to_byte(t.mask);
    }
  }
  levels_.push_back(std::move(base));
  add_half_sizes();
}

void Texture::add_half_sizes() {
  while (levels_.back().width > 1 || levels_.back().height > 1) {
    const Level& big = levels_.back();
    Level half{std::max(1, big.width / 2), std::max(1, big.height / 2), {}};
    half.rgba.resize(static_cast<size_t>(half.width) * half.height * 4);
    for (int y = 0; y < half.height; ++y) {
      for (int x = 0; x < half.width; ++x) {
        const int x0 = std::min(2 * x, big.width - 1), x1 = std::min(2 * x + 1, big.width - 1);
        const int y0 = std::min(2 * y, big.height - 1), y1 = std::min(2 * y + 1, big.height - 1);
        for (int c = 0; c < 4; ++c) {
          const auto at = [&](int px, int py) {
            return static_cast<int>(big.rgba[(static_cast<size_t>(py) * big.width + px) * 4 + c]);
          };
          half.rgba[(static_cast<size_t>(y) * half.width + x) * 4 + c] =
              static_cast<uint8_t>((at(x0, y0) + at(x1, y0) + at(x0, y1) + at(x1, y1) + 2) / 4);
        }
      }
    }
    levels_.push_back(std::move(half));
  }
}

Texel Texture::fetch(const Level& level, float x, float y) const {
  const float px = x * level.width - 0.5f, py = y * level.height - 0.5f;
  const float fx = std::floor(px), fy = std::floor(py);
  const float tx = px - fx, ty = py - fy;
  const auto fold = [this](int i, int n) {
    if (!repeat_) return std::clamp(i, 0, n - 1);
    // x and y lie in [0, 1], so one step outside is the most there is.
    return i < 0 ? i + n : (i >= n ? i - n : i);
  };
  const int x0 = fold(static_cast<int>(fx), level.width);
  const int x1 = fold(static_cast<int>(fx) + 1, level.width);
  const int y0 = fold(static_cast<int>(fy), level.height);
  const int y1 = fold(static_cast<int>(fy) + 1, level.height);
  const uint8_t* base = level.rgba.data();
  typedef float Four __attribute__((vector_size(16)));
  // All four channels at once.
  const auto at = [&](int ix, int iy) {
    typedef uint8_t Bytes __attribute__((vector_size(4)));
    Bytes bytes;
    std::memcpy(&bytes, base + (static_cast<size_t>(iy) * level.width + ix) * 4, 4);
    return __builtin_convertvector(bytes, Four);
  };
  const float wa = (1 - tx) * (1 - ty), wb = tx * (1 - ty), wc = (1 - tx) * ty, wd = tx * ty;
  const Four sum =
      (at(x0, y0) * wa + at(x1, y0) * wb + at(x0, y1) * wc + at(x1, y1) * wd) * (1.0f / 255.0f);
  return {{sum[0], sum[1], sum[2]}, sum[3]};
}

Texel Texture::sample(float u, float v, float footprint) const {
  float x = u / extent_x_, y = v / extent_y_;
  if (repeat_) {
    x -= std::floor(x);
    y -= std::floor(y);
  } else {
    x = clamp01(x);
    y = clamp01(y);
  }
  const float pixels = footprint / extent_x_ * levels_[0].width;
  size_t level = 0;
  for (float reach = 1.4f; reach < pixels && level + 1 < levels_.size(); reach *= 2) ++level;
  return fetch(levels_[level], x, y);
}

Texel Texture::mean() const { return fetch(levels_.back(), 0.5f, 0.5f); }

}  // namespace loci::town
