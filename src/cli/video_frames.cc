// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "video_frames.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/image/encode.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace loci::cli {
namespace {

constexpr int kQuality = 95;

/// What a folder of frames was cut from, on one line of its file "cut".
Result<std::string> origin_of(const std::string& video, const VideoOptions& options) {
  LOCI_TRY(info, file_info(video));
  const std::string topic = options.topic.empty() ? "" : "topic " + printable(options.topic) + ", ";
  return format("loci frames 1: every %g s, every %d frames, %s%llu bytes, changed %lld ns, %s\n",
                options.every_s,
                options.every_frames,
                topic.c_str(),
                static_cast<unsigned long long>(info.size),
                static_cast<long long>(info.mtime_ns),
                std::filesystem::absolute(video).lexically_normal().c_str());
}

Status cut(const std::string& video,
           const VideoOptions& options,
           const std::string& folder,
           Console& console) {
  LOCI_TRY(origin, origin_of(video, options));
  const std::string mark = folder + "/cut";
  if (const auto known = read_text_file(mark); known.ok()) {
    if (*known == origin) return {};
    if (!known->starts_with("loci frames ")) {
      return invalid_argument(printable(folder) +
                              ": holds other files; name another --frames folder");
    }
  }
  LOCI_TRY(reader, open_video(video, options));
  std::error_code error;
  if (read_text_file(mark).ok())
    std::filesystem::remove_all(folder, error);  // ours, of other options
  LOCI_RETURN_IF_ERROR(make_folders(folder));
  const std::string name = std::filesystem::path(video).filename().string();
  const JobControl job = console.job();
  for (int64_t done = 0;; ++done) {
    if (job.cancelled())
      return cancelled("stopped on request; " + printable(name) + " is cut only in part");
    job.progress("cutting " + name, done, 0);
    LOCI_TRY(frame, reader->next());
    if (!frame) break;
    LOCI_RETURN_IF_ERROR(save_jpeg(folder + "/" + video_frame_name(name, frame->stamp_s) + ".jpg",
                                   frame->image,
                                   kQuality,
                                   &frame->photo));
  }
  if (!reader->note().empty()) console.note(reader->note());
  return write_file(mark, std::string_view(origin));
}

}  // namespace

Status cut_videos(const std::string& folder,
                  const VideoOptions& options,
                  std::vector<std::string>* paths,
                  Console& console) {
  std::vector<std::string> made;
  for (std::string& path : *paths) {
    if (!is_video_name(path)) continue;
    const std::string frames = folder + "/" + std::filesystem::path(path).filename().string();
    if (std::ranges::find(made, frames) != made.end()) {
      return invalid_argument(printable(path) +
                              ": a second video of this name; index them with --frames folders of "
                              "their own");
    }
    LOCI_RETURN_IF_ERROR(cut(path, options, frames, console));
    made.push_back(frames);
    path = frames;
  }
  return {};
}

}  // namespace loci::cli
