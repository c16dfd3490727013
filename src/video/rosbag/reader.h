// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/video/video.h"

namespace loci::internal {

/// open_video() behind the plugin of bags; the file is there and begins as a bag of format 2.0.
Result<std::unique_ptr<VideoReader>> open_bag(const std::string& path, const VideoOptions& options);

}  // namespace loci::internal
