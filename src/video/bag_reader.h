// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/video/video.h"

namespace loci::internal {

/// open_video() of a bag of any kind.
Result<std::unique_ptr<VideoReader>> open_bag(const std::string& path, const VideoOptions& options);

}  // namespace loci::internal
