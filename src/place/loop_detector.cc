// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/loop_detector.h"

#include "loop_candidates.h"
#include "loop_memory.h"
#include "loop_picture.h"
#include "loop_threshold.h"

#include "loci/base/progress.h"
#include "loci/base/text.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>
#include <mutex>

namespace loci {
namespace {

class Detector : public LoopDetector {
 public:
  Detector(std::shared_ptr<const Describer> describer,
           std::unique_ptr<Verifier> verifier,
           int64_t dim,
           const LoopOptions& options)
      : describer_(std::move(describer)),
        verifier_(std::move(verifier)),
        dim_(dim),
        options_(options),
        memory_(dim, options.max_frames),
        matcher_(options.sequence),
        trail_(options.consistency_jump, options.consistency),
        threshold_(options) {}

  Result<std::optional<Loop>> add(ImageView image, double stamp_s) override {
    if (!describer_) {
      return invalid_argument(
          "this loop detector takes descriptors; make it with a describer to give it images");
    }
    const std::lock_guard one_at_a_time(adding_);
    const Stopwatch watch;
    std::vector<float> descriptor(static_cast<size_t>(dim_));
    LOCI_RETURN_IF_ERROR(describer_->describe(image, descriptor, options_.num_threads));
    const double describe_ms = watch.milliseconds();
    return add_described(
        std::move(descriptor), stamp_s, options_.verify ? &image : nullptr, describe_ms);
  }

  Result<std::optional<Loop>> add(std::span<const float> descriptor, double stamp_s) override {
    if (options_.verify) {
      return invalid_argument("verify needs the frames' images; add images, or leave verify out");
    }
    if (std::ssize(descriptor) != dim_) {
      return invalid_argument(format("a descriptor of %zu numbers; this detector takes %lld",
                                     descriptor.size(),
                                     static_cast<long long>(dim_)));
    }
    const std::lock_guard one_at_a_time(adding_);
    return add_described({descriptor.begin(), descriptor.end()}, stamp_s, nullptr, 0);
  }

  int64_t size() const override {
    const std::lock_guard lock(state_);
    return memory_.size();
  }
  size_t memory_bytes() const override {
    const std::lock_guard lock(state_);
    return memory_.memory_bytes();
  }
  LoopFrame last() const override {
    const std::lock_guard lock(state_);
    return last_;
  }
  const LoopOptions& options() const override { return options_; }

 private:
  Result<std::optional<Loop>> add_described(std::vector<float> descriptor,
                                            double stamp_s,
                                            const ImageView* image,
                                            double describe_ms) {
    LOCI_RETURN_IF_ERROR(check(descriptor, stamp_s));
    LoopMemoryFrame kept{.number = next_number_, .stamp_s = stamp_s};
    if (image != nullptr) {
      LOCI_TRY(jpeg, loop_picture(*image));
      kept.jpeg = std::move(jpeg);
    }
    const bool empty = l2_normalize(descriptor) == 0;
    LoopFrame report{.frame = next_number_, .describe_ms = describe_ms};
    const Stopwatch watch;
    std::vector<Loop> candidates = find_candidates(descriptor, stamp_s, empty);
    if (empty) candidates.clear();  // a frame without features shows no place
    report.search_ms = watch.milliseconds();
    const int64_t old = old_frames(next_number_, stamp_s);
    report.old_frames = old > 0 ? memory_.frame(old - 1).number + 1 : 0;
    pair_with_twin(candidates, kept);
    const Stopwatch verifying;
    report.candidate = choose(std::move(candidates), image);
    report.verify_ms = verifying.milliseconds();
    std::optional<Loop> loop;
    if (report.candidate && threshold_.passes(*report.candidate)) loop = report.candidate;
    const Stopwatch storing;
    remember(std::move(kept), descriptor, stamp_s);
    report.search_ms += storing.milliseconds();
    report.kept_frames = memory_.size();
    const std::lock_guard lock(state_);
    last_ = report;
    return loop;
  }

  Status check(std::span<const float> descriptor, double stamp_s) const {
    if (!std::isfinite(stamp_s) || (next_number_ > 0 && stamp_s < last_stamp_s_)) {
      return invalid_argument(
          format("a frame at %.6f s after one at %.6f s; give frames in the order of their time",
                 stamp_s,
                 last_stamp_s_));
    }
    for (size_t i = 0; i < descriptor.size(); ++i) {
      if (!std::isfinite(descriptor[i])) {
        return invalid_argument(format("number %zu of the descriptor is not finite", i));
      }
    }
    return {};
  }

  /// Frames [0, result) are old enough for a frame of this number and time.
  int64_t old_frames(int64_t number, double stamp_s) const {
    int64_t end = memory_.size();
    while (end > 0) {
      const LoopMemoryFrame& newest = memory_.frame(end - 1);
      const bool recent = stamp_s - newest.stamp_s < options_.exclude_s ||
                          number - newest.number < options_.exclude_frames;
      if (!recent) break;
      --end;
    }
    return end;
  }

  /// Frames since when all looked like this one are no loop, however long ago they are: the robot
  /// stood, and no time passed since it came.
  int64_t before_standstill(std::span<const float> similarities, int64_t old, double bound) const {
    int64_t came = std::ssize(similarities);
    while (came > 0 && static_cast<double>(similarities[static_cast<size_t>(came - 1)]) >= bound)
      --came;
    if (came >= old) return old;
    return old_frames(memory_.frame(came).number, memory_.frame(came).stamp_s);
  }

  std::vector<Loop> find_candidates(std::span<const float> descriptor, double stamp_s, bool empty) {
    const std::vector<float> similarities = memory_.similarities(descriptor, options_.num_threads);
    int64_t old = old_frames(next_number_, stamp_s);
    const std::span<const float> all(similarities);
    if (const auto bound = threshold_.usual_likeness(all.first(static_cast<size_t>(old)))) {
      old = before_standstill(similarities, old, *bound);
    }
    const std::span<const float> eligible = all.first(static_cast<size_t>(old));
    threshold_.begin_frame(eligible);
    std::vector<float> scores(eligible.begin(), eligible.end());
    if (options_.sequence.sequence > 1) {
      matcher_.push(eligible);
      scores = matcher_.scores();
    }
    const std::vector<int64_t> peaks =
        spread_peaks(scores, options_.top_k, options_.consistency_jump);
    std::vector<int64_t> numbers;
    std::vector<double> own_scores;
    for (const int64_t p : peaks) {
      numbers.push_back(memory_.frame(p).number);
      own_scores.push_back(static_cast<double>(scores[static_cast<size_t>(p)]));
    }
    const auto trails = trail_.next(numbers, own_scores);
    std::vector<Loop> out;
    for (size_t i = 0; i < peaks.size(); ++i) {
      const auto at = static_cast<size_t>(peaks[i]);
      out.push_back({.frame = next_number_,
                     .match = numbers[i],
                     .stamp_s = stamp_s,
                     .match_stamp_s = memory_.frame(peaks[i]).stamp_s,
                     .similarity = similarities[at],
                     .score = trails[i].score,
                     .confidence = threshold_.confidence(trails[i].score),
                     .consistent = trails[i].length,
                     .geometry = {}});
    }
    if (!empty) threshold_.learn(scores, eligible, memory_, stamp_s);
    return out;
  }

  /// The best consistent candidate shows the frame's place, as it seems, unless chance often gives
  /// as much. Known before loops are, so that a second round that came early is no chance in the
  /// third.
  void pair_with_twin(std::span<const Loop> candidates, LoopMemoryFrame& kept) const {
    const auto best = std::ranges::find_if(
        candidates, [&](const Loop& each) { return each.consistent >= options_.consistency; });
    if (best == candidates.end() || !threshold_.stands_out(*best)) return;
    kept.twin = best->match;
    kept.like_twin = best->similarity;
  }

  /// The best consistent candidate; with a geometric check, of those that pass the thresholds.
  std::optional<Loop> choose(std::vector<Loop> candidates, const ImageView* image) const {
    std::erase_if(candidates,
                  [&](const Loop& each) { return each.consistent < options_.consistency; });
    if (!verifier_) return candidates.empty() ? std::nullopt : std::optional(candidates.front());
    std::erase_if(candidates, [&](const Loop& each) { return !threshold_.passes(each); });
    if (candidates.empty() || image == nullptr) return std::nullopt;
    const auto own = verifier_->features(*image, options_.num_threads);
    if (!own.ok()) return std::nullopt;
    for (Loop& each : candidates) {
      each.geometry = check_picture(*verifier_,
                                    *own,
                                    memory_.frame(memory_.position_of(each.match)).jpeg,
                                    options_.num_threads);
      if (each.geometry->status.ok() &&
          verifier_->verified(each.geometry->matched, each.geometry->inliers)) {
        return each;
      }
    }
    return std::nullopt;
  }

  void remember(LoopMemoryFrame kept, std::span<const float> descriptor, double stamp_s) {
    const std::lock_guard lock(state_);
    if (memory_.full()) matcher_.erase(memory_.forget_one(old_frames(next_number_, stamp_s)));
    memory_.add(std::move(kept), descriptor);
    ++next_number_;
    last_stamp_s_ = stamp_s;
  }

  const std::shared_ptr<const Describer> describer_;
  const std::unique_ptr<Verifier> verifier_;
  const int64_t dim_;
  const LoopOptions options_;
  std::mutex adding_;         ///< held by add() from beginning to end
  mutable std::mutex state_;  ///< held while memory_ and last_ change; add() alone changes them
  LoopMemory memory_;
  LoopFrame last_;
  SequenceMatcher matcher_;
  ConsistencyTrail trail_;
  LoopThreshold threshold_;
  int64_t next_number_ = 0;
  double last_stamp_s_ = 0;
};

}  // namespace

Result<std::unique_ptr<LoopDetector>> LoopDetector::create(
    std::shared_ptr<const Describer> describer, const LoopOptions& options) {
  LOCI_REQUIRE(describer != nullptr, "a describer, or the width of the descriptors");
  LOCI_RETURN_IF_ERROR(options.validate());
  std::unique_ptr<Verifier> verifier;
  if (options.verify) {
    LOCI_TRY(made, Verifier::create(*describer, options.geometry));
    verifier = std::move(made);
  }
  const int64_t dim = describer->dim();
  return std::unique_ptr<LoopDetector>(
      std::make_unique<Detector>(std::move(describer), std::move(verifier), dim, options));
}

Result<std::unique_ptr<LoopDetector>> LoopDetector::create(int64_t dim,
                                                           const LoopOptions& options) {
  LOCI_RETURN_IF_ERROR(options.validate());
  if (dim < 1 || dim > (int64_t{1} << 24)) {
    return invalid_argument(format("descriptors of %lld numbers; expected 1 to 16,777,216",
                                   static_cast<long long>(dim)));
  }
  if (options.verify) {
    return invalid_argument("verify needs images; make the detector with a describer");
  }
  return std::unique_ptr<LoopDetector>(std::make_unique<Detector>(nullptr, nullptr, dim, options));
}

}  // namespace loci
