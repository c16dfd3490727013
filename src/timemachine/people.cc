// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "models.h"

namespace loci::town {

Mesh person_model(int kind) {
  Mesh m;
  Rng rng(99, 0x70656f70ull + static_cast<uint64_t>(kind));
  const uint32_t top = m.add_part({.slot = Slot::kCloth1, .grain = Grain::kCloth});
  const uint32_t legs = m.add_part({.slot = Slot::kCloth2, .grain = Grain::kCloth});
  const uint32_t skin = m.add_part({.slot = Slot::kSkin});
  const uint32_t hair = m.add_part(
      {.seed = 3,
       .colour = kind % 3 == 0 ? Vec3{0.02f, 0.015f, 0.01f} : Vec3{0.12f, 0.07f, 0.04f}});
  const uint32_t shoe = m.add_part({.colour = {0.03f, 0.03f, 0.03f}});
  const auto real = [&](double low, double high) {
    return static_cast<float>(rng.uniform(low, high));
  };
  const float h = real(1.58, 1.86) / 1.75f;
  const float stride = kind % 4 == 0 ? 0.04f : real(0.18, 0.34);
  const bool coat = kind % 3 == 1;
  for (float y : {-1.0f, 1.0f}) {
    const Vec3 hip{0, y * 0.09f, 0.88f * h};
    const Vec3 knee{stride * 0.6f * y + 0.05f, y * 0.095f, 0.48f * h};
    const Vec3 foot{stride * y - 0.03f, y * 0.1f, 0.06f};
    m.tube(hip, knee, 0.085f, 0.065f, 8, legs);
    m.tube(knee, foot, 0.065f, 0.05f, 8, legs);
    m.box(foot + Vec3{0.06f, 0, -0.06f}, 0.13f, 0.045f, 0.09f, 0, shoe);
    const Vec3 shoulder{0, y * 0.19f, 1.40f * h};
    const Vec3 elbow{-stride * 0.5f * y - 0.02f, y * 0.24f, 1.12f * h};
    const Vec3 hand{-stride * 0.7f * y + 0.12f, y * 0.22f, 0.90f * h};
    m.tube(shoulder, elbow, 0.058f, 0.05f, 7, top);
    m.tube(elbow, hand, 0.048f, 0.04f, 7, top);
    m.ball(hand, {0.045f, 0.04f, 0.06f}, 6, skin);
  }
  m.ball({0, 0, 1.16f * h}, {0.135f, 0.19f, 0.34f}, 12, top);
  m.ball({0, 0, 1.38f * h}, {0.11f, 0.21f, 0.1f}, 10, top);
  if (coat) m.tube({0, 0, 0.62f * h}, {0, 0, 1.15f * h}, 0.2f, 0.15f, 10, top);
  m.tube({0, 0, 1.42f * h}, {0.01f, 0, 1.54f * h}, 0.055f, 0.05f, 7, skin);
  m.ball({0.02f, 0, 1.63f * h}, {0.095f, 0.075f, 0.12f}, 10, skin);
  m.ball({-0.012f, 0, 1.665f * h}, {0.095f, 0.083f, 0.105f}, 10, hair);
  if (kind % 4 == 2) m.box({-0.2f, 0, 1.05f * h}, 0.08f, 0.15f, 0.36f, 0, legs);
  if (kind % 5 == 3) m.box({0.1f, 0.28f, 0.6f * h}, 0.16f, 0.06f, 0.26f, 0, shoe);
  return m;
}

}  // namespace loci::town
