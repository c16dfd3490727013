// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "font.h"

namespace loci::town {
namespace {

/// Polylines on a grid 4 wide and 6 high: pairs of digits are points, a space lifts the pen.
const char* glyph(char c) {
  static const char* const kLetters[26] = {"002640 1232",
                                           "0006364544330333 33424130"
                                           "00",
                                           "4536160501103041",
                                           "0006264442"
                                           "2000",
                                           "46060040 0333",
                                           "460600 0333",
                                           "45361605011030414323",
                                           "0006 4046 0343",
                                           "2026 1030 1636",
                                           "4641301001",
                                           "0006 0246 1340",
                                           "060040",
                                           "0006234640",
                                           "00064046",
                                           "100105163645413010",
                                           "00063645443303",
                                           "100105163645413010 2240",
                                           "00063645443303 2340",
                                           "453616050413334241301001",
                                           "0646 2620",
                                           "060110304146",
                                           "062046",
                                           "0610243046",
                                           "0046 0640",
                                           "062346 2320",
                                           "06460040"};
  static const char* const kDigits[10] = {"100105163645413010 1135",
                                          "152620 1030",
                                          "05163645440040",
                                          "0516364544334241301001",
                                          "30360242",
                                          "460604344341301001",
                                          "4536160501103041423303",
                                          "064620",
                                          "1304051636454433130201103041"
                                          "4233",
                                          "0110304145361605041343"};
  if (c >= 'A' && c <= 'Z') return kLetters[c - 'A'];
  if (c >= '0' && c <= '9') return kDigits[c - '0'];
  if (c == '-') return "1333";
  if (c == '.') return "1011";
  if (c == '&') return "40051636350110204 2";
  return "";
}

}  // namespace

void Strokes::line(Vec2 a, Vec2 b, float thickness_px) {
  const float r = thickness_px * 0.5f;
  const int x0 = std::max(0, static_cast<int>(std::min(a.x, b.x) - r - 1));
  const int x1 = std::min(width_ - 1, static_cast<int>(std::max(a.x, b.x) + r + 1));
  const int y0 = std::max(0, static_cast<int>(std::min(a.y, b.y) - r - 1));
  const int y1 = std::min(height_ - 1, static_cast<int>(std::max(a.y, b.y) + r + 1));
  const Vec2 d = b - a;
  const float len2 = std::max(dot(d, d), 1e-6f);
  for (int y = y0; y <= y1; ++y) {
    for (int x = x0; x <= x1; ++x) {
      const Vec2 p{x + 0.5f, y + 0.5f};
      const float t = clamp01(dot(p - a, d) / len2);
      const float distance = length(p - a - d * t);
      float& ink = ink_[static_cast<size_t>(y) * width_ + x];
      ink = std::max(ink, clamp01(r + 0.5f - distance));
    }
  }
}

void Strokes::text(const std::string& text, Vec2 origin, float height_px, const Typeface& face) {
  const float unit = height_px / 6;
  for (char c : text) {
    const char* g = glyph(c);
    bool down = false;
    Vec2 last;
    for (; *g != 0; ++g) {
      if (*g == ' ' || g[1] == 0 || g[1] == ' ') {
        down = false;
        continue;
      }
      const auto gx = static_cast<float>(g[0] - '0'), gy = static_cast<float>(g[1] - '0');
      const Vec2 p = origin + Vec2{(gx * face.stretch + gy * face.slant) * unit, gy * unit};
      if (down) line(last, p, face.thickness * unit);
      last = p;
      down = true;
      ++g;
    }
    origin.x += (c == ' ' ? 3.2f : 4 + 1.6f / face.stretch) * face.stretch * unit;
  }
}

Texture draw_text(const std::string& text, const Typeface& face, int height_px) {
  const float letter = height_px * 0.56f;
  float units = 0;
  for (char c : text) units += (c == ' ' ? 3.2f : 4 + 1.6f / face.stretch) * face.stretch;
  const float margin = letter * 0.5f;
  const int width = static_cast<int>(units * letter / 6 + 2 * margin);
  Strokes strokes(width, height_px);
  strokes.text(text, {margin, (height_px - letter) / 2}, letter, face);
  if (face.frame) {
    const float m = height_px * 0.08f;
    const auto w = static_cast<float>(width), h = static_cast<float>(height_px);
    strokes.line({m, m}, {w - m, m}, 2);
    strokes.line({m, h - m}, {w - m, h - m}, 2);
    strokes.line({m, m}, {m, h - m}, 2);
    strokes.line({w - m, m}, {w - m, h - m}, 2);
  }
  return Texture(width, height_px, 1, 1, false, [&](float x, float y) {
    return Texel{{1, 1, 1},
                 strokes.at(static_cast<int>(x * width), static_cast<int>(y * height_px))};
  });
}

}  // namespace loci::town
