// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/video/video.h"

namespace loci::internal {

/// The entry of a plugin that reads files of many frames.
struct VideoPlugin {
  Result<std::unique_ptr<VideoReader>> (*open)(const std::string& path,
                                               const VideoOptions& options) = nullptr;
};

}  // namespace loci::internal
