// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"

#include <cstdint>
#include <string>

namespace loci {

/// A simulated town photographed again and again. Everything follows from the seed: the plan, the
/// houses, and what each visit finds there (season, hour, weather, traffic, repainted walls, new
/// shops).
struct SimulateOptions {
  /// Number of places: a position on a street and a direction of view.
  int num_places = 200;
  /// Visits of each place; the last one is the query, taken with a hand-held phone.
  int num_times = 4;
  /// Seed of the town and of all visits.
  uint64_t seed = 1;
  /// Width of the pictures, pixels.
  int width = 640;
  /// Height of the pictures, pixels.
  int height = 480;
  /// Mean distance between neighbouring places along a street, metres.
  double spacing_m = 12.5;
  /// Year of the first visit; later ones follow at one to three years.
  int first_year = 2012;
  /// Divide the town into train, val and test, 60 m apart, instead of test alone.
  bool splits = false;
  /// Write depth pictures (float16 .npy, metres along the optical axis, 0 for sky).
  bool depth = false;
  /// Write points that the query and each other picture of a place both see (needs depth).
  bool correspondences = false;
  /// JPEG quality, 1 to 100.
  int quality = 88;
  /// Processors to use (0: all).
  int threads = 0;

  template <class V>
  void describe(V&& v) {
    v({"num_places", "number of places: a position on a street and a direction of view"},
      num_places);
    v({"num_times",
       "visits of each place; the last one is the query, taken with a hand-held phone"},
      num_times);
    v({"seed", "seed of the town and of all visits"}, seed);
    v({"width", "width of the pictures, pixels"}, width);
    v({"height", "height of the pictures, pixels"}, height);
    v({"spacing_m", "mean distance between neighbouring places along a street, metres"}, spacing_m);
    v({"first_year", "year of the first visit; later ones follow at one to three years"},
      first_year);
    v({"splits", "divide the town into train, val and test, 60 m apart, instead of test alone"},
      splits);
    v({"depth", "write depth pictures (float16 .npy, metres along the optical axis, 0 for sky)"},
      depth);
    v({"correspondences",
       "write points that the query and each other picture of a place both see (needs depth)"},
      correspondences);
    v({"quality", "JPEG quality, 1 to 100"}, quality);
    v({"threads", "processors to use (0: all)"}, threads);
  }
  Status validate() const;
};

struct SimulateReport {
  int64_t images = 0;
  int64_t database = 0, queries = 0;
  double seconds = 0;
  std::string to_json() const;
};

/// Writes a town into a folder (made if needed):
///
///   images/{train,val,test}/{database,queries}/@UTM_east@UTM_north@26@T@lat@lon@pano@tile@heading@pitch@@@time@note@.jpg
///   depth/...           the same names with .npy, on request
///   correspondences/    on request: pairs.csv (file,first,second,points) and for each pair a .csv
///                       of x1_px,y1_px,x2_px,y2_px, pixel centres at whole numbers and a half
///   poses.csv           every picture with its place, time, weather and camera
///
/// The first num_times - 1 visits of a place are the database, seen by a street-view car on dry
/// days; the last is a query by a pedestrian at any hour, season and weather. The position is a
/// fictitious one in the Atlantic (45 N, 27 W).
///
/// Errors:  InvalidArgument; Io; Cancelled (what was written stays); Unsupported without Embree
///
/// Threads: the same bytes for any number
///
/// Cost:    half a second of one processor a picture of 640 x 480
Result<SimulateReport> simulate_town(const std::string& folder,
                                     const SimulateOptions& options,
                                     const JobControl& job = {});

/// One place at 8 times on one sheet (4 x 2 pictures), a JPEG or PNG by the name of the file.
/// `place` chooses it.
/// Errors: InvalidArgument; Io; Cancelled (nothing is written); Unsupported without Embree
Status write_time_sheet(const std::string& path,
                        const SimulateOptions& options,
                        int place = 0,
                        const JobControl& job = {});
/// `columns` x `rows` different places of a town, each at its first visit.
Status write_place_sheet(const std::string& path,
                         const SimulateOptions& options,
                         int columns = 4,
                         int rows = 3,
                         const JobControl& job = {});

}  // namespace loci
