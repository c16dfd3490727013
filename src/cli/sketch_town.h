// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/progress.h"
#include "loci/base/status.h"

#include <cstdint>
#include <string>

namespace loci::cli {

struct SketchTown {
  int num_places = 20;
  int num_times = 4;
  uint64_t seed = 1;
  int width = 320, height = 240;
  int num_threads = 0;
};

/// Draws a town of flat street scenes without any renderer: `folder`/database holds the first num_times - 1 visits of every
/// place, `folder`/queries the last one, with positions and times in the file names and in EXIF. Places lie 60 m apart.
/// Returns the number of images.
Result<int64_t> draw_sketch_town(const std::string& folder,
                                 const SketchTown& town,
                                 const JobControl& job);

}  // namespace loci::cli
