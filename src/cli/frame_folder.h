// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/video/video.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace loci::cli {

/// What a folder of frames was cut from: the video and the choice of frames.
struct FrameOrigin {
  std::string path;  ///< absolute
  std::string name;  ///< its last part
  std::string choice;
  std::string state;  ///< size and time of change
  static Result<FrameOrigin> of(const std::string& video, const VideoOptions& options);
  std::string line() const;
};

/// Gives each video a folder of frames of its own below one folder: NAME, or where another video of that name has it,
/// NAME-2, ... A folder says by its file "cut" which video it belongs to.
class FrameFolders {
 public:
  explicit FrameFolders(std::string folder);
  /// The folder that holds this video's frames already, or a free one. A video that was moved keeps its folder.
  std::string folder_of(const FrameOrigin& origin);

 private:
  std::string folder_;
  /// What a mark says after its first word: name of the folder.
  std::map<std::string, std::string> by_mark_;
  std::set<std::string> given_;
};

/// Does the folder hold all frames of just this origin?
bool is_cut(const std::string& folder, const FrameOrigin& origin);
/// Makes the folder, takes frames that an earlier cut left out of it, and marks it as begun. Files of others stay.
Status begin_cut(const std::string& folder, const FrameOrigin& origin);
Status end_cut(const std::string& folder, const FrameOrigin& origin);

}  // namespace loci::cli
