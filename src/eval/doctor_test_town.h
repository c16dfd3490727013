// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/file.h"
#include "loci/base/geo.h"
#include "loci/base/text.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <optional>
#include <string>
#include <vector>

namespace loci {

/// One drawn photograph and what its name and EXIF data say.
struct Shot {
  int place = 0, visit = 0;
  bool query = false;
  int width = 160, height = 120;
  Utm utm;
  std::optional<LatLon> position;  ///< written into the name
  std::optional<LatLon> exif;
  std::optional<int64_t> time;

  /// Moves the photograph with all that is known of it.
  void move_to(const Utm& to) {
    utm = to;
    position = exif = to_lat_lon(to).value();
  }
  std::string name() const {
    const std::string zone = utm.zone == 0 ? "@" : format("%d@%c", utm.zone, utm.band);
    const std::string degrees = position ? format("%.6f@%.6f", position->lat, position->lon) : "@";
    std::string stamp;
    if (time) {
      for (const char c : iso_time(*time)) {
        if (c == 'T') stamp += '_';
        if (c >= '0' && c <= '9') stamp += c;
      }
    }
    return format("%s/@%.2f@%.2f@%s@%s@%d_%d@@@@@@%s@@.jpg",
                  query ? "queries" : "database",
                  utm.east_m,
                  utm.north_m,
                  zone.c_str(),
                  degrees.c_str(),
                  place,
                  visit,
                  stamp.c_str());
  }
};

/// A healthy set: 10 places 60 m apart, each seen in 2015 and 2017 (database) and 2019 (queries).
/// Tests change `shots` before write() and files after it.
class TestTown {
 public:
  std::vector<Shot> shots;

  explicit TestTown(int first_place = 0) {
    for (int place = first_place; place < first_place + 10; ++place) {
      for (int visit = 0; visit < 3; ++visit) {
        Shot shot{.place = place, .visit = visit, .query = visit == 2, .utm = {}};
        shot.move_to({.east_m = 500000 + 60.0 * place + visit,
                      .north_m = 5'300'000 + 2.0 * visit,
                      .zone = 32,
                      .band = 'U'});
        shot.time = civil_seconds(2015 + 2 * visit, 1 + place % 10, 3, 9 + visit);
        shots.push_back(shot);
      }
    }
  }
  const std::string& path() const { return folder_.path(); }
  /// Visit `visit` of the i-th place: 0 and 1 are database images, 2 is the query.
  Shot& shot(int i, int visit) { return shots[static_cast<size_t>(i * 3 + visit)]; }
  std::string file(int i, int visit) { return folder_ / shot(i, visit).name(); }

  void write() const {
    throw_if(make_folders(folder_ / "database"));
    throw_if(make_folders(folder_ / "queries"));
    for (const Shot& shot : shots) {
      PhotoInfo info;
      info.position = shot.exif;
      const Image image = sketch_place(static_cast<uint64_t>(shot.place) + 100,
                                       static_cast<uint64_t>(shot.visit),
                                       shot.width,
                                       shot.height);
      throw_if(save_jpeg(folder_ / shot.name(), image, 90, &info));
    }
  }
  static void throw_if(const Status& status) {
    if (!status.ok()) throw Error(status);
  }

 private:
  TempFolder folder_{"loci-doctor-test"};
};

}  // namespace loci
