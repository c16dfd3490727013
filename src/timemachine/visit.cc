// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "visit.h"

#include "loci/base/geo.h"

namespace loci::town {
namespace {

constexpr float kPi = 3.14159265f;

bool winter(int month) { return month == 12 || month <= 2; }

/// Two thirds of what people remember of the weather: snow in winter, fog in autumn, rain at any
/// time.
Weather any_weather(Rng& rng, int month) {
  const double dice = rng.uniform();
  if (winter(month) && dice < 0.18) return Weather::kSnowfall;
  if (dice < 0.32) return Weather::kClear;
  if (dice < 0.55) return Weather::kFair;
  if (dice < 0.76) return Weather::kOvercast;
  if (dice < 0.92) return Weather::kRain;
  return Weather::kFog;
}

void set_ground(Visit& v, Rng& rng) {
  if (v.weather == Weather::kRain)
    v.wet = static_cast<float>(rng.uniform(0.7, 1));
  else if (rng.chance(0.12))
    v.wet = static_cast<float>(rng.uniform(0.2, 0.7));
  const bool lies =
      v.weather == Weather::kSnowfall || (v.weather != Weather::kRain && rng.chance(0.3));
  if (winter(v.month) && lies) v.snow = static_cast<float>(rng.uniform(0.35, 1));
  if (v.snow > 0) v.wet = std::max(v.wet, 0.3f);
}

}  // namespace

const char* weather_name(Weather w) {
  static const char* const kNames[] = {"clear", "fair", "overcast", "rain", "fog", "snowfall"};
  return kNames[static_cast<size_t>(w)];
}

int Visit::day_of_year() const {
  static const int kBefore[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  return kBefore[month - 1] + day;
}

int64_t Visit::seconds() const {
  const int minutes = static_cast<int>(hour * 60);
  return civil_seconds(year, month, day, minutes / 60, minutes % 60, static_cast<int>(seed % 60));
}

Visit car_visit(uint64_t seed, int first_year, int time, const Place& place) {
  Rng rng(seed,
          0x6361720000000000ull + static_cast<uint64_t>(time) * 100003 +
              static_cast<uint64_t>(place.street));
  Visit v;
  Rng drive(seed, 0x6472697665000000ull + static_cast<uint64_t>(time));
  const int months = time * 20 + static_cast<int>(drive.below(12)) + static_cast<int>(rng.below(5));
  v.year = first_year + months / 12;
  v.month = months % 12 + 1;
  v.day = static_cast<int>(rng.below(28)) + 1;
  v.hour = static_cast<float>(rng.uniform(9.2, 16.2));
  const double dice = rng.uniform();
  v.weather = dice < 0.4 ? Weather::kClear
                         : (dice < 0.7 ? Weather::kFair
                                       : (dice < 0.95 ? Weather::kOvercast : Weather::kRain));
  set_ground(v, rng);
  v.hour += 0.01f * static_cast<float>(place.id % 40);
  v.seed = static_cast<uint32_t>(
      Rng(seed,
          0x63617276ull + static_cast<uint64_t>(time) * 1000003 + static_cast<uint64_t>(place.id))
          .next());
  return v;
}

Visit phone_visit(uint64_t seed, int first_year, int time, const Place& place) {
  Rng rng(seed,
          0x70686f6e65000000ull + static_cast<uint64_t>(time) * 1000003 +
              static_cast<uint64_t>(place.id));
  Visit v;
  v.phone = true;
  v.year = first_year + time * 20 / 12 + static_cast<int>(rng.below(3));
  v.month = static_cast<int>(rng.below(12)) + 1;
  v.day = static_cast<int>(rng.below(28)) + 1;
  const double dice = rng.uniform();
  v.hour = static_cast<float>(dice < 0.62
                                  ? rng.uniform(8, 17.5)
                                  : (dice < 0.8 ? rng.uniform(17, 20.5) : rng.uniform(20.5, 24)));
  v.hour = std::min(v.hour, 23.95f);
  v.weather = any_weather(rng, v.month);
  set_ground(v, rng);
  v.seed = static_cast<uint32_t>(rng.next());
  return v;
}

CameraPose car_pose(uint64_t seed, int time, const Place& place, int width, int height) {
  Rng rng(seed,
          0x706f736500000000ull + static_cast<uint64_t>(time) * 1000003 +
              static_cast<uint64_t>(place.id));
  CameraPose c;
  const auto along = static_cast<float>(rng.uniform(-2, 2)),
             across = static_cast<float>(rng.uniform(-0.5, 0.5));
  c.east_m = place.position.x + std::cos(place.along) * along - std::sin(place.along) * across;
  c.north_m = place.position.y + std::sin(place.along) * along + std::cos(place.along) * across;
  c.height_m = 2.45 + rng.uniform(-0.1, 0.1);
  c.heading_deg = 90 - place.direction * 180 / kPi + rng.uniform(-4, 4);
  c.pitch_deg = 7 + rng.uniform(-1, 1);
  c.roll_deg = rng.uniform(-0.5, 0.5);
  c.width = width;
  c.height = height;
  c.focal_px = width * 0.5 / std::tan(0.5 * 76 * kPi / 180);
  return c;
}

CameraPose phone_pose(
    uint64_t seed, int time, const Place& place, const Street& street, int width, int height) {
  Rng rng(seed,
          0x68616e6400000000ull + static_cast<uint64_t>(time) * 1000003 +
              static_cast<uint64_t>(place.id));
  CameraPose c;
  const float turn = place.direction - place.along;
  const float facing =
      std::sin(turn) > 0 ? 1.0f : -1.0f;  // the side of the street that is looked at
  // From the opposite pavement, sometimes from the road's edge.
  const Vec2 way{std::cos(place.along), std::sin(place.along)}, left{-way.y, way.x};
  const float now = dot(place.position - street.a, left);
  const float want =
      -facing * (street.half_width - street.pavement * static_cast<float>(rng.uniform(0.3, 0.95)));
  const float across = mix(now, want, static_cast<float>(rng.uniform(0.55, 1)));
  const auto along = static_cast<float>(rng.uniform(-6, 6));
  const Vec2 p = place.position + left * (across - now) + way * along;
  c.east_m = p.x;
  c.north_m = p.y;
  c.height_m = 1.6 + rng.uniform(-0.15, 0.2);
  c.heading_deg = 90 - place.direction * 180 / kPi + rng.normal() * 9;
  c.pitch_deg = 8 + rng.normal() * 4;
  c.roll_deg = rng.normal() * 2.2;
  c.width = width;
  c.height = height;
  c.focal_px = width * 0.5 / std::tan(0.5 * rng.uniform(60, 72) * kPi / 180);
  return c;
}

Vec3 sun_direction(int day_of_year, float hour) {
  const float latitude = kPi / 4;
  const float declination =
      -23.44f * kPi / 180 * std::cos(2 * kPi * (static_cast<float>(day_of_year) + 10) / 365);
  const float angle = (hour - 12) * kPi / 12;
  // East, north and up components of the unit vector to the sun.
  const float east = -std::cos(declination) * std::sin(angle);
  const float north = std::cos(latitude) * std::sin(declination) -
                      std::sin(latitude) * std::cos(declination) * std::cos(angle);
  const float up = std::sin(latitude) * std::sin(declination) +
                   std::cos(latitude) * std::cos(declination) * std::cos(angle);
  return {east, north, up};
}

}  // namespace loci::town
