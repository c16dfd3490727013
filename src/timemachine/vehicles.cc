// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "models.h"

#include <array>

namespace loci::town {
namespace {

/// A side view as points (x along the car, z up) from the front bumper over the roof to the rear.
struct Shape {
  float half_length, half_width, height;
  float hood, windscreen, roof_front, roof_rear, rear_window, hood_h, tail_h;
};
constexpr std::array<Shape, kCarKinds> kShapes{{
    {2.15f, 0.88f, 1.46f, 2.0f, 1.15f, 0.45f, -0.85f, -1.65f, 0.88f, 0.95f},  // sedan
    {1.95f, 0.86f, 1.50f, 1.85f, 1.10f, 0.45f, -1.35f, -1.90f, 0.90f, 1.0f},  // hatchback
    {2.25f, 0.92f, 1.72f, 2.1f, 1.15f, 0.55f, -1.75f, -2.2f, 1.05f, 1.12f},   // suv
    {2.55f, 0.96f, 2.15f, 2.45f, 1.75f, 1.25f, -2.5f, -2.54f, 1.12f, 1.3f},   // van
    {2.2f, 0.88f, 1.45f, 2.05f, 1.1f, 0.4f, -1.7f, -2.15f, 0.86f, 1.0f},      // estate
    {1.75f, 0.82f, 1.52f, 1.68f, 1.05f, 0.5f, -1.25f, -1.70f, 0.92f, 1.0f},   // small car
    {3.1f, 1.05f, 2.75f, 3.05f, 2.75f, 2.5f, -3.05f, -3.09f, 1.3f, 1.4f},     // lorry
    {2.3f, 0.90f, 1.38f, 2.15f, 1.0f, 0.25f, -0.7f, -1.75f, 0.80f, 0.98f},    // coupe
}};

void wheel(Mesh& m, float x, float y, float r, uint32_t rubber, uint32_t rim) {
  const float s = y > 0 ? 1.0f : -1.0f;
  m.tube({x, y - s * 0.2f, r}, {x, y, r}, r, r, 12, rubber, false);
  for (int i = 0; i < 12; ++i) {
    const float t0 = 0.5236f * i, t1 = 0.5236f * (i + 1);
    const auto p = [&](float t, float q, float out) {
      return Vec3{x + q * std::cos(t), y + s * out, r + q * std::sin(t)};
    };
    m.quad(p(t0, r * 0.62f, 0.0f), p(t1, r * 0.62f, 0.0f), p(t1, r, 0.0f), p(t0, r, 0.0f), rubber);
    if (i % 2 == 0)
      m.triangle(p(t0, r * 0.62f, 0.005f), p(t1, r * 0.62f, 0.005f), {x, y + s * 0.01f, r}, rim);
    else
      m.triangle(p(t0, r * 0.62f, -0.03f), p(t1, r * 0.62f, -0.03f), {x, y - s * 0.03f, r}, rubber);
  }
}

}  // namespace

float car_half_length(int kind) { return kShapes[static_cast<size_t>(kind)].half_length; }

Mesh car_model(int kind) {
  Mesh m;
  const Shape& s = kShapes[static_cast<size_t>(kind)];
  const uint32_t paint = m.add_part({.material = Material::kGloss, .slot = Slot::kPaint});
  const uint32_t glass =
      m.add_part({.material = Material::kCarGlass, .colour = {0.03f, 0.035f, 0.04f}});
  const uint32_t black = m.add_part({.colour = {0.02f, 0.02f, 0.022f}});
  const uint32_t rim = m.add_part({.material = Material::kGloss, .colour = {0.35f, 0.36f, 0.38f}});
  const uint32_t white =
      m.add_part({.material = Material::kHeadlight, .colour = {0.8f, 0.8f, 0.78f}});
  const uint32_t red =
      m.add_part({.material = Material::kHeadlight, .seed = 1, .colour = {0.45f, 0.02f, 0.02f}});
  const uint32_t plate = m.add_part({.colour = {0.7f, 0.7f, 0.62f}});
  const float w = s.half_width, sill = 0.24f;
  const float belt_f = s.hood_h, belt_r = s.tail_h, in = w - 0.17f;
  const float hl = s.half_length;
  const auto strip = [&](Vec2 a, Vec2 b, float wa, float wb, uint32_t part) {
    m.quad({a.x, -wa, a.y}, {a.x, wa, a.y}, {b.x, wb, b.y}, {b.x, -wb, b.y}, part);
  };
  // Body from nose to tail over the top.
  strip({hl, sill}, {hl, 0.62f}, w - 0.06f, w - 0.04f, black);
  strip({hl, 0.55f}, {s.hood, belt_f - 0.08f}, w - 0.04f, w - 0.05f, paint);
  strip({s.hood, belt_f - 0.08f}, {s.windscreen, belt_f + 0.04f}, w - 0.05f, w - 0.05f, paint);
  strip({s.windscreen, belt_f + 0.04f}, {s.roof_front, s.height - 0.03f}, w - 0.08f, in, glass);
  strip({s.roof_front, s.height - 0.03f},
        {(s.roof_front + s.roof_rear) * 0.5f, s.height},
        in,
        in,
        paint);
  strip({(s.roof_front + s.roof_rear) * 0.5f, s.height},
        {s.roof_rear, s.height - 0.05f},
        in,
        in,
        paint);
  strip({s.roof_rear, s.height - 0.05f},
        {s.rear_window, belt_r + 0.03f},
        in,
        w - 0.08f,
        kind == 3 || kind == 6 ? paint : glass);
  strip({s.rear_window, belt_r + 0.03f}, {-hl, belt_r - 0.08f}, w - 0.06f, w - 0.05f, paint);
  strip({-hl, belt_r - 0.08f}, {-hl, 0.45f}, w - 0.05f, w - 0.04f, paint);
  strip({-hl, 0.5f}, {-hl + 0.05f, sill}, w - 0.03f, w - 0.06f, black);
  for (float y : {-1.0f, 1.0f}) {
    const auto side = [&](Vec2 a, Vec2 b, Vec2 c, Vec2 d, float low, float high, uint32_t part) {
      m.quad({a.x, y * low, a.y},
             {b.x, y * low, b.y},
             {c.x, y * high, c.y},
             {d.x, y * high, d.y},
             part);
    };
    side({-hl, 0.3f}, {hl, 0.3f}, {hl, 0.55f}, {-hl, 0.55f}, w - 0.02f, w, paint);
    side({-hl, 0.55f},
         {hl, 0.55f},
         {s.windscreen, belt_f + 0.04f},
         {s.rear_window, belt_r + 0.03f},
         w,
         w - 0.06f,
         paint);
    side({hl, 0.55f},
         {s.hood, belt_f - 0.08f},
         {s.windscreen, belt_f + 0.04f},
         {s.windscreen, belt_f + 0.04f},
         w,
         w - 0.05f,
         paint);
    side({-hl, 0.55f},
         {-hl, 0.56f},
         {s.rear_window, belt_r + 0.03f},
         {-hl, belt_r - 0.08f},
         w,
         w - 0.05f,
         paint);
    // The cabin: paint behind, glass pieces in front of it.
    side({s.rear_window, belt_r + 0.03f},
         {s.windscreen, belt_f + 0.04f},
         {s.roof_front, s.height - 0.03f},
         {s.roof_rear, s.height - 0.05f},
         w - 0.07f,
         in,
         paint);
    const auto on = [&](float t, float v) {
      const Vec2 low =
          mix(Vec2{s.rear_window, belt_r + 0.03f}, Vec2{s.windscreen, belt_f + 0.04f}, t);
      const Vec2 high =
          mix(Vec2{s.roof_rear, s.height - 0.05f}, Vec2{s.roof_front, s.height - 0.03f}, t);
      const Vec2 p = mix(low, high, v);
      return Vec3{p.x, y * (mix(w - 0.07f, in, v) + 0.006f), p.y};
    };
    const bool closed = kind == 3 || kind == 6;
    for (int i = closed ? 3 : 0; i < 4; ++i) {
      const float t0 = 0.07f + 0.225f * i, t1 = t0 + (closed ? 0.16f : 0.205f);
      if (i % 2 == 1 || closed || i == 0 || i == 2)
        m.quad(on(t0, 0.08f), on(t1, 0.08f), on(t1, 0.86f), on(t0, 0.86f), glass);
    }
    const float r = 0.31f + 0.04f * (s.height - 1.4f);
    wheel(m, hl * 0.62f, y * (w + 0.005f), r, black, rim);
    wheel(m, -hl * 0.62f, y * (w + 0.005f), r, black, rim);
    for (float door : {0.42f, 0.02f, -0.36f}) {
      m.quad({door * hl, y * (w + 0.003f), 0.36f},
             {door * hl + 0.015f, y * (w + 0.003f), 0.36f},
             {door * hl + 0.015f, y * (w - 0.04f), belt_f},
             {door * hl, y * (w - 0.04f), belt_f},
             black);
    }
    m.quad({hl + 0.01f, y * (w - 0.1f), 0.58f},
           {hl + 0.01f, y * (w - 0.42f), 0.58f},
           {s.hood + 0.03f, y * (w - 0.42f), belt_f - 0.14f},
           {s.hood + 0.03f, y * (w - 0.1f), belt_f - 0.14f},
           white);
    m.quad({-hl - 0.01f, y * (w - 0.08f), 0.62f},
           {-hl - 0.01f, y * (w - 0.34f), 0.62f},
           {-hl - 0.01f, y * (w - 0.34f), belt_r - 0.12f},
           {-hl - 0.01f, y * (w - 0.08f), belt_r - 0.12f},
           red);
    m.box({s.windscreen - 0.1f, y * (w + 0.06f), belt_f + 0.02f}, 0.06f, 0.09f, 0.13f, 0, paint);
  }
  m.quad({hl + 0.015f, -0.26f, 0.4f},
         {hl + 0.015f, 0.26f, 0.4f},
         {hl + 0.015f, 0.26f, 0.52f},
         {hl + 0.015f, -0.26f, 0.52f},
         plate);
  m.quad({-hl - 0.015f, -0.26f, 0.62f},
         {-hl - 0.015f, 0.26f, 0.62f},
         {-hl - 0.015f, 0.26f, 0.74f},
         {-hl - 0.015f, -0.26f, 0.74f},
         plate);
  m.quad({-hl, -w, 0.25f}, {hl, -w, 0.25f}, {hl, w, 0.25f}, {-hl, w, 0.25f}, black);
  return m;
}

}  // namespace loci::town
