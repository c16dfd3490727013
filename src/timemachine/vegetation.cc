// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "models.h"

namespace loci::town {
namespace {

float real(Rng& rng, double low, double high) { return static_cast<float>(rng.uniform(low, high)); }

Vec3 any_direction(Rng& rng) {
  const float z = real(rng, -1, 1), t = real(rng, 0, 6.2831853), r = std::sqrt(1 - z * z);
  return {r * std::cos(t), r * std::sin(t), z};
}

struct Tree {
  Mesh& m;
  Rng& rng;
  uint32_t bark;
  std::vector<Vec3> tips;

  void branch(Vec3 from, Vec3 way, float len, float radius, int depth) {
    const Vec3 to = from + way * len;
    m.tube(from, to, radius, radius * 0.68f, depth > 2 ? 7 : (depth > 0 ? 4 : 3), bark);
    if (depth <= 1) tips.push_back(to);
    if (depth == 0) return;
    const int n = depth >= 3 ? 4 : 3;
    for (int i = 0; i < n; ++i) {
      Vec3 next = normalise(way * 0.9f + any_direction(rng) * 0.75f + Vec3{0, 0, 0.18f});
      branch(to, next, len * real(rng, 0.62, 0.82), radius * 0.6f, depth - 1);
    }
  }
};

}  // namespace

Mesh tree_model(int kind, Foliage foliage) {
  Mesh m;
  Rng rng(77, 0x74726565ull + static_cast<uint64_t>(kind));
  const uint32_t bark = m.add_part({.grain = Grain::kBark, .colour = {0.13f, 0.10f, 0.075f}});
  std::vector<uint32_t> leaves;
  for (uint32_t i = 0; i < 5; ++i) {
    leaves.push_back(
        m.add_part({.material = Material::kFoliage, .seed = i, .colour = {0.10f, 0.19f, 0.045f}}));
  }
  Tree tree{m, rng, bark, {}};
  const float trunk = real(rng, 2.2, 3.2);
  tree.branch({0, 0, -0.1f},
              normalise(Vec3{real(rng, -0.06, 0.06), real(rng, -0.06, 0.06), 1}),
              trunk,
              real(rng, 0.13, 0.2),
              4);
  if (foliage == Foliage::kBare) return m;
  const int per_tip = foliage == Foliage::kFull ? 44 : 13;
  const float size = kind % 2 == 0 ? 0.105f : 0.14f;
  for (Vec3 tip : tree.tips) {
    for (int i = 0; i < per_tip; ++i) {
      const Vec3 c =
          tip + any_direction(rng) * (0.75f * static_cast<float>(std::cbrt(rng.uniform())));
      const Vec3 x = any_direction(rng);
      const Vec3 y = normalise(cross(x, any_direction(rng)));
      const float s = size * real(rng, 0.6, 1.3);
      const uint32_t part = leaves[rng.below(leaves.size())];
      m.quad(c - x * s, c - y * (s * 0.6f), c + x * s, c + y * (s * 0.6f), part);
    }
  }
  return m;
}

}  // namespace loci::town
