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
#include <string>

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
  /// Without a geometric check: least part of chance scores that lie below a loop's; 0 accepts all.
  /// For models whose chance is not known beforehand it needs some 100 frames to compare with and 30
  /// to learn from.
  double min_confidence = 0.9995;
  /// So many frames in a row, the newest among them, must have candidates near each other
  /// (Galvez-Lopez and Tardos 2012).
  int consistency = 3;
  /// Near: at most so many frames apart.
  int consistency_jump = 5;
  /// Check candidates geometrically, by the local features of the describer's own pass where it has
  /// some (Describer::has_points()). Others are checked only when geometry.verify_features names
  /// what to match, from a JPEG that is kept of each frame: some 100 ms a candidate. Descriptors
  /// alone are not checked.
  bool verify = true;
  /// Verify: least part of chance scores below a candidate's, and of the log odds of other places
  /// in this run, instead of min_confidence where that is more; the built-in model's similarities
  /// must pass min_confidence until the drive has centers of its own.
  double verify_confidence = 0.985;
  /// Verify, models with odds (ModelSpec::match_odds): least probability of one place, by similarity
  /// and inliers of an epipolar geometry; mean log odds over the consistent frames.
  double min_probability = 0.5;
  /// Verify, local features: photos of different places have as many inliers of `geometry` as a
  /// loop's in at most this part of cases (inlier_chance(), geometric mean over the consistent
  /// frames). Models without odds: a tenth of it.
  double max_chance = 1e-3;
  /// Learn the centers of a model that says so (the built-in one) from the first 100 frames; from
  /// the 120th on all frames, kept ones as well, are described by them.
  bool own_centers = true;
  /// Frames kept; beyond them the most redundant one is forgotten.
  int max_frames = 20'000;
  int num_threads = 0;
  SequenceOptions sequence;
  VerifyOptions geometry{.max_keypoints = 500, .geometry = {.geometry = "homography"}};

  template <class V>
  void describe(V&& v) {
    v({"exclude_s", "frames of the last so many seconds are no candidates"}, exclude_s);
    v({"exclude_frames", "nor are the last so many frames"}, exclude_frames);
    v({"top_k", "best frames, each at least consistency_jump from the others, that are looked at"},
      top_k);
    v({"min_similarity", "least cosine similarity of a loop"}, min_similarity);
    v({"min_confidence",
       "without a geometric check: least part of chance scores that lie below a loop's; 0 accepts "
       "all. For models whose chance is not known beforehand it needs some 100 frames to compare "
       "with and 30 to learn from"},
      min_confidence);
    v({"consistency",
       "so many frames in a row, the newest among them, must have candidates near each other "
       "(Galvez-Lopez and Tardos 2012)"},
      consistency);
    v({"consistency_jump", "near: at most so many frames apart"}, consistency_jump);
    v({"verify",
       "check candidates geometrically, by the model's own local features where it has some; "
       "others only where verify_features says what to match"},
      verify);
    v({"verify_confidence",
       "verify: least part of chance scores, and of other places' log odds in this run, below a "
       "candidate's; until the drive has centers of its own, min_confidence for the former"},
      verify_confidence);
    v({"min_probability",
       "verify, models with odds: least probability of one place by similarity and inliers"},
      min_probability);
    v({"max_chance",
       "verify, local features: frames of different places have as many inliers as a loop's in at "
       "most this part of cases; models without odds: a tenth of it"},
      max_chance);
    v({"own_centers",
       "learn the built-in model's centers from the first 100 frames, and describe all frames by "
       "them from the 120th on"},
      own_centers);
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
  /// row. Where local features are checked, by how much a loop is one, 0 or more: the lesser of
  /// log10(max_chance / chance) and how far the log odds of `probability` exceed what min_probability
  /// and verify_confidence ask for.
  double score = 0;
  double confidence = 0;  ///< part of chance scores below this one's similarity
  /// Local features: how probable so many inliers are between different places, no less than the
  /// geometric mean over `consistency` frames in a row.
  double chance = 1;
  /// Local features, models with odds: how probable one place is, no more than what mean log odds
  /// over `consistency` frames in a row say; else 0.
  double probability = 0;
  int consistent = 1;  ///< frames in a row with candidates near each other, this one included
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
  bool chance_known = false;  ///< confidences say something
  double describe_ms = 0, search_ms = 0, verify_ms = 0;
};

/// Finds loops in a stream of frames while it comes: does this frame show a place that the robot
/// saw before? Give it each frame (or key frame) once, in order.
///
///   1. The frame is described (by the model's centers at first, by those of the drive's own once
///      there are frames enough: `own_centers`) and compared with every kept frame but the most recent ones
///      (`exclude_s`, `exclude_frames`) and those since when nothing changed: a robot that stands
///      still closes no loop.
///   2. `sequence` > 1 replaces similarities by those of sequences (SequenceMatcher).
///   3. Of the `top_k` best candidates those count whose neighbourhood was also among those of the
///      `consistency` - 1 frames before. Their score is the lesser of their own and the mean over
///      these frames: loops last, and chance seldom does.
///   4. How high chance reaches is learnt from the run itself, without any truth: the best score of
///      a frame away from its best place (and from where that place was seen again) is chance, and
///      nearly normal over the last 200 frames. For the built-in model it begins with what is usual
///      on other drives; for others no loop is given before 30 frames had 60 others to be compared
///      with. `min_confidence` is a quantile of it, `min_similarity` a plain bound beside it; with
///      `min_confidence` 0 it stands alone. With sequences the newest frame must itself be more
///      alike than chance usually is.
///   5. With `verify` and local features, each of the `top_k` is checked twice: a homography, which
///      holds from nearly the same point only, and for the model's odds an epipolar geometry. A loop
///      passes `max_chance` and `min_probability` over the consistent frames; `verify_confidence`
///      is enough then. With other features it is the best one that one geometry explains.
///
/// Memory is bounded by `max_frames` * (2 * dim bytes, and with `verify` 39 KB of local features or
/// a JPEG of 640 pixels), and 30 MB more until centers are learnt.
/// Beyond that the frame is forgotten that is most like the frame kept before it or the frame it
/// closed a loop with (never one of the most recent): where the robot stood, went slowly or came by
/// again, frames become sparse first.
///
/// Threads: add() from one thread at a time, and it blocks no other: a second call at the same time
///          waits for the first. size(), memory_bytes() and last() from any thread at any time
class LoopDetector {
 public:
  /// Errors: InvalidArgument for options out of range; Unsupported for a check with RootSIFT in a
  ///         build without OpenCV
  static Result<std::unique_ptr<LoopDetector>> create(std::shared_ptr<const Describer> describer,
                                                      const LoopOptions& options = {});
  /// For descriptors of one's own, `dim` numbers each; `verify` does nothing.
  static Result<std::unique_ptr<LoopDetector>> create(int64_t dim, const LoopOptions& options = {});
  /// The same with the map of an earlier run, which save() wrote: all of its frames are candidates
  /// from the first frame on, whatever their stamps, and stamps begin anew. Frames are numbered on.
  /// A map whose run had centers of its own goes on with them; one that was saved before keeps
  /// general centers.
  /// Errors: also what reading gives; Corrupt for a damaged map; Unsupported for a newer version;
  ///         InvalidArgument for no map, one of another model, or another kind of check
  static Result<std::unique_ptr<LoopDetector>> load(const std::string& path,
                                                    std::shared_ptr<const Describer> describer,
                                                    const LoopOptions& options = {});
  static Result<std::unique_ptr<LoopDetector>> load(const std::string& path,
                                                    int64_t dim,
                                                    const LoopOptions& options = {});
  virtual ~LoopDetector() = default;

  /// `stamp_s`: time of the frame, seconds of any clock that does not go back.
  /// Errors: InvalidArgument for a stamp that goes back or is not finite; what describing gives. A
  ///         frame that failed is not remembered and takes no number
  virtual Result<std::optional<Loop>> add(ImageView image, double stamp_s) = 0;
  /// The same with a descriptor, which is scaled to unit norm. One of zeros (a frame without
  /// features) is remembered and never a loop.
  /// Errors: also InvalidArgument for another width, values that are not finite, or where frames'
  ///         images are checked
  /// Cost:   2 * dim bytes read a kept frame: 20,000 frames of 4,096 numbers are 160 MB
  virtual Result<std::optional<Loop>> add(std::span<const float> descriptor, double stamp_s) = 0;

  /// Writes the kept frames for a later run (docs/formats/loop_map.md), whole or not at all. `names`,
  /// of this run's frames in their order, may be given for name().
  /// Errors: Io
  /// Threads: waits for add()
  /// Memory: twice memory_bytes() meanwhile
  virtual Status save(const std::string& path, std::span<const std::string> names = {}) const = 0;
  /// Number of this run's first frame: more than 0 where a map was loaded.
  virtual int64_t first_frame() const = 0;
  /// Name of a frame of an earlier run, as it was saved; else "".
  virtual std::string name(int64_t frame) const = 0;

  virtual int64_t size() const = 0;  ///< frames kept
  virtual size_t memory_bytes() const = 0;
  /// What became of the frame added last.
  virtual LoopFrame last() const = 0;
  virtual const LoopOptions& options() const = 0;
  /// Candidates are checked geometrically: "points", "backbone" or "rootsift"; "" where they are not.
  virtual std::string checked_by() const = 0;
};

}  // namespace loci
