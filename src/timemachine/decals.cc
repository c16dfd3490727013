// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "decals.h"

#include "noise.h"

namespace loci::town {
namespace {

Texel ink(Vec3 colour) { return {colour, 1}; }

Texture poster(uint32_t seed) {
  Strokes words(96, 144);
  Typeface face{0.9f + 0.5f * hash01(seed, 1), 0, 0.7f + 0.6f * hash01(seed, 2), false};
  static const char* const kWords[] = {
      "JAZZ", "EXPO", "CIRCUS", "OPERA", "SALE", "VOTE", "ROCK", "FILM", "DANCE", "FEST"};
  words.text(kWords[hash3(seed, 3) % 10], {6, 110}, 20, face);
  words.text(
      std::to_string(1 + hash3(seed, 4) % 30) + "." + std::to_string(1 + hash3(seed, 5) % 12),
      {8, 10},
      12,
      {0.9f, 0, 1, false});
  for (int i = 0; i < 4; ++i)
    words.line({8, 34.0f + 5 * i}, {40 + 48 * hash01(seed, 6, i), 34.0f + 5 * i}, 1.6f);
  const Vec3 ground = cloth_colour(seed * 7 + 1), figure = cloth_colour(seed * 7 + 2),
             text = luminance(ground) < 0.25f ? Vec3{0.9f, 0.88f, 0.8f} : Vec3{0.03f, 0.03f, 0.05f};
  const float cx = 0.3f + 0.4f * hash01(seed, 8), cy = 0.5f, r = 0.12f + 0.2f * hash01(seed, 9);
  const uint32_t shape = hash3(seed, 10) % 4;
  return Texture(96, 144, 1, 1, false, [&](float x, float y) {
    Vec3 c = mix(ground, ground * 0.6f, y);
    const float dx = (x - cx), dy = (y - cy) * 1.5f;
    bool in = false;
    if (shape == 0) in = dx * dx + dy * dy < r * r;
    if (shape == 1) in = std::fabs(dx) + std::fabs(dy) < r * 1.3f;
    if (shape == 2) in = std::sin(dx * 22 + dy * 9) > 0.2f && std::fabs(dy) < 0.3f;
    if (shape == 3) in = fractal_noise(x, y, 3, 3, seed) > 0.55f && y > 0.3f && y < 0.72f;
    if (in) c = figure;
    const float w = words.at(static_cast<int>(x * 96), static_cast<int>(y * 144));
    c = mix(c, text, w);
    if (x < 0.03f || x > 0.97f || y < 0.02f || y > 0.98f) c = {0.7f, 0.69f, 0.66f};
    return ink(c * (0.85f + 0.2f * fractal_noise(x, y, 12, 3, seed + 1)));
  });
}

Texture mural(uint32_t seed) {
  return Texture(256, 160, 1, 1, false, [seed](float x, float y) {
    const float warp = fractal_noise(x, y, 3, 3, seed) * 3;
    const auto band =
        static_cast<uint32_t>(std::floor((fractal_noise(x, y, 2, 2, seed + 9) * 6 + warp)));
    Vec3 c = car_colour(hash3(seed, band, 3)) * 0.4f + cloth_colour(hash3(seed, band)) * 0.8f;
    const float cx = x - 0.5f, cy = (y - 0.5f) * 0.65f;
    const float ring = std::sqrt(cx * cx + cy * cy) * (14 + 8 * hash01(seed, 5));
    if (hash3(seed, 6) % 2 == 0 && static_cast<int>(ring) % 2 == 0 && ring < 6)
      c = c * 0.35f + Vec3{0.3f, 0.22f, 0.05f};
    return ink(c * (0.75f + 0.35f * fractal_noise(x, y, 24, 4, seed + 2)));
  });
}

Texture graffiti(uint32_t seed) {
  Strokes s(192, 112);
  const Vec3 colour = cloth_colour(seed) * 0.6f + car_colour(seed + 1) * 0.5f;
  std::string word;
  for (uint32_t i = 0; i < 3 + hash3(seed, 1) % 3; ++i)
    word += static_cast<char>('A' + hash3(seed, 2, i) % 26);
  s.text(word,
         {12, 20 + 20 * hash01(seed, 4)},
         56 + 16 * hash01(seed, 5),
         {1.0f + hash01(seed, 3), 0.25f, 0.75f, false});
  Vec2 p{10 + 40 * hash01(seed, 6), 12};
  for (uint32_t i = 0; i < 7; ++i) {
    const Vec2 q{190 * hash01(seed, 7, i), 8 + 26 * hash01(seed, 8, i)};
    s.line(p, q, 2.5f);
    p = q;
  }
  return Texture(192, 112, 1, 1, false, [&](float x, float y) {
    return Texel{colour, s.at(static_cast<int>(x * 192), static_cast<int>(y * 112))};
  });
}

Texture road_sign(uint32_t seed) {
  const uint32_t kind = seed % 8;
  Strokes s(96, 96);
  if (kind == 0) s.text("P", {34, 24}, 48, {1.2f, 0, 1, false});
  if (kind == 1) s.text(seed % 16 < 8 ? "30" : "50", {20, 30}, 36, {1.1f, 0, 1, false});
  if (kind == 5) s.text("STOP", {15, 37}, 22, {1.1f, 0, 0.8f, false});
  if (kind == 6) s.text("BUS", {18, 36}, 26, {1.1f, 0, 1, false});
  if (kind == 7) {
    s.line({20, 48}, {72, 48}, 10);
    s.line({72, 48}, {52, 66}, 9);
    s.line({72, 48}, {52, 30}, 9);
  }
  const Vec3 white{0.75f, 0.75f, 0.74f}, red{0.5f, 0.02f, 0.02f}, blue{0.02f, 0.10f, 0.42f},
      yellow{0.6f, 0.42f, 0.03f}, black{0.02f, 0.02f, 0.02f};
  return Texture(96, 96, 1, 1, false, [&](float x, float y) {
    const float t = s.at(static_cast<int>(x * 96), static_cast<int>(y * 96));
    const float dx = x - 0.5f, dy = y - 0.5f, r = std::sqrt(dx * dx + dy * dy);
    const auto circle = [&](Vec3 rim, Vec3 face) {
      return r > 0.5f ? Texel{{}, 0} : ink(mix(r > 0.39f ? rim : face, black, t));
    };
    switch (kind) {
      case 0:
      case 6:
      case 7:
        return ink(mix(kind == 6 ? yellow : blue, kind == 6 ? black : white, t));
      case 1:
        return circle(red, white);
      case 2:
        return r > 0.5f ? Texel{{}, 0}
                        : ink(std::fabs(dy) < 0.09f && std::fabs(dx) < 0.34f ? white : red);
      case 3: {
        const float inside = (1 - y) * 0.5f - std::fabs(dx);
        return inside < 0 ? Texel{{}, 0} : ink(inside < 0.08f || y < 0.1f ? red : white);
      }
      case 4:
        return std::fabs(dx) + std::fabs(dy) > 0.5f
                   ? Texel{{}, 0}
                   : ink(std::fabs(dx) + std::fabs(dy) > 0.36f ? white : yellow);
      default:
        return r > 0.5f ? Texel{{}, 0} : ink(mix(red, white, t));
    }
  });
}

Texture number_plate(uint32_t n) {
  Strokes s(72, 44);
  const std::string text = std::to_string(1 + n);
  s.text(text, {text.size() == 1 ? 28.0f : 16.0f, 10}, 24, {1.0f, 0, 1, false});
  const bool blue = n % 3 != 0;
  return Texture(72, 44, 1, 1, false, [&](float x, float y) {
    const float t = s.at(static_cast<int>(x * 72), static_cast<int>(y * 44));
    return ink(mix(blue ? Vec3{0.02f, 0.06f, 0.28f} : Vec3{0.7f, 0.68f, 0.6f},
                   blue ? Vec3{0.8f, 0.8f, 0.78f} : Vec3{0.02f, 0.02f, 0.02f},
                   t));
  });
}

std::vector<Texture> draw_all(int count, Texture (*draw)(uint32_t)) {
  std::vector<Texture> all;
  for (int i = 0; i < count; ++i) all.push_back(draw(static_cast<uint32_t>(i)));
  return all;
}

}  // namespace

Decals::Decals(const TownPlan& plan, int first_year, int last_year) {
  for (const Building& b : plan.buildings) {
    if (!b.shop) continue;
    const uint32_t from = look_of(b, static_cast<float>(first_year)).shop,
                   to = look_of(b, static_cast<float>(last_year + 1)).shop;
    for (uint32_t tenant = from; tenant <= to; ++tenant) {
      const uint32_t s = hash3(b.seed, tenant, 71);
      const Typeface face{0.55f + 0.7f * hash01(s, 1),
                          hash01(s, 2) < 0.25f ? 0.22f : 0.0f,
                          0.75f + 0.6f * hash01(s, 3),
                          hash01(s, 4) < 0.3f};
      signs_.emplace(std::pair{b.id, tenant}, draw_text(shop_name(b, tenant), face));
    }
  }
}

const Texture* Decals::shop_sign(uint32_t building, uint32_t tenant) const {
  const auto found = signs_.find({building, tenant});
  return found == signs_.end() ? nullptr : &found->second;
}

const Texture& Decals::picture(DecalKind kind, uint32_t seed) const {
  static const std::vector<Texture> posters = draw_all(40, poster), murals = draw_all(14, mural),
                                    scrawls = draw_all(24, graffiti),
                                    signs = draw_all(16, road_sign),
                                    numbers = draw_all(60, number_plate);
  const auto& set = kind == DecalKind::kPoster     ? posters
                    : kind == DecalKind::kMural    ? murals
                    : kind == DecalKind::kGraffiti ? scrawls
                    : kind == DecalKind::kRoadSign ? signs
                                                   : numbers;
  return set[seed % set.size()];
}

}  // namespace loci::town
