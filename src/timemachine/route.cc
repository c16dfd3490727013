// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "route.h"

#include "loci/base/rng.h"

#include <algorithm>
#include <cmath>

namespace loci::town {
namespace {

constexpr float kRounding = 6;  // metres before and after a crossing on which the car turns
constexpr float kLane = 1.8f;   // metres right of the middle line

/// A street driven from `from` to `to`.
struct Leg {
  size_t street;
  Vec2 from, to;
};

bool same(Vec2 a, Vec2 b) { return length(a - b) < 0.01f; }

std::vector<Leg> legs_from(const TownPlan& plan, Vec2 node) {
  std::vector<Leg> legs;
  for (size_t i = 0; i < plan.streets.size(); ++i) {
    const Street& s = plan.streets[i];
    if (!s.inner) continue;
    if (same(s.a, node)) legs.push_back({i, s.a, s.b});
    if (same(s.b, node)) legs.push_back({i, s.b, s.a});
  }
  return legs;
}

Vec2 point_at(const std::vector<Vec2>& nodes, const std::vector<float>& distance, float at) {
  const auto next = std::ranges::upper_bound(distance, at);
  const auto i =
      static_cast<size_t>(std::clamp<int64_t>(next - distance.begin(), 1, std::ssize(nodes) - 1));
  const float share = (at - distance[i - 1]) / (distance[i] - distance[i - 1]);
  return nodes[i - 1] + (nodes[i] - nodes[i - 1]) * std::clamp(share, 0.0f, 1.0f);
}

}  // namespace

std::vector<Waypoint> random_route(const TownPlan& plan, double length_m, double step_m) {
  Rng rng(plan.seed, "route");
  std::vector<Leg> choice;
  for (size_t i = 0; i < plan.streets.size(); ++i) {
    if (plan.streets[i].inner) choice.push_back({i, plan.streets[i].a, plan.streets[i].b});
  }
  if (choice.empty()) return {};
  std::vector<Vec2> nodes;
  std::vector<float> distance{0};
  Leg leg = choice[rng.below(choice.size())];
  nodes.push_back(leg.from);
  const auto want = static_cast<float>(length_m + step_m) + 2 * kRounding;
  while (distance.back() < want) {
    nodes.push_back(leg.to);
    distance.push_back(distance.back() + length(leg.to - leg.from));
    std::vector<Leg> onward = legs_from(plan, leg.to);
    if (onward.size() > 1) {
      std::erase_if(onward, [&](const Leg& each) { return each.street == leg.street; });
    }
    leg = onward[rng.below(onward.size())];
  }
  std::vector<Waypoint> route;
  const auto count = static_cast<int64_t>(length_m / step_m);
  for (int64_t i = 0; i < count; ++i) {
    const float at = kRounding + static_cast<float>(static_cast<double>(i) * step_m);
    Vec2 middle{}, before = point_at(nodes, distance, at - kRounding);
    const Vec2 after = point_at(nodes, distance, at + kRounding);
    constexpr int kSamples = 12;
    for (int s = 0; s <= kSamples; ++s) {
      const float offset = kRounding * (2 * static_cast<float>(s) / kSamples - 1);
      middle = middle + point_at(nodes, distance, at + offset) * (1.0f / (kSamples + 1));
    }
    // A U-turn at a dead end has no direction in its middle; the way onward is taken.
    Vec2 ahead = after - before;
    if (length(ahead) < 0.5f) ahead = after - point_at(nodes, distance, at);
    if (length(ahead) < 0.01f) ahead = {1, 0};
    ahead = normalise(ahead);
    const Vec2 right{ahead.y, -ahead.x};
    route.push_back({middle + right * kLane, ahead});
  }
  return route;
}

}  // namespace loci::town
