// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/video/video.h"

namespace loci::internal {

/// Program and plugin share C++ types, so both must come from one build of one version.
inline constexpr const char* kVideoPluginStamp = LOCI_VIDEO_PLUGIN_STAMP;

using VideoPluginStamp = const char* (*)();
using VideoPluginOpen = Result<std::unique_ptr<VideoReader>> (*)(const std::string&,
                                                                 const VideoOptions&);

}  // namespace loci::internal
