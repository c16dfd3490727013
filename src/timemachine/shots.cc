// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "shots.h"

namespace loci::town {

PlanOptions plan_options(const SimulateOptions& o) {
  return {.num_places = o.num_places,
          .seed = o.seed,
          .spacing_m = o.spacing_m,
          .three_splits = o.splits};
}

int last_year(const SimulateOptions& o) { return o.first_year + o.num_times * 20 / 12 + 6; }

std::vector<Shot> list_shots(const TownPlan& plan, const SimulateOptions& o) {
  std::vector<Shot> shots;
  for (const Place& place : plan.places) {
    for (int t = 0; t < o.num_times; ++t) {
      Shot s;
      s.place = place.id;
      s.time = t;
      s.split = place.split;
      s.query = o.num_times > 1 && t == o.num_times - 1;
      const Street& street = plan.streets[static_cast<size_t>(place.street)];
      s.visit = s.query ? phone_visit(o.seed, o.first_year, t, place)
                        : car_visit(o.seed, o.first_year, t, place);
      s.camera = s.query ? phone_pose(o.seed, t, place, street, o.width, o.height)
                         : car_pose(o.seed, t, place, o.width, o.height);
      shots.push_back(s);
    }
  }
  return shots;
}

std::vector<Shot> sheet_shots(const TownPlan& plan, const SimulateOptions& o, const Place& place) {
  struct Time {
    int years, month;
    float hour;
    Weather weather;
    float wet, snow;
    bool phone;
  };
  static constexpr Time kTimes[8] = {{0, 6, 9.5f, Weather::kClear, 0, 0, false},
                                     {1, 10, 14.5f, Weather::kFair, 0, 0, false},
                                     {2, 1, 12.0f, Weather::kSnowfall, 0.3f, 0.9f, true},
                                     {4, 4, 16.0f, Weather::kOvercast, 0, 0, false},
                                     {6, 11, 10.0f, Weather::kFog, 0.3f, 0, true},
                                     {7, 9, 13.0f, Weather::kRain, 1, 0, true},
                                     {8, 7, 20.0f, Weather::kFair, 0, 0, true},
                                     {8, 12, 20.5f, Weather::kClear, 0.4f, 0, true}};
  std::vector<Shot> shots;
  for (int i = 0; i < 8; ++i) {
    const Time& t = kTimes[i];
    Shot s;
    s.place = place.id;
    s.time = i;
    s.visit = {.year = o.first_year + t.years,
               .month = t.month,
               .day = 15,
               .hour = t.hour,
               .weather = t.weather,
               .wet = t.wet,
               .snow = t.snow,
               .phone = t.phone,
               .seed = hash3(static_cast<uint32_t>(o.seed),
                             static_cast<uint32_t>(place.id),
                             static_cast<uint32_t>(i))};
    const Street& street = plan.streets[static_cast<size_t>(place.street)];
    s.camera = t.phone ? phone_pose(o.seed, i, place, street, o.width, o.height)
                       : car_pose(o.seed, i, place, o.width, o.height);
    shots.push_back(s);
  }
  return shots;
}

}  // namespace loci::town
