// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#ifdef LOCI_HAVE_EMBREE
#include "frame.h"

namespace loci::town {
namespace {

constexpr float kPi = 3.14159265f;

/// 0 bare, 1 sparse, 2 full, with some days of difference between trees.
Foliage foliage_of(const Visit& v, uint32_t seed) {
  const float day = static_cast<float>(v.day_of_year()) + 24 * (hash01(seed, 3) - 0.5f);
  if (day < 98 || day > 322) return Foliage::kBare;
  if (day < 122 || day > 302) return Foliage::kSparse;
  return Foliage::kFull;
}

float people_per_12_m(const Visit& v) {
  const float busy =
      v.hour > 8 && v.hour < 20 ? 0.45f : (v.hour > 20 && v.hour < 23 ? 0.2f : 0.06f);
  return v.weather == Weather::kRain || v.weather == Weather::kSnowfall ? busy * 0.5f : busy;
}

}  // namespace

void Town::add_trees(Frame& frame, const Block& block) {
  for (const Object& o : block.objects) {
    if (o.kind != Thing::kTree) continue;
    const int kind = static_cast<int>(o.seed % kTreeKinds);
    const auto foliage = static_cast<size_t>(foliage_of(frame.visit, o.seed));
    Placed p;
    p.model = &trees_[static_cast<size_t>(kind) * static_cast<size_t>(Foliage::kCount) + foliage];
    p.position = lift(o.position, 0.12f);
    p.angle = 6.28f * hash01(o.seed, 1);
    // Trees grow over the years.
    p.scale = (0.72f + 0.5f * hash01(o.seed, 2)) *
              (1 + 0.012f * static_cast<float>(frame.visit.year - 2015));
    p.seed = o.seed;
    place(frame, p);
  }
}

void Town::add_lamps(Frame& frame, const Block& block, Vec2 eye) {
  const int district = plan_.streets[static_cast<size_t>(block.street[0])].district;
  for (const Object& o : block.objects) {
    if (o.kind != Thing::kLamp || length(o.position - eye) > 55) continue;
    const Vec3 colours[] = {{1.0f, 0.62f, 0.28f}, {1.0f, 0.74f, 0.44f}, {0.95f, 0.88f, 0.72f}};
    frame.lights.push_back(
        {lamp_light(o, district), colours[district % 3] * (7.5f * frame.sky.night)});
  }
}

void Town::add_traffic(Frame& frame, const Street& s, Vec2 eye) {
  const Vec2 way = normalise(s.b - s.a), left{-way.y, way.x};
  const float len = length(s.b - s.a), half = s.half_width - s.pavement, gap = s.half_width + 5;
  const float heading = std::atan2(way.y, way.x);
  Rng rng(frame.visit.seed, 0x74726166ull + s.seed);
  const auto put = [&](float at, float across, float angle, bool lights) {
    const Vec2 p = s.a + way * at + left * across;
    Placed car;
    car.seed = static_cast<uint32_t>(rng.next());
    const int kind = static_cast<int>(car.seed % kCarKinds);
    const int chosen = kind == 6 && car.seed % 5 != 0 ? 0 : kind;
    car.model = &cars_[static_cast<size_t>(chosen)];
    car.position = lift(p, 0);
    car.angle = angle;
    car.lights = lights;
    car.colour[0] = car_colour(car.seed);
    if (length(p - eye) < car_half_length(chosen) + 1.4f) return;
    place(frame, car);
  };
  const double fill = 0.25 + 0.6 * hash01(s.seed, 12);
  for (float side : {-1.0f, 1.0f}) {
    if (s.parked_cars && (half > 3.2f || side < 0)) {
      for (float at = gap + 3; at < len - gap - 3; at += 5.8f) {
        const double shift = rng.uniform(-0.3, 0.3);
        if (!rng.chance(fill)) continue;
        const float angle = (rng.chance(0.8) ? (side < 0 ? 0 : kPi) : (side < 0 ? kPi : 0)) +
                            static_cast<float>(rng.uniform(-0.03, 0.03));
        put(at + static_cast<float>(shift), side * (half - 1.1f), heading + angle, false);
      }
    }
    if (half < 2.5f) continue;
    for (float at = static_cast<float>(rng.uniform(5, 40)); at < len - 4;
         at += static_cast<float>(rng.uniform(14, 70))) {
      if (rng.chance(0.5))
        put(at, side * half * 0.32f, heading + (side < 0 ? 0 : kPi), frame.sky.night > 0.4f);
    }
  }
}

void Town::add_people(Frame& frame, const Street& s, Vec2 eye) {
  const Vec2 way = normalise(s.b - s.a), left{-way.y, way.x};
  const float len = length(s.b - s.a), heading = std::atan2(way.y, way.x);
  Rng rng(frame.visit.seed, 0x70656f70ull + s.seed);
  const double busy = people_per_12_m(frame.visit);
  for (float side : {-1.0f, 1.0f}) {
    for (float at = s.half_width; at < len - s.half_width; at += 12) {
      if (!rng.chance(busy)) continue;
      const int group = rng.chance(0.25) ? 2 : 1;
      const float where = at + static_cast<float>(rng.uniform(0, 12)),
                  turn = rng.chance(0.5) ? 0 : kPi;
      const float across = static_cast<float>(rng.uniform(0.4, s.pavement - 0.7));
      for (int g = 0; g < group; ++g) {
        Placed p;
        p.seed = static_cast<uint32_t>(rng.next());
        const Vec2 at2 = s.a + way * where +
                         left * (side * (s.half_width - across - 0.6f * static_cast<float>(g)));
        p.model = &people_[p.seed % kPersonKinds];
        p.position = lift(at2, 0.13f);
        p.angle = heading + turn + static_cast<float>(rng.uniform(-0.3, 0.3));
        p.colour = {Vec3{}, cloth_colour(p.seed), cloth_colour(p.seed + 1), skin_colour(p.seed)};
        if (length(at2 - eye) > 2.2f) place(frame, p);
      }
    }
  }
}

}  // namespace loci::town
#endif  // LOCI_HAVE_EMBREE
