// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/video/video.h"

namespace loci::internal {

/// open_video() behind the plugin; the file is there and not empty.
Result<std::unique_ptr<VideoReader>> open_with_opencv(const std::string& path,
                                                      const VideoOptions& options);

}  // namespace loci::internal
