// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console.h"

#include "loci/base/status.h"
#include "loci/video/video.h"

#include <string>
#include <vector>

namespace loci::cli {

inline constexpr const char* kTopicHelp =
    "bags: topic of the images, such as /camera/image_raw; needed where there are several";

struct VideoFailure {
  std::string video;
  Status error;
};

/// Takes the videos and bags out of `paths` and puts folders of their frames in their places:
/// FOLDER/walk.mp4/walk.mp4#t=12.40.jpg, with position and date where a bag has them; a second video of one name gets
/// FOLDER/walk-2.mp4. A video that was cut before, with the same options, size and time of change, is not cut again.
/// Those that cannot be cut are returned, and the others go on.
/// Errors:  InvalidArgument for the options; Cancelled
Result<std::vector<VideoFailure>> cut_videos(const std::string& folder,
                                             const VideoOptions& options,
                                             std::vector<std::string>* paths,
                                             Console& console);

}  // namespace loci::cli
