// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Faults to plant in an otherwise healthy set, each with the findings it must lead to and no other.
#pragma once

#include "doctor_test_town.h"

#include "loci/base/file.h"
#include "loci/base/geo.h"
#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/resize.h"

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace loci {

using Checks = std::set<std::string>;

inline void copy(const std::string& from, const std::string& to) {
  TestTown::throw_if(write_file(to, read_text_file(from).value()));
}

// The same picture a little darker, encoded anew and without EXIF data.
inline void copy_darker(const std::string& from, const std::string& to) {
  Image image = load_image(from).value();
  for (uint8_t& level : image.pixels) level = static_cast<uint8_t>(level * 9 / 10 + 12);
  TestTown::throw_if(save_jpeg(to, image, 60));
}

// A fault: planted before the files are written, or into the files.
struct Fault {
  Checks found_as;
  std::function<void(TestTown&)> in_shots;
  std::function<void(TestTown&)> in_files;
};

inline const std::vector<Fault>& faults_of_files() {
  static const std::vector<Fault> faults = {
      {{"broken"},
       {},
       [](TestTown& town) {  // cut short
         const std::string whole = read_text_file(town.file(3, 0)).value();
         TestTown::throw_if(write_file(town.file(3, 0), whole.substr(0, whole.size() / 2)));
       }},
      {{"broken"}, {}, [](TestTown& town) { TestTown::throw_if(write_file(town.file(3, 1), "")); }},
      {{"broken"},
       {},
       [](TestTown& town) { TestTown::throw_if(write_file(town.file(3, 2), "<html>404")); }},
      {{"blank"},
       {},
       [](TestTown& town) { TestTown::throw_if(save_jpeg(town.file(4, 0), Image(160, 120), 90)); }},
      {{"tiny", "mixed_sizes"},
       [](TestTown& town) { town.shot(2, 1).width = 40, town.shot(2, 1).height = 30; },
       {}},
      {{"mixed_sizes"},
       [](TestTown& town) { town.shot(2, 1).width = 120, town.shot(2, 1).height = 160; },
       {}},
      {{"query_copy"}, {}, [](TestTown& town) { copy(town.file(5, 2), town.file(5, 0)); }},
      {{"copies"}, {}, [](TestTown& town) { copy(town.file(5, 1), town.file(5, 0)); }},
      {{"query_near_copy"},
       {},
       [](TestTown& town) { copy_darker(town.file(6, 2), town.file(6, 1)); }},
      {{"near_copies"}, {}, [](TestTown& town) { copy_darker(town.file(6, 0), town.file(6, 1)); }},
      {{"huge", "mixed_sizes"},
       {},
       [](TestTown& town) {
         const Image image = load_image(town.file(2, 1)).value();
         TestTown::throw_if(
             save_jpeg(town.file(2, 1), resize(image, 5760, 4320, Resampling::kBilinear), 60));
       }},
  };
  return faults;
}

inline const std::vector<Fault>& faults_of_positions() {
  static const std::vector<Fault> faults = {
      {{"zero_position"},
       [](TestTown& town) {
         town.shot(1, 0).position = LatLon{0, 0};
         town.shot(1, 0).exif.reset();
       },
       {}},
      {{"swapped_position"},  // in degrees only
       [](TestTown& town) {
         std::swap(town.shot(1, 0).position->lat, town.shot(1, 0).position->lon);
       },
       {}},
      {{"swapped_position"},  // and in metres, with nothing in the photograph to compare with
       [](TestTown& town) {
         const LatLon at = *town.shot(1, 0).position;
         town.shot(1, 0).move_to(to_utm({.lat = at.lon, .lon = at.lat}).value());
         town.shot(1, 0).exif.reset();
       },
       {}},
      {{"wrong_zone"}, [](TestTown& town) { town.shot(1, 1).utm.zone = 33; }, {}},
      {{"wrong_zone"},
       [](TestTown& town) {
         town.shot(1, 1).utm.zone = 31;
         town.shot(1, 1).position.reset();
         town.shot(1, 1).exif.reset();
       },
       {}},
      {{"wrong_zone"}, [](TestTown& town) { town.shot(1, 2).utm.band = 'K'; }, {}},
      {{"zone_missing"},
       [](TestTown& town) {
         town.shot(1, 0).utm.zone = 0;
         town.shot(1, 0).position.reset();
       },
       {}},
      {{"position_conflict"}, [](TestTown& town) { town.shot(1, 0).utm.north_m += 300; }, {}},
      {{"stray_position"},
       [](TestTown& town) {
         town.shot(1, 2).move_to(
             {.east_m = 430'000, .north_m = 5'420'000, .zone = 32, .band = 'U'});
       },
       {}},
      {{"exif_conflict"},
       [](TestTown& town) { town.shot(1, 0).exif->lat += 0.005; },  // 556 m
       {}},
      {{"no_positive"},
       [](TestTown& town) {
         Utm away = town.shot(1, 2).utm;
         away.north_m += 200;
         town.shot(1, 2).move_to(away);
       },
       {}},
  };
  return faults;
}

inline const std::vector<Fault>& faults_of_times() {
  static const std::vector<Fault> faults = {
      {{"no_time"}, [](TestTown& town) { town.shot(7, 1).time.reset(); }, {}},
      {{"future_time"},
       [](TestTown& town) { town.shot(7, 1).time = civil_seconds(2031, 1, 1); },
       {}},
      {{"unset_clock"},
       [](TestTown& town) { town.shot(7, 1).time = civil_seconds(1980, 1, 1, 0, 4); },
       {}},
      {{"all_times_equal"},
       [](TestTown& town) {
         for (Shot& shot : town.shots) shot.time = civil_seconds(2020, 5, 5);
       },
       {}},
      {{"one_time_places"},
       [](TestTown& town) {
         for (int visit = 0; visit < 3; ++visit)
           town.shot(7, visit).time = civil_seconds(2017, 4, 4, 12, 10 * visit);
       },
       {}},
  };
  return faults;
}

}  // namespace loci
