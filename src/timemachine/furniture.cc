// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "building.h"
#include "look.h"
#include "models.h"

namespace loci::town {
namespace {

constexpr float kKerb = 0.13f;

struct Spot {
  Vec3 at;
  Vec3 ahead, left;
  float angle;
  Vec3 p(float x, float y, float z) const { return at + ahead * x + left * y + Vec3{0, 0, z}; }
};

uint32_t iron(Mesh& m, uint32_t seed) {
  static const uint32_t kColours[] = {0x1e2a24, 0x26282c, 0x3a3c40, 0x6a6e70, 0x23344a};
  return m.add_part({.material = Material::kGloss, .colour = rgb(kColours[hash3(seed, 3) % 5])});
}

float lamp_height(int district) { return district == 0 ? 6.2f : (district == 1 ? 4.0f : 5.2f); }

void lamp(Mesh& m, const Spot& s, int district, uint32_t seed) {
  const uint32_t pole = iron(m, seed);
  const uint32_t glow =
      m.add_part({.material = Material::kLamp, .seed = 7, .colour = {0.9f, 0.86f, 0.75f}});
  const float h = lamp_height(district);
  m.tube(s.p(0, 0, 0), s.p(0, 0, 0.9f), 0.11f, 0.09f, 8, pole);
  m.tube(s.p(0, 0, 0.9f), s.p(0, 0, h - 0.5f), 0.06f, 0.045f, 8, pole);
  if (district == 0) {
    m.tube(s.p(0, 0, h - 0.5f), s.p(1.2f, 0, h), 0.045f, 0.04f, 6, pole);
    m.box(s.p(1.4f, 0, h - 0.05f), 0.35f, 0.13f, 0.12f, s.angle, pole);
    m.box(s.p(1.4f, 0, h - 0.09f), 0.28f, 0.1f, 0.05f, s.angle, glow);
  } else if (district == 1) {
    m.tube(s.p(0, 0, h - 0.5f), s.p(0, 0, h), 0.12f, 0.22f, 6, glow);
    m.tube(s.p(0, 0, h), s.p(0, 0, h + 0.25f), 0.26f, 0.03f, 6, pole);
    m.box(s.p(0, 0, h - 0.62f), 0.3f, 0.02f, 0.05f, s.angle, pole);
  } else {
    m.ball(s.p(0, 0, h - 0.28f), {0.25f, 0.25f, 0.25f}, 10, glow);
  }
}

void bench(Mesh& m, const Spot& s, uint32_t seed) {
  const uint32_t wood = m.add_part({.grain = Grain::kBoards, .colour = {0.22f, 0.13f, 0.07f}});
  const uint32_t legs = iron(m, seed);
  for (int i = 0; i < 4; ++i)
    m.box(s.p(-0.2f + 0.13f * i, 0, 0.42f), 0.05f, 0.85f, 0.04f, s.angle, wood);
  for (int i = 0; i < 3; ++i)
    m.box(s.p(-0.28f - 0.03f * i, 0, 0.55f + 0.14f * i), 0.02f, 0.85f, 0.1f, s.angle, wood);
  for (float y : {-0.7f, 0.7f}) m.box(s.p(-0.03f, y, 0), 0.24f, 0.03f, 0.43f, s.angle, legs);
}

void road_sign(Mesh& m, const Spot& s, uint32_t seed) {
  const uint32_t pole = m.add_part({.colour = {0.4f, 0.41f, 0.42f}});
  const uint32_t sign = m.add_part({.material = Material::kPicture,
                                    .decal_kind = static_cast<uint8_t>(DecalKind::kRoadSign),
                                    .seed = seed});
  const uint32_t back = m.add_part({.colour = {0.3f, 0.3f, 0.31f}});
  m.tube(s.p(0, 0, 0), s.p(0, 0, 2.9f), 0.03f, 0.03f, 6, pole);
  // Faces along the street, one way.
  const float turn = hash3(seed, 8) % 2 != 0 ? 1.0f : -1.0f;
  const auto plate = [&](float z, float half, uint32_t front) {
    const Vec3 o = s.p(0, turn * 0.04f, z), x = s.ahead * (half * turn), up{0, 0, half};
    m.quad(o + x - up, o - x - up, o - x + up, o + x + up, front);
    const Vec3 shift = s.left * (turn * -0.015f);
    m.quad(o - x - up + shift, o + x - up + shift, o + x + up + shift, o - x + up + shift, back);
  };
  plate(2.5f, 0.34f, sign);
  if (seed % 3 == 0)
    plate(1.82f,
          0.26f,
          m.add_part({.material = Material::kPicture,
                      .decal_kind = static_cast<uint8_t>(DecalKind::kRoadSign),
                      .seed = seed + 1}));
}

void bus_stop(Mesh& m, const Spot& s, uint32_t seed) {
  const uint32_t frame = iron(m, seed);
  const uint32_t glass = m.add_part(
      {.material = Material::kCarGlass, .seed = kClearGlass, .colour = {0.12f, 0.15f, 0.15f}});
  const uint32_t poster = m.add_part({.material = Material::kPicture,
                                      .decal_kind = static_cast<uint8_t>(DecalKind::kPoster),
                                      .owner = seed,
                                      .seed = seed});
  for (float y : {-1.7f, 1.7f}) m.box(s.p(-0.5f, y, 0), 0.05f, 0.05f, 2.4f, s.angle, frame);
  m.box(s.p(-0.1f, 0, 2.4f), 0.75f, 1.9f, 0.1f, s.angle, frame);
  m.box(s.p(-0.52f, 0, 0.3f), 0.015f, 1.6f, 1.9f, s.angle, glass);
  m.box(s.p(-0.25f, 0, 0.42f), 0.16f, 1.2f, 0.05f, s.angle, frame);
  m.box(s.p(0.0f, 1.75f, 0.15f), 0.55f, 0.06f, 2.0f, s.angle, frame);
  for (float t : {-1.0f, 1.0f}) {
    const Vec3 o = s.p(0, 1.75f + t * 0.065f, 0.35f), x = s.ahead * (0.5f * t);
    m.quad(o + x, o - x, o - x + Vec3{0, 0, 1.7f}, o + x + Vec3{0, 0, 1.7f}, poster);
  }
}

void advertising_column(Mesh& m, const Spot& s, uint32_t seed) {
  const uint32_t green = m.add_part({.colour = {0.03f, 0.10f, 0.07f}});
  m.tube(s.p(0, 0, 0), s.p(0, 0, 0.5f), 0.72f, 0.68f, 14, green);
  for (int i = 0; i < 7; ++i) {
    const float a = 0.8976f * i;
    const uint32_t poster = m.add_part({.material = Material::kPicture,
                                        .decal_kind = static_cast<uint8_t>(DecalKind::kPoster),
                                        .owner = seed,
                                        .seed = seed + static_cast<uint32_t>(i)});
    const auto p = [&](float t, float z) {
      return s.p(0.65f * std::cos(t), 0.65f * std::sin(t), z);
    };
    m.quad(p(a, 0.5f), p(a + 0.8976f, 0.5f), p(a + 0.8976f, 2.7f), p(a, 2.7f), poster);
  }
  m.tube(s.p(0, 0, 2.7f), s.p(0, 0, 2.9f), 0.75f, 0.75f, 14, green);
  m.tube(s.p(0, 0, 2.9f), s.p(0, 0, 3.5f), 0.7f, 0.05f, 14, green);
}

void statue(Mesh& m, const Spot& s) {
  const uint32_t stone = m.add_part({.grain = Grain::kAshlar, .colour = {0.5f, 0.48f, 0.43f}});
  const uint32_t bronze = m.add_part(
      {.material = Material::kGloss, .grain = Grain::kBark, .colour = {0.12f, 0.2f, 0.16f}});
  m.box(s.p(0, 0, 0), 2.2f, 2.2f, 0.3f, s.angle, stone);
  m.box(s.p(0, 0, 0.3f), 1.1f, 1.1f, 2.2f, s.angle, stone);
  m.ball(s.p(0, 0, 3.5f), {0.45f, 0.45f, 1.1f}, 12, bronze);
  m.ball(s.p(0.1f, 0, 4.85f), {0.25f, 0.25f, 0.32f}, 10, bronze);
  m.tube(s.p(0, 0.3f, 4.2f), s.p(0.8f, 0.5f, 4.7f), 0.14f, 0.1f, 7, bronze);
}

void fence(Mesh& m, const Spot& s, float width, uint32_t seed) {
  const uint32_t wall = m.add_part({.grain = seed % 2 == 0 ? Grain::kRubble : Grain::kBrickRough,
                                    .owner = kNoOwner,
                                    .colour = {0.36f, 0.3f, 0.25f}});
  const uint32_t bar = iron(m, seed);
  m.box(s.at, width * 0.5f, 0.15f, 0.9f, s.angle, wall);
  const int n = static_cast<int>(width / 0.16f);
  for (int i = 0; i <= n; ++i)
    m.box(s.p(width * (static_cast<float>(i) / n - 0.5f), 0, 0.9f),
          0.012f,
          0.012f,
          1.0f,
          s.angle,
          bar);
  m.box(s.p(0, 0, 1.8f), width * 0.5f, 0.02f, 0.04f, s.angle, bar);
}

}  // namespace

Vec3 lamp_light(const Object& o, int district) {
  const float reach = district == 0 ? 1.4f : 0;
  return {o.position.x + reach * std::cos(o.angle),
          o.position.y + reach * std::sin(o.angle),
          kKerb + lamp_height(district) - 0.3f};
}

void add_object(Mesh& m, const Object& o, int district) {
  const Vec3 ahead{std::cos(o.angle), std::sin(o.angle), 0};
  const Spot s{lift(o.position, kKerb), ahead, {-ahead.y, ahead.x, 0}, o.angle};
  const auto plain = [&](Vec3 colour, Grain grain = Grain::kNone) {
    return m.add_part(
        {.material = Material::kGloss, .grain = grain, .seed = o.seed, .colour = colour});
  };
  switch (o.kind) {
    case Thing::kLamp:
      lamp(m, s, district, static_cast<uint32_t>(district));
      break;
    case Thing::kBench:
      bench(m, s, o.seed);
      break;
    case Thing::kSign:
      road_sign(m, s, o.seed);
      break;
    case Thing::kBusStop:
      bus_stop(m, s, o.seed);
      break;
    case Thing::kColumn:
      advertising_column(m, s, o.seed);
      break;
    case Thing::kStatue:
      statue(m, s);
      break;
    case Thing::kFence:
      fence(m, s, static_cast<float>(o.seed) * 0.01f, o.seed);
      break;
    case Thing::kBin: {
      const uint32_t green =
          plain(o.seed % 2 != 0 ? Vec3{0.04f, 0.09f, 0.06f} : Vec3{0.3f, 0.31f, 0.32f});
      m.tube(s.p(0, 0, 0.1f), s.p(0, 0, 0.95f), 0.24f, 0.28f, 10, green, true);
      break;
    }
    case Thing::kBollard: {
      const uint32_t part = iron(m, o.seed);
      for (int i = 0; i < 3; ++i)
        m.tube(s.p(0, 1.4f * i, 0), s.p(0, 1.4f * i, 0.9f), 0.07f, 0.06f, 8, part, true);
      break;
    }
    case Thing::kHydrant: {
      const uint32_t red = plain({0.45f, 0.03f, 0.02f});
      m.tube(s.p(0, 0, 0), s.p(0, 0, 0.6f), 0.13f, 0.12f, 9, red, true);
      m.ball(s.p(0, 0, 0.62f), {0.14f, 0.14f, 0.12f}, 9, red);
      m.tube(s.p(0, -0.22f, 0.42f), s.p(0, 0.22f, 0.42f), 0.06f, 0.06f, 7, red, true);
      break;
    }
    case Thing::kPostBox: {
      const uint32_t colour =
          plain(o.seed % 2 != 0 ? Vec3{0.5f, 0.33f, 0.02f} : Vec3{0.42f, 0.02f, 0.02f});
      m.tube(s.p(0, 0, 0), s.p(0, 0, 1.45f), 0.26f, 0.26f, 12, colour);
      m.ball(s.p(0, 0, 1.45f), {0.28f, 0.28f, 0.14f}, 12, colour);
      m.box(s.p(0.24f, 0, 1.15f),
            0.03f,
            0.14f,
            0.05f,
            s.angle,
            m.add_part({.colour = {0.02f, 0.02f, 0.02f}}));
      break;
    }
    case Thing::kPlanter: {
      m.box(s.at, 0.35f, 0.6f, 0.5f, s.angle, plain({0.3f, 0.29f, 0.27f}, Grain::kConcrete));
      const uint32_t leaf = m.add_part({.material = Material::kFoliage,
                                        .grain = Grain::kLeaves,
                                        .seed = o.seed,
                                        .colour = {0.10f, 0.2f, 0.05f}});
      for (int i = 0; i < 4; ++i)
        m.ball(s.p(0, -0.42f + 0.28f * i, 0.68f), {0.3f, 0.24f, 0.3f}, 9, leaf);
      break;
    }
    case Thing::kCabinet:
      m.box(s.at,
            0.2f,
            0.55f,
            1.25f,
            s.angle,
            plain(o.seed % 2 != 0 ? Vec3{0.35f, 0.36f, 0.35f} : Vec3{0.10f, 0.15f, 0.12f}));
      break;
    case Thing::kBikes: {
      const uint32_t hoop = plain({0.4f, 0.41f, 0.42f});
      for (int i = 0; i < 4; ++i) {
        const float y = 0.8f * i;
        m.tube(s.p(-0.4f, y, 0), s.p(-0.4f, y, 0.75f), 0.025f, 0.025f, 5, hoop);
        m.tube(s.p(0.4f, y, 0), s.p(0.4f, y, 0.75f), 0.025f, 0.025f, 5, hoop);
        m.tube(s.p(-0.4f, y, 0.75f), s.p(0.4f, y, 0.75f), 0.025f, 0.025f, 5, hoop);
      }
      break;
    }
    default:
      break;
  }
}

}  // namespace loci::town
