// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include "loci/base/rng.h"

namespace loci::town {
namespace {

constexpr float kPi = 3.14159265f;

/// Along the kerb of one side of a block: lamps and trees in step, everything else where chance
/// puts it.
void furnish_side(const TownPlan& plan, Block& block, int side, Rng& rng) {
  const Street& street = plan.streets[block.street[side]];
  const Vec2 c = block.corner[side], d = block.corner[(side + 1) % 4];
  const Vec2 way = normalise(d - c);
  const Vec2 outward{way.y, -way.x};
  const float len = length(d - c);
  const float kerb = street.pavement - 0.45f;
  const float front = std::atan2(outward.y, outward.x);
  const auto add = [&](Thing kind, float at, float out, float turn = 0) {
    block.objects.push_back(
        {kind, c + way * at + outward * out, front + turn, static_cast<uint32_t>(rng.next())});
  };
  const auto lamp_step = static_cast<float>(rng.uniform(19, 26));
  for (float at = static_cast<float>(rng.uniform(2, 9)); at < len; at += lamp_step)
    add(Thing::kLamp, at, kerb);
  if (street.has_trees) {
    const auto step = static_cast<float>(rng.uniform(9, 14));
    for (float at = 5; at < len - 3; at += step * static_cast<float>(rng.uniform(0.9, 1.2))) {
      if (rng.chance(0.85)) add(Thing::kTree, at, kerb - 0.3f);
    }
  }
  add(Thing::kSign, 0.6f, kerb);
  for (float at = 3; at < len - 3; at += static_cast<float>(rng.uniform(4, 11))) {
    const double dice = rng.uniform();
    if (dice < 0.16)
      add(Thing::kBollard, at, kerb);
    else if (dice < 0.28)
      add(Thing::kBin, at, kerb);
    else if (dice < 0.38 && street.pavement > 2.2f)
      add(Thing::kBench, at, kerb - 0.2f, rng.chance(0.5) ? kPi : 0);
    else if (dice < 0.50)
      add(Thing::kSign, at, kerb);
    else if (dice < 0.56)
      add(Thing::kHydrant, at, kerb);
    else if (dice < 0.64)
      add(Thing::kPlanter, at, street.pavement > 2.2f ? kerb - 0.2f : 0.45f);
    else if (dice < 0.70)
      add(Thing::kCabinet, at, 0.35f);
    else if (dice < 0.74)
      add(Thing::kPostBox, at, kerb);
    else if (dice < 0.80)
      add(Thing::kBikes, at, kerb - 0.4f);
    else if (dice < 0.83 && street.pavement > 2.2f)
      add(Thing::kBusStop, at, kerb - 0.3f);
    else if (dice < 0.86 && street.pavement > 3)
      add(Thing::kColumn, at, kerb - 0.6f);
  }
}

void plant_park(Block& block, Rng& rng) {
  const Vec2 middle =
      (block.corner[0] + block.corner[1] + block.corner[2] + block.corner[3]) * 0.25f;
  block.objects.push_back({Thing::kStatue,
                           middle,
                           static_cast<float>(rng.uniform(0, 6.28)),
                           static_cast<uint32_t>(rng.next())});
  for (int i = 0; i < 34; ++i) {
    const auto s = static_cast<float>(rng.uniform(0.04, 0.96)),
               t = static_cast<float>(rng.uniform(0.04, 0.96));
    const Vec2 p =
        mix(mix(block.corner[0], block.corner[1], s), mix(block.corner[3], block.corner[2], s), t);
    if (length(p - middle) < 7) continue;
    const Thing kind = i < 26 ? Thing::kTree : Thing::kBench;
    block.objects.push_back(
        {kind, p, static_cast<float>(rng.uniform(0, 6.28)), static_cast<uint32_t>(rng.next())});
  }
}

}  // namespace

void furnish(TownPlan& plan) {
  for (size_t i = 0; i < plan.blocks.size(); ++i) {
    Rng rng(plan.seed, 0x6675726e69000000ull + i);
    for (int side = 0; side < 4; ++side) furnish_side(plan, plan.blocks[i], side, rng);
    if (plan.blocks[i].park) plant_park(plan.blocks[i], rng);
  }
}

}  // namespace loci::town
