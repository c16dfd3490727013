// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "doctor_parts.h"
#include "doctor_towns.h"

#include "loci/base/text.h"

#include <algorithm>
#include <unordered_map>

namespace loci::internal {
namespace {

constexpr int64_t kHour = 3600, kDay = 86'400;
constexpr size_t kLeastTimed = 3;
constexpr double kPlaceM = 25;  // a visit within this distance shows the same place

bool is_unset_clock(int64_t time) {
  const std::string day = iso_time(time).substr(0, 10);
  return day == "1970-01-01" || day == "1980-01-01";
}

// Stamps of a dbStruct need not be times: any number that tells visits apart will do there.
bool is_real_time(const Examination& exam, const Photo& photo) {
  return photo.record.time.has_value() && exam.parts[photo.listed[0].part].format != "dbstruct";
}

// Times more than an hour apart are two visits.
int64_t visits(std::vector<int64_t> times) {
  std::sort(times.begin(), times.end());
  int64_t count = times.empty() ? 0 : 1;
  for (size_t i = 1; i < times.size(); ++i) count += times[i] - times[i - 1] > kHour ? 1 : 0;
  return count;
}

// Places and the photographs that show each: those of one label, or those within 25 m of a
// photograph that no earlier place holds.
std::vector<std::vector<size_t>> find_places(const Examination& exam) {
  std::vector<std::vector<size_t>> places;
  std::unordered_map<std::string, size_t> of_label;
  std::vector<size_t> centres;
  PointCells cells(kPlaceM);
  const auto near_centres = [&](const Point& at, auto visit) {
    cells.near(cells.key(at), [&](size_t place) {
      if (distance(*exam.photos[centres[place]].at, at) <= kPlaceM) visit(place);
    });
  };
  const auto has_label = [&](const Photo& photo) {
    return exam.parts[photo.listed[0].part].rule.kind == TruthRule::Kind::kPlace &&
           !photo.record.place.empty();
  };
  for (size_t i = 0; i < exam.photos.size(); ++i) {
    const Photo& photo = exam.photos[i];
    if (photo.misplaced || !photo.record.time.has_value()) continue;
    if (has_label(photo)) {
      const auto [found, is_new] = of_label.try_emplace(photo.record.place, places.size());
      if (is_new) places.emplace_back(), centres.push_back(i);
      places[found->second].push_back(i);
    } else if (photo.at.has_value()) {
      bool held = false;
      near_centres(*photo.at, [&](size_t) { held = true; });
      if (held) continue;
      cells.add(*photo.at, places.size());
      places.emplace_back();
      centres.push_back(i);
    }
  }
  // A photograph between two centres shows both places.
  for (size_t i = 0; i < exam.photos.size(); ++i) {
    const Photo& photo = exam.photos[i];
    if (photo.misplaced || !photo.record.time.has_value() || has_label(photo)) continue;
    if (photo.at.has_value())
      near_centres(*photo.at, [&](size_t place) { places[place].push_back(i); });
  }
  return places;
}

void check_places(Examination* exam) {
  std::vector<Finding::Item> once;
  int64_t places = 0;
  for (const std::vector<size_t>& place : find_places(*exam)) {
    std::vector<int64_t> times;
    for (const size_t i : place) times.push_back(*exam->photos[i].record.time);
    const int64_t count = visits(times);
    ++exam->report.times_per_place[count];
    ++places;
    // A lone query without a positive is told of already.
    const bool told = place.size() == 1 && exam->asks(place[0]) && exam->answered[place[0]] == 0;
    if (count > 1 || told) continue;
    const Photo& photo = exam->photos[place[0]];
    once.push_back({photo.path,
                    counted(static_cast<int64_t>(place.size()), "photograph") + ", all at " +
                        iso_time(*photo.record.time)});
  }
  if (once.empty()) return;
  const auto seen_once = static_cast<int64_t>(once.size());
  exam->find_set("one_time_places",
                 counted(seen_once, "place") + " of " + std::to_string(places) +
                     (seen_once == 1 ? " was" : " were") + " seen at one time only",
                 std::move(once));
}

}  // namespace

void check_times(Examination* exam) {
  std::vector<Finding::Item> without, future, unset;
  std::optional<int64_t> first;
  bool all_equal = true;
  size_t timed = 0;
  for (const Photo& photo : exam->photos) {
    if (!photo.record.time.has_value()) {
      without.push_back({photo.path, ""});
      continue;
    }
    ++timed;
    const int64_t time = *photo.record.time;
    first = first.value_or(time);
    all_equal = all_equal && time == *first;
    if (!is_real_time(*exam, photo)) continue;
    if (time > exam->options.now + kDay) future.push_back({photo.path, iso_time(time)});
    if (is_unset_clock(time)) unset.push_back({photo.path, iso_time(time)});
  }
  exam->report.timed = static_cast<int64_t>(timed);
  if (timed == 0) return;  // a set without times, as most benchmarks are
  exam->find_photos("no_time", "has no time", "have no time", std::move(without));
  exam->find_photos(
      "future_time", "has a time in the future", "have times in the future", std::move(future));
  exam->find_photos("unset_clock",
                    "has the time of a clock that was never set",
                    "have the time of a clock that was never set",
                    std::move(unset));
  if (all_equal && timed >= kLeastTimed) {
    exam->find_set("all_times_equal",
                   "all " + counted(static_cast<int64_t>(timed), "photograph") +
                       " have the same time, " + iso_time(*first));
  } else {
    check_places(exam);
  }
}

}  // namespace loci::internal
