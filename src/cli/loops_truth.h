// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/pose.h"
#include "loci/base/status.h"

#include <optional>
#include <string>
#include <vector>

namespace loci::cli {

/// A frame that `loci loops` has seen.
struct SeenFrame {
  std::string name;
  double stamp_s = 0;
};

/// Poses of frames from a file: TUM's `time x y z qx qy qz qw` by time (at most `max_gap_s` apart),
/// or a table with columns path, east_m, north_m and possibly heading_deg (poses.csv of `loci
/// simulate` is one) by the end of the path. Frames that the file does not know have none.
/// Errors: NotFound, Io, Corrupt; InvalidArgument when it knows none of the frames
Result<std::vector<std::optional<TimedPose>>> read_frame_poses(const std::string& path,
                                                               const std::vector<SeenFrame>& frames,
                                                               double max_gap_s = 0.05);

}  // namespace loci::cli
