// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "video_frames.h"

#include "frame_folder.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/image/frame_file.h"

namespace loci::cli {
namespace {

constexpr int kQuality = 95;

/// Frames go to a folder marked as begun, so that a run that is stopped leaves nothing that passes for whole.
Status cut(const std::string& video,
           const VideoOptions& options,
           const FrameOrigin& origin,
           const std::string& folder,
           Console& console) {
  if (is_cut(folder, origin)) return {};
  LOCI_TRY(reader, open_video(video, options));
  LOCI_RETURN_IF_ERROR(begin_cut(folder, origin));
  const std::string& name = origin.name;
  const JobControl job = console.job();
  FrameNames names(name, frame_decimals(options));
  for (int64_t done = 0;; ++done) {
    if (job.cancelled())
      return cancelled("stopped on request; " + printable(name) + " is cut only in part");
    job.progress("cutting " + name, done, 0);
    LOCI_TRY(frame, reader->next());
    if (!frame) break;
    LOCI_RETURN_IF_ERROR(save_frame(folder + "/" + names.next(frame->stamp_s) + ".jpg",
                                    frame->image,
                                    kQuality,
                                    frame->photo,
                                    frame->focal_35mm));
  }
  if (!reader->note().empty()) console.note(reader->note());
  return end_cut(folder, origin);
}

}  // namespace

Result<std::vector<VideoFailure>> cut_videos(const std::string& folder,
                                             const VideoOptions& options,
                                             std::vector<std::string>* paths,
                                             Console& console) {
  LOCI_RETURN_IF_ERROR(options.validate());
  std::vector<VideoFailure> failures;
  std::vector<std::string> kept;
  FrameFolders folders(folder);
  for (const std::string& path : *paths) {
    if (!is_video_file(path)) {
      kept.push_back(path);
      continue;
    }
    const auto one = [&]() -> Status {
      LOCI_TRY(origin, FrameOrigin::of(path, options));
      const std::string frames = folders.folder_of(origin);
      LOCI_RETURN_IF_ERROR(cut(path, options, origin, frames, console));
      kept.push_back(frames);
      return {};
    };
    Status status = one();
    if (status.code() == Code::kCancelled) return status;
    if (!status.ok()) failures.push_back({path, std::move(status)});
  }
  *paths = std::move(kept);
  return failures;
}

}  // namespace loci::cli
