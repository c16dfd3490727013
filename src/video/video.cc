// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/video/video.h"

#include "plugin_stamp.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <array>
#include <cstring>
#include <dlfcn.h>
#include <unistd.h>

namespace loci {
namespace {

constexpr const char* kPluginFile = "libloci_video_plugin.so";

std::string program_folder() {
  std::array<char, 4096> target{};
  const ssize_t length = readlink("/proc/self/exe", target.data(), target.size() - 1);
  if (length <= 0) return ".";
  const std::string path(target.data(), static_cast<size_t>(length));
  return path.substr(0, path.rfind('/'));
}

/// The plugin's entry point.
struct VideoPlugin {
  internal::VideoPluginOpen open = nullptr;
};

Result<VideoPlugin> load(const std::string& path) {
  // Never closed: FFmpeg's threads live as long as the program.
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = dlerror();
    return unsupported("videos cannot be read: " + std::string(why == nullptr ? path : why));
  }
  const auto stamp =
      reinterpret_cast<internal::VideoPluginStamp>(dlsym(handle, "loci_video_plugin_stamp"));
  const auto open =
      reinterpret_cast<internal::VideoPluginOpen>(dlsym(handle, "loci_video_plugin_open"));
  if (stamp == nullptr || open == nullptr ||
      std::strcmp(stamp(), internal::kVideoPluginStamp) != 0) {
    return corrupt(printable(path) +
                   ": belongs to another build; install program and plugin together");
  }
  return VideoPlugin{open};
}

Result<VideoPlugin> video_plugin() {
  const std::string beside = program_folder();
  std::string looked;
  for (const std::string& folder :
       {beside, beside + "/../lib/loci", std::string(LOCI_PLUGIN_FOLDER)}) {
    const std::string path = folder + "/" + kPluginFile;
    if (file_info(path).ok()) return load(path);
    looked += (looked.empty() ? "" : ", ") + printable(path);
  }
  return unsupported("this build cannot read videos: there is no plugin at " + looked +
                     "; install OpenCV's videoio (libopencv-dev) and build again");
}

}  // namespace

Result<std::unique_ptr<VideoReader>> open_video(const std::string& path,
                                                const VideoOptions& options) {
  if (!(options.every_s >= 0) || options.every_frames < 1) {
    return invalid_argument(
        format("every %g s and every %d frames: expected at least 0 s and 1 frame",
               options.every_s,
               options.every_frames));
  }
  LOCI_TRY(info, file_info(path));
  if (info.is_directory) return invalid_argument(printable(path) + ": a folder, not a video");
  if (info.size == 0) return corrupt(printable(path) + ": an empty file, not a video");
  LOCI_TRY(plugin, video_plugin());
  return plugin.open(path, options);
}

const std::vector<std::string>& video_extensions() {
  static const std::vector<std::string> kExtensions{".mp4",
                                                    ".m4v",
                                                    ".mov",
                                                    ".avi",
                                                    ".mkv",
                                                    ".webm",
                                                    ".mpg",
                                                    ".mpeg",
                                                    ".mts",
                                                    ".m2ts",
                                                    ".3gp",
                                                    ".ogv",
                                                    ".wmv"};
  return kExtensions;
}

bool is_video_name(const std::string& path) {
  return ends_with_any(to_lower(path), video_extensions());
}

std::string video_frame_name(const std::string& path, double stamp_s) {
  return path + format("#t=%.2f", stamp_s);
}

}  // namespace loci
