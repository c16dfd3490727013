// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "look.h"

#include <span>

namespace loci::town {
namespace {

// Colours as a painter of the style would mix them, sRGB.
constexpr uint32_t kBricks[] = {
    0x8c4a36, 0x9c5a44, 0x7a4030, 0xa8684a, 0xb07a58, 0x6e4638, 0xb48a5e, 0x9a8068};
constexpr uint32_t kPlasters[] = {0xe6d3a3,
                                  0xdcb98a,
                                  0xe8e0cc,
                                  0xcf9a78,
                                  0xd8c0b0,
                                  0xbfc8b0,
                                  0xa9bcc6,
                                  0xe3c9c0,
                                  0xc98f62,
                                  0xf0ead8,
                                  0xd2b25e,
                                  0xb66a50,
                                  0x9fae8e,
                                  0xc7a7a0};
constexpr uint32_t kTimberPlaster[] = {0xf0ead8, 0xe9dfc2, 0xe4cf9a, 0xdfb9a0, 0xc8d0c0, 0xd98f70};
constexpr uint32_t kStones[] = {0xd2c6a8, 0xc6b898, 0xbdb4a0, 0xd8cdb6, 0xa9a294, 0xc8ae88};
constexpr uint32_t kModerns[] = {
    0xc9ccce, 0x8b9298, 0x5c6268, 0xe4e4e0, 0xb4a898, 0x70655c, 0xa85c40, 0x4e5f58};
constexpr uint32_t kApartments[] = {
    0xc8c2b4, 0xb8c4c8, 0xd8c890, 0xb89a88, 0xa8b4a0, 0xdedad0, 0x98a4b4};
constexpr uint32_t kTrims[] = {0xf2efe6, 0xe2dac6, 0xd0c6b0, 0xfafaf4, 0xb8ae9c, 0x8e8478};
constexpr uint32_t kFrames[] = {
    0xf4f2ec, 0xe6e2d8, 0x5a3c28, 0x2c3a34, 0x303438, 0x7c2c24, 0xffffff, 0x3c5068};
constexpr uint32_t kDoors[] = {
    0x5a2c1c, 0x1e3c2e, 0x20304c, 0x7a1c1c, 0x3a2a20, 0x8a6a3c, 0x2a2a2c, 0x406858, 0xb89030};
constexpr uint32_t kRoofs[] = {
    0x9a4e38, 0x84402e, 0x5a5a60, 0x484a50, 0x6e5a4c, 0x7a7c80, 0xa86048};
constexpr uint32_t kShutters[] = {
    0x2e5a44, 0x6e3020, 0x30506e, 0x8a8474, 0x506e6a, 0x7a2e2e, 0xc8c0a8, 0x9aa68a};
constexpr uint32_t kShops[] = {0x9c1f24,
                               0x143d66,
                               0x0f4a34,
                               0xf2e8d0,
                               0x1c1c1e,
                               0xd99a1e,
                               0x6a2c5c,
                               0xe9e9e6,
                               0x2a7c8c,
                               0xc65a1c,
                               0x4a2e1e,
                               0xbad0c0};
constexpr uint32_t kCars[] = {0xf2f2f0,
                              0x1a1b1e,
                              0x9ea3a8,
                              0x6a6e74,
                              0xb8bcc0,
                              0x1f3a68,
                              0x7c1418,
                              0x2e4a3a,
                              0xc8c0a8,
                              0x46505c,
                              0xa04018,
                              0xd8d8d4};
constexpr uint32_t kClothes[] = {0x22242a,
                                 0x2c3a58,
                                 0x6a5a4a,
                                 0x8a2a2a,
                                 0xc8c4b8,
                                 0x3c4a3a,
                                 0xd0a040,
                                 0x50606c,
                                 0x101012,
                                 0x7c6c8c,
                                 0xe8e4dc,
                                 0x9a4a30};
constexpr uint32_t kSkins[] = {0xe8bfa0, 0xd8a37c, 0xb07a54, 0x8a5a3c, 0x5c3a28, 0xf0cdb2};

Vec3 pick(std::span<const uint32_t> palette, uint32_t seed, uint32_t what, float spread = 0.1f) {
  const Vec3 c = rgb(palette[hash3(seed, what, 1) % palette.size()]);
  const float bright = 1 + spread * (hash01(seed, what, 2) - 0.5f) * 2;
  const float warm = spread * 0.5f * (hash01(seed, what, 3) - 0.5f);
  return {c.x * bright * (1 + warm), c.y * bright, c.z * bright * (1 - warm)};
}

/// How often something with a period was renewed until `year`; the phase is the owner's.
struct Renewal {
  uint32_t count;
  float age;  ///< years since the last time
};
Renewal renewal(uint32_t seed, uint32_t what, float shortest, float longest, float year) {
  const float period = mix(shortest, longest, hash01(seed, what, 10));
  const float since = year - 1980 + period * hash01(seed, what, 11);
  const float n = std::floor(since / period);
  return {static_cast<uint32_t>(std::max(n, 0.0f)), since - n * period};
}

std::span<const uint32_t> wall_palette(Style style) {
  switch (style) {
    case Style::kTerrace:
      return kBricks;
    case Style::kWarehouse:
      return kBricks;
    case Style::kClassical:
      return kPlasters;
    case Style::kTimber:
      return kTimberPlaster;
    case Style::kStone:
      return kStones;
    case Style::kModern:
      return kModerns;
    default:
      return kApartments;
  }
}

bool is_painted(Style style) {
  return style == Style::kClassical || style == Style::kTimber || style == Style::kApartment;
}

Vec3& slot(Look& look, Slot s) { return look.colour[static_cast<size_t>(s)]; }

}  // namespace

Vec3 rgb(uint32_t hex) {
  const auto linear = [](uint32_t byte) {
    const float c = static_cast<float>(byte & 255) / 255.0f;
    return c <= 0.04045f ? c / 12.92f : std::pow((c + 0.055f) / 1.055f, 2.4f);
  };
  return {linear(hex >> 16), linear(hex >> 8), linear(hex)};
}

Vec3 car_colour(uint32_t seed) { return pick(kCars, seed, 1); }
Vec3 cloth_colour(uint32_t seed) { return pick(kClothes, seed, 2, 0.2f); }
Vec3 skin_colour(uint32_t seed) { return pick(kSkins, seed, 3); }

Look look_of(const Building& b, float year) {
  Look look;
  const uint32_t s = b.seed;
  const Renewal paint = renewal(s, 1, 11, 34, year);
  const Renewal wood = renewal(s, 2, 8, 25, year);
  const Renewal shop = renewal(s, 3, 4, 16, year);
  // Most owners repaint in the old colour, or nearly.
  uint32_t colour_epoch = 0;
  for (uint32_t i = 1; i <= paint.count; ++i) {
    if (hash01(s, i, 20) < 0.35f) colour_epoch = i;
  }
  const bool painted = is_painted(b.style);
  const uint32_t wall_seed = painted ? hash3(s, colour_epoch, 21) : s;
  slot(look, Slot::kWall) = pick(wall_palette(b.style), wall_seed, 30, 0.12f);
  if (painted) {
    const float fade = 1 + 0.05f * (hash01(s, paint.count, 22) - 0.5f);
    slot(look, Slot::kWall) = slot(look, Slot::kWall) * fade;
  }
  slot(look, Slot::kBase) =
      hash01(s, 40) < 0.5f ? pick(kStones, s, 41) : slot(look, Slot::kWall) * 0.72f;
  slot(look, Slot::kTrim) = pick(kTrims, hash3(s, colour_epoch, 42), 43);
  slot(look, Slot::kFrame) = pick(kFrames, hash3(s, wood.count / 2, 44), 45);
  slot(look, Slot::kDoor) = pick(kDoors, hash3(s, wood.count, 46), 47, 0.2f);
  slot(look, Slot::kRoof) = pick(kRoofs, s, 48, 0.16f);
  slot(look, Slot::kShutter) = pick(kShutters, hash3(s, wood.count / 2, 49), 50, 0.2f);
  slot(look, Slot::kIron) = hash01(s, 51) < 0.7f ? rgb(0x202224) : rgb(0x6a7470);
  if (b.style == Style::kTimber)
    slot(look, Slot::kTrim) = pick(std::span(kDoors).first(5), s, 52, 0.2f) * 0.7f;
  const uint32_t tenant = hash3(s, shop.count, 60);
  slot(look, Slot::kSignGround) = pick(kShops, tenant, 61);
  const bool dark = luminance(slot(look, Slot::kSignGround)) < 0.22f;
  slot(look, Slot::kSignInk) =
      dark ? rgb(hash01(tenant, 62) < 0.6f ? 0xf8f4e8 : 0xe8c860) : rgb(0x1c1c20);
  slot(look, Slot::kAwning) =
      hash01(tenant, 63) < 0.6f ? slot(look, Slot::kSignGround) : pick(kShops, tenant, 64);
  slot(look, Slot::kPaint) = pick(kShops, tenant, 65);
  look.shop = shop.count;
  look.shop_empty = hash01(tenant, 66) < 0.07f;
  look.dirt =
      clamp01((painted ? paint.age / 28 : 0.35f + 0.5f * hash01(s, 67)) + 0.25f * hash01(s, 68));
  return look;
}

std::string shop_name(const Building& b, uint32_t tenant) {
  static const char* const kTrades[] = {
      "BAKERY",  "BOOKS",  "CAFE",   "SHOES",  "FLOWERS", "PHARMACY", "OPTIC", "TAILOR",
      "RECORDS", "BANK",   "BAR",    "PIZZA",  "SUSHI",   "TOYS",     "BIKES", "ANTIQUES",
      "HAIR",    "MARKET", "GROCER", "TEA",    "WINE",    "TRAVEL",   "PHONE", "PHOTO",
      "GOLD",    "KEBAB",  "HOTEL",  "DENTAL", "PAINTS",  "RADIO"};
  static const char* const kHead[] = {"MA", "TEL", "BRU", "KO",  "LIN", "SAN", "FER",
                                      "OS", "VAL", "DI",  "HAR", "NU",  "RO",  "WEN",
                                      "ZA", "PEL", "GRI", "AL",  "CAS", "JO"};
  static const char* const kTail[] = {"RO",  "VIN", "NER", "LA",   "TTI", "MANN", "SEN",
                                      "DO",  "REZ", "KA",  "BERG", "NI",  "SON",  "RIS",
                                      "LEY", "ARD", "X",   "MO",   "TZ",  "NE"};
  const uint32_t s = hash3(b.seed, tenant, 70);
  const std::string trade = kTrades[hash3(s, 1) % std::size(kTrades)];
  const std::string name =
      std::string(kHead[hash3(s, 2) % std::size(kHead)]) + kTail[hash3(s, 3) % std::size(kTail)];
  switch (hash3(s, 4) % 5) {
    case 0:
      return name;
    case 1:
      return trade;
    case 2:
      return name + " & " + kHead[hash3(s, 5) % std::size(kHead)] +
             kTail[hash3(s, 6) % std::size(kTail)];
    case 3:
      return trade + " " + name;
    default:
      return name + " " + trade;
  }
}

}  // namespace loci::town
