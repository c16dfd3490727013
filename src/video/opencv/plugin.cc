// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The plugin's two entry points, found by name by open_video().
#include "plugin_stamp.h"
#include "reader.h"

extern "C" {

__attribute__((visibility("default"))) const char* loci_video_plugin_stamp() {
  return loci::internal::kVideoPluginStamp;
}

__attribute__((visibility("default"))) loci::Result<std::unique_ptr<loci::VideoReader>>
loci_video_plugin_open(const std::string& path, const loci::VideoOptions& options) {
  return loci::internal::open_with_opencv(path, options);
}
}
