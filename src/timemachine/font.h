// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "texture.h"

#include <string>
#include <vector>

namespace loci::town {

/// How strokes are drawn: a typeface of its own for each shop.
struct Typeface {
  float thickness = 0.55f;  ///< of a stroke, in units of a sixth of the capital height
  float slant = 0;          ///< x shift per height
  float stretch = 1;        ///< width of a letter relative to 4/6 of the height
  bool frame = false;       ///< a line around the sign
};

/// A sign of one line: RGB white, mask = ink. Knows A-Z, 0-9, '-', '.', '&' and space.
Texture draw_text(const std::string& text, const Typeface& face, int height_px = 40);

/// Anti-aliased polylines on a bitmap of one channel.
class Strokes {
 public:
  Strokes(int width, int height)
      : width_(width), height_(height), ink_(static_cast<size_t>(width) * height) {}
  void line(Vec2 a, Vec2 b, float thickness_px);
  void text(const std::string& text, Vec2 origin_px, float height_px, const Typeface& face);
  float at(int x, int y) const { return ink_[static_cast<size_t>(y) * width_ + x]; }
  int width() const { return width_; }
  int height() const { return height_; }

 private:
  int width_, height_;
  std::vector<float> ink_;
};

}  // namespace loci::town
