// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vec.h"

#include <functional>
#include <vector>

namespace loci::town {

struct Texel {
  Vec3 rgb;
  float mask = 0;
};

/// A square-pixel bitmap with its half-size copies, sampled bilinearly in the copy that fits the
/// footprint. RGB is stored with 8 bits for [0, 1], the mask likewise.
class Texture {
 public:
  Texture() = default;
  /// `paint(x, y)` gives the texel for x, y in [0, 1), y upwards. `extent_m` is the width of one
  /// repetition.
  Texture(int width,
          int height,
          float extent_x_m,
          float extent_y_m,
          bool repeat,
          const std::function<Texel(float x, float y)>& paint);

  /// Position in metres (repeating textures) or [0, 1] (decals); footprint in the same unit.
  Texel sample(float u, float v, float footprint) const;
  float extent_x_m() const { return extent_x_; }
  float aspect() const { return static_cast<float>(levels_[0].width) / levels_[0].height; }
  bool empty() const { return levels_.empty(); }
  /// Mean colour and mask of the whole.
  Texel mean() const;

 private:
  struct Level {
    int width = 0, height = 0;
    std::vector<uint8_t> rgba;
  };
  Texel fetch(const Level& level, float x, float y) const;
  void add_half_sizes();
  std::vector<Level> levels_;
  float extent_x_ = 1, extent_y_ = 1;
  bool repeat_ = true;
};

}  // namespace loci::town
