// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.h"
#include "vec.h"

#include "loci/base/rng.h"
#include "loci/timemachine/camera.h"

#include <cstdint>
#include <string>

namespace loci::town {

enum class Weather : uint8_t { kClear, kFair, kOvercast, kRain, kFog, kSnowfall, kCount };
const char* weather_name(Weather w);

/// When a photograph is taken and what the weather does then.
struct Visit {
  int year = 2015, month = 6, day = 15;
  float hour = 12;
  Weather weather = Weather::kClear;
  float wet = 0;   ///< of the ground, 0 to 1
  float snow = 0;  ///< cover, 0 to 1
  bool phone = false;
  uint32_t seed = 0;  ///< of traffic, people, clouds and lit windows

  int day_of_year() const;
  float decimal_year() const {
    return static_cast<float>(year) + static_cast<float>(day_of_year()) / 365.0f;
  }
  int64_t seconds() const;
};

/// A drive of the street-view car: daylight and mostly dry. The whole street is driven on one day.
Visit car_visit(uint64_t seed, int first_year, int time, const Place& place);
/// A pedestrian's photograph at any hour and in any weather.
Visit phone_visit(uint64_t seed, int first_year, int time, const Place& place);

/// Where the camera stands. Positions are local to the town plan (east_m = x, north_m = y).
CameraPose car_pose(uint64_t seed, int time, const Place& place, int width, int height);
CameraPose phone_pose(
    uint64_t seed, int time, const Place& place, const Street& street, int width, int height);

/// The direction to the sun at latitude 45 N, local solar time.
Vec3 sun_direction(int day_of_year, float hour);

}  // namespace loci::town
