// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/resize.h"

#include <algorithm>
#include <utility>

namespace loci {

Image orient(Image image, int orientation) {
  if (orientation < 2 || orientation > 8 || image.empty()) return image;
  // EXIF names the sides of the scene at which row 0 and column 0 lie. Undoing it: 5 to 8 exchange
  // rows and columns; then 2, 3, 7, 8 mirror... as this table of source (x, y) for target (x, y).
  const int w = image.width, h = image.height;
  const bool swapped = orientation >= 5;
  const bool flip_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool flip_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image out(swapped ? h : w, swapped ? w : h);
  // The source's offset advances by fixed steps along a target row and from row to row.
  const auto signed_w = static_cast<std::ptrdiff_t>(w);
  const std::ptrdiff_t source_dx = flip_x ? -3 : 3, source_dy = (flip_y ? -3 : 3) * signed_w;
  const std::ptrdiff_t first =
      3 * ((flip_x ? signed_w - 1 : 0) + (flip_y ? (h - 1) * signed_w : 0));
  const std::ptrdiff_t step = swapped ? source_dy : source_dx;
  const std::ptrdiff_t row_step = swapped ? source_dx : source_dy;
  // Tiles keep both sides in the cache when rows and columns are exchanged.
  constexpr int kTile = 64;
  for (int y0 = 0; y0 < out.height; y0 += kTile) {
    for (int x0 = 0; x0 < out.width; x0 += kTile) {
      const int y1 = std::min(out.height, y0 + kTile), x1 = std::min(out.width, x0 + kTile);
      for (int y = y0; y < y1; ++y) {
        const uint8_t* from = image.pixels.data() + first + y * row_step + x0 * step;
        uint8_t* to = out.at(x0, y);
        for (int x = x0; x < x1; ++x, from += step, to += 3) {
          to[0] = from[0];
          to[1] = from[1];
          to[2] = from[2];
        }
      }
    }
  }
  return out;
}

}  // namespace loci
