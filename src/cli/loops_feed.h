// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console.h"
#include "frames.h"
#include "loops_describe.h"
#include "loops_run.h"

#include "loci/base/status.h"
#include "loci/place/loop_detector.h"

#include <string>

namespace loci::cli {

/// Files of LoopDetector::save() and load(); "" for none.
struct LoopMapFiles {
  std::string load, save;
};

/// Feeds all frames to a detector, saying what it finds. Cancelled keeps what was found.
Status feed_loops(const LoopOptions& options,
                  const LoopMapFiles& maps,
                  FrameSource& source,
                  const FrameDescriber& describer,
                  LoopsRun* run,
                  Console& console);

}  // namespace loci::cli
