// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drive_layout.h"
#include "photo_search.h"
#include "video_frames.h"

#include "loci/base/status.h"
#include "loci/image/image.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loci::cli {

/// A frame of a sequence.
struct SequenceFrame {
  std::string name;  ///< the file
  double stamp_s = 0;
  Status status;  ///< why there is no image, if so
  Image image;
};

/// Frames in the order of their time, one after the other.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  /// Nothing at the end. A frame that cannot be read comes with its status.
  virtual std::optional<SequenceFrame> next() = 0;
  virtual int64_t size() const = 0;  ///< frames that will come, 0 when not known
};

struct SequenceRules {
  double fps = 10;      ///< of photographs whose names are no times
  double every_s = 0;   ///< leave out frames nearer to the last one than this
  double pause_s = 60;  ///< between two sequences
  std::string topic;    ///< of the images in bags
};

struct Sequences {
  std::unique_ptr<FrameSource> source;
  std::vector<DriveLayout> layouts;    ///< of those that are drives of a public data set
  std::vector<std::string> photos;     ///< the photographs among the frames
  std::vector<VideoFailure> failures;  ///< sequences that could not be opened; the others go on
};

/// Opens sequences one after the other: files, drives whose folders are those of a public data set (recognise_drive),
/// folders of photographs in the order of their names, and videos and bags, whose frames are named by
/// video_frame_name(); those of a bag have its clock's times. A sequence whose file names are all times (times_of_names)
/// has them and their order; one beside a times.txt of as many rows has those. Where a sequence would begin before the
/// one before it ended, its times are shifted to begin `pause_s` later.
/// Errors: InvalidArgument when there is nothing; the first failure when no sequence can be opened
Result<Sequences> open_sequences(const std::vector<std::string>& arguments,
                                 const SequenceRules& rules,
                                 PhotoSearch* search);

}  // namespace loci::cli
