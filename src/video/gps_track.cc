// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "gps_track.h"

#include "messages.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {
namespace {

constexpr int64_t kReachNs = 2'000'000'000;
constexpr double kFastest_m_per_s =
    340;                         // of what carries a camera; a receiver that jumps is faster
constexpr double kNoise_m = 50;  // between two fixes of a receiver that stands still

double mix(double a, double b, double part) { return a + (b - a) * part; }

GpsFix between(const GpsFix& a, const GpsFix& b, int64_t time_ns) {
  const double part =
      static_cast<double>(time_ns - a.time_ns) / static_cast<double>(b.time_ns - a.time_ns);
  GpsFix out{.time_ns = time_ns};
  out.position.lat = mix(a.position.lat, b.position.lat, part);
  // The short way around at the date line.
  const double turn = std::remainder(b.position.lon - a.position.lon, 360.0);
  out.position.lon = std::remainder(a.position.lon + turn * part, 360.0);
  if (a.altitude_m && b.altitude_m) out.altitude_m = mix(*a.altitude_m, *b.altitude_m, part);
  return out;
}

}  // namespace

std::vector<GpsFix> read_gps_track(Bag& bag) {
  const BagTopic* topic = nullptr;
  for (const BagTopic& each : bag.topics()) {
    if (each.type != "sensor_msgs/NavSatFix") continue;
    if (topic == nullptr || each.count > topic->count) topic = &each;
  }
  std::vector<GpsFix> track;
  if (topic == nullptr) return track;
  const auto places = bag.places(*topic);
  if (!places.ok()) return track;
  for (const MessagePlace& place : *places) {
    const auto bytes = bag.message(place);
    const auto message = bytes.ok() ? parse_nav_sat_fix(*bytes, topic->wire) : std::nullopt;
    if (!message || message->status < 0) continue;
    GpsFix fix{message->stamp_ns != 0 ? message->stamp_ns : place.recorded_ns,
               {message->lat, message->lon},
               {}};
    // 0, 0 is what drivers write before the first fix.
    if (!valid(fix.position) || (fix.position.lat == 0 && fix.position.lon == 0)) continue;
    if (std::isfinite(message->altitude_m)) fix.altitude_m = message->altitude_m;
    track.push_back(fix);
  }
  std::ranges::stable_sort(track, {}, &GpsFix::time_ns);
  return track;
}

std::optional<GpsFix> gps_at(const std::vector<GpsFix>& track, int64_t time_ns) {
  const auto after = std::ranges::upper_bound(track, time_ns, {}, &GpsFix::time_ns);
  const GpsFix* b =
      after != track.end() && after->time_ns - time_ns <= kReachNs ? &*after : nullptr;
  const GpsFix* a = nullptr;
  if (after != track.begin() && time_ns - std::prev(after)->time_ns <= kReachNs) {
    a = &*std::prev(after);
  }
  if (a != nullptr && b != nullptr) {
    const double seconds = static_cast<double>(b->time_ns - a->time_ns) * 1e-9;
    if (distance_m(a->position, b->position) <= kNoise_m + kFastest_m_per_s * seconds)
      return between(*a, *b, time_ns);
    // A jump: one of the two is wrong, and nothing was ever half way between them.
    return std::nullopt;
  }
  if (a == nullptr && b == nullptr) return std::nullopt;
  return a != nullptr ? *a : *b;
}

}  // namespace loci::internal
