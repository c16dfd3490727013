// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/pose.h"
#include "loci/base/status.h"
#include "loci/exchange/trajectory.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loci::cli {

/// A frame that `loci loops` has seen.
struct SeenFrame {
  std::string name;
  double stamp_s = 0;
};

/// A file that knows the poses of frames: a trajectory (read_trajectory) by time, at most `max_gap_s` apart, or by row;
/// a bag (read_bag_poses, of `topic`); or a table with columns path, east_m, north_m and possibly heading_deg (poses.csv of `loci simulate` is one) by the
/// end of the path.
class PoseFile {
 public:
  /// Errors: NotFound, Io, Corrupt
  static Result<PoseFile> read(const std::string& path, const std::string& topic = {});
  /// Poses of frames; those that the file does not know have none.
  /// Errors: InvalidArgument when it knows none of the frames
  Result<std::vector<std::optional<TimedPose>>> of(const std::vector<SeenFrame>& frames,
                                                   double max_gap_s = 0.05) const;
  /// Makes them poses of a camera that sits at `camera` in what the file moves.
  void seen_from(const Pose& camera);
  /// Rows that were left out, for people; "" for none.
  std::string note() const;

 private:
  std::string path_;
  std::optional<std::map<std::string, TimedPose>> table_;
  Trajectory trajectory_;
};

}  // namespace loci::cli
