// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/describe/describer.h"
#include "loci/describe/verifier.h"
#include "loci/image/image.h"
#include "loci/place/sequence_match.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace loci {

struct LoopOptions {
  /// Frames of the last so many seconds are no candidates.
  double exclude_s = 30;
  /// Nor are the last so many frames.
  int exclude_frames = 10;
  /// Best frames, each at least consistency_jump from the others, that are looked at.
  int top_k = 3;
  /// Least cosine similarity of a loop.
  double min_similarity = 0;
  /// Least part of this run's own chance scores that lie below a loop's; 0 accepts all, and
  /// anything else needs some 100 frames to compare with and 30 to learn from before.
  double min_confidence = 0.9995;
  /// So many frames in a row, the newest among them, must have candidates near each other
  /// (Galvez-Lopez and Tardos 2012).
  int consistency = 3;
  /// Near: at most so many frames apart.
  int consistency_jump = 5;
  /// Check candidates geometrically; keeps a JPEG of each frame (not the descriptor alone).
  bool verify = false;
  /// Verify: from here on, instead of min_confidence where that is more, a candidate is checked;
  /// what one geometry explains is a loop, also before chance is known.
  double verify_confidence = 0.5;
  /// Frames kept; beyond them the most redundant one is forgotten.
  int max_frames = 20'000;
  int num_threads = 0;
  SequenceOptions sequence;
  VerifyOptions geometry{.verify_features = "rootsift", .max_keypoints = 500};

  template <class V>
  void describe(V&& v) {
    v({"exclude_s", "frames of the last so many seconds are no candidates"}, exclude_s);
    v({"exclude_frames", "nor are the last so many frames"}, exclude_frames);
    v({"top_k", "best frames, each at least consistency_jump from the others, that are looked at"},
      top_k);
    v({"min_similarity", "least cosine similarity of a loop"}, min_similarity);
    v({"min_confidence",
       "least part of this run's own chance scores that lie below a loop's; 0 accepts all, and "
       "anything else needs some 100 frames to compare with and 30 to learn from before"},
      min_confidence);
    v({"consistency",
       "so many frames in a row, the newest among them, must have candidates near each other "
       "(Galvez-Lopez and Tardos 2012)"},
      consistency);
    v({"consistency_jump", "near: at most so many frames apart"}, consistency_jump);
    v({"verify",
       "check candidates geometrically; keeps a JPEG of each frame (not the descriptor alone)"},
      verify);
    v({"verify_confidence",
       "verify: from here on, instead of min_confidence where that is more, a candidate is "
       "checked; what one geometry explains is a loop, also before chance is known"},
      verify_confidence);
    v({"max_frames", "frames kept; beyond them the most redundant one is forgotten"}, max_frames);
    sequence.describe(v);
  }
  /// InvalidArgument naming the option that is out of range.
  Status validate() const;
};

/// The frame `frame` shows the place of the earlier frame `match`. Frames count from 0 in the order
/// in which they were added, forgotten ones included.
struct Loop {
  int64_t frame = 0, match = 0;
  double stamp_s = 0, match_stamp_s = 0;
  float similarity = 0;  ///< cosine of the two descriptors
  /// Similarity, or that of the sequence, but no more than the mean over `consistency` frames in a
  /// row.
  double score = 0;
  double confidence = 0;  ///< part of chance scores below this one
  int consistent = 1;     ///< frames in a row with candidates near each other, this one included
  std::optional<VerifiedCandidate> geometry;  ///< where it was checked
};

/// What became of one frame, loop or not.
struct LoopFrame {
  int64_t frame = -1;
  /// The best candidate that is consistent (and, with `verify`, verified), whatever its confidence:
  /// what precision-recall curves are made of. A loop is one that also passes the thresholds.
  std::optional<Loop> candidate;
  int64_t old_frames = 0;  ///< frames [0, old_frames) were old enough to be its match
  int64_t kept_frames = 0;
  double describe_ms = 0, search_ms = 0, verify_ms = 0;
};

/// Finds loops in a stream of frames while it comes: does this frame show a place that the robot
/// saw before? Give it each frame (or key frame) once, in order.
///
///   1. The frame is described and compared with every kept frame but the most recent ones
///      (`exclude_s`, `exclude_frames`) and those since when nothing changed: a robot that stands
///      still closes no loop.
///   2. `sequence` > 1 replaces similarities by those of sequences (SequenceMatcher).
///   3. Of the `top_k` best candidates those count whose neighbourhood was also among those of the
///      `consistency` - 1 frames before. Their score is the lesser of their own and the mean over
///      these frames: loops last, and chance seldom does.
///   4. How high chance reaches is learnt from the run itself, without any truth: the best score of
///      a frame away from its best place (and from where that place was seen again) is chance, and
///      nearly normal over the last 200 frames. `min_confidence` is a quantile of it; no loop is
///      given before 30 frames had 60 others to be compared with. `min_similarity` is a plain bound
///      beside it; with `min_confidence` 0 it stands alone. With sequences the newest frame must
///      itself be more alike than chance usually is.
///   5. With `verify`, the best candidate that one geometry explains; `verify_confidence` is enough
///      then.
///
/// Memory is bounded by `max_frames` * (2 * dim bytes, and with `verify` a JPEG of 640 pixels).
/// Beyond that the frame is forgotten that is most like the frame kept before it or the frame it
/// closed a loop with (never one of the most recent): where the robot stood, went slowly or came by
/// again, frames become sparse first.
///
/// Threads: add() from one thread at a time, and it blocks no other: a second call at the same time
///          waits for the first. size(), memory_bytes() and last() from any thread at any time
class LoopDetector {
 public:
  /// Errors: InvalidArgument for options out of range; Unsupported for `verify` with RootSIFT in a
  ///         build without OpenCV
  static Result<std::unique_ptr<LoopDetector>> create(std::shared_ptr<const Describer> describer,
                                                      const LoopOptions& options = {});
  /// For descriptors of one's own, `dim` numbers each.
  /// Errors:  also InvalidArgument for `verify`
  static Result<std::unique_ptr<LoopDetector>> create(int64_t dim, const LoopOptions& options = {});
  virtual ~LoopDetector() = default;

  /// `stamp_s`: time of the frame, seconds of any clock that does not go back.
  /// Errors: InvalidArgument for a stamp that goes back or is not finite; what describing gives. A
  ///         frame that failed is not remembered and takes no number
  virtual Result<std::optional<Loop>> add(ImageView image, double stamp_s) = 0;
  /// The same with a descriptor, which is scaled to unit norm. One of zeros (a frame without
  /// features) is remembered and never a loop.
  /// Errors: also InvalidArgument for another width, values that are not finite, or `verify`
  /// Cost:   2 * dim bytes read a kept frame: 20,000 frames of 4,096 numbers are 160 MB
  virtual Result<std::optional<Loop>> add(std::span<const float> descriptor, double stamp_s) = 0;

  virtual int64_t size() const = 0;  ///< frames kept
  virtual size_t memory_bytes() const = 0;
  /// What became of the frame added last.
  virtual LoopFrame last() const = 0;
  virtual const LoopOptions& options() const = 0;
};

}  // namespace loci
