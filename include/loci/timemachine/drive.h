// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/timemachine/simulate.h"

namespace loci {

struct DriveOptions {
  /// Write one drive of so many metres instead of places: a car that turns at random at the
  /// crossings of the town and comes by its own way again.
  double drive_m = 0;
  /// Drive: metres between two frames.
  double frame_step_m = 2;
  /// Drive: hours that pass from its first frame to its last, from 9 o'clock on; 0 for the time
  /// that the car needs.
  double drive_hours = 0;

  template <class V>
  void describe(V&& v) {
    v({"drive_m",
       "write one drive of so many metres instead of places: a car that turns at random at the "
       "crossings of the town and comes by its own way again"},
      drive_m);
    v({"frame_step_m", "drive: metres between two frames"}, frame_step_m);
    v({"drive_hours",
       "drive: hours that pass from its first frame to its last, from 9 o'clock on; 0 for the time "
       "that the car needs"},
      drive_hours);
  }
};

struct DriveReport {
  int64_t images = 0;
  double seconds = 0;
};

/// Writes what the front camera of a car sees on one drive through a town:
///
///   images/0000012.250000.jpg   a frame; its name is its time since the start, seconds at 8 m/s
///   trajectory.txt              its pose, as TUM's tools read it: `time x y z qx qy qz qw`,
///   metres, x
///                               to the right of the picture, y down, z ahead; world: east north up
///
/// `town.num_places` sets the size of the town, `town.num_times` is not used. Traffic and people
/// change every minute.
/// Errors:  as simulate_town(); InvalidArgument for a drive without length or of a million frames
/// Threads: the same bytes for any number
Result<DriveReport> simulate_drive(const std::string& folder,
                                   const SimulateOptions& town,
                                   const DriveOptions& drive,
                                   const JobControl& job = {});

}  // namespace loci
