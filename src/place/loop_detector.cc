// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/loop_detector.h"

#include "loop_candidates.h"
#include "loop_centers.h"
#include "loop_check.h"
#include "loop_map.h"
#include "loop_search.h"

#include "loci/base/progress.h"
#include "loci/base/text.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>
#include <mutex>

namespace loci {
namespace {

constexpr double kLeastChance = 1e-40;  // below, one more inlier says nothing more

class Detector : public LoopDetector {
 public:
  Detector(std::shared_ptr<const Describer> describer,
           std::unique_ptr<LoopCheck> check,
           int64_t dim,
           const LoopOptions& options)
      : given_(std::move(describer)),
        describer_(given_),
        check_(std::move(check)),
        dim_(dim),
        options_(options),
        search_(dim, options, LoopThreshold(options, kind_of_check(), given_.get())),
        fitting_(options.consistency_jump, options.consistency),
        fitting_odds_(options.consistency_jump, options.consistency) {
    if (describer_ && options_.own_centers) centers_ = LoopCenters::create(describer_);
  }

  Result<std::optional<Loop>> add(ImageView image, double stamp_s) override {
    if (!describer_) {
      return invalid_argument(
          "this loop detector takes descriptors; make it with a describer to give it images");
    }
    const std::lock_guard one_at_a_time(adding_);
    const Stopwatch watch;
    std::vector<float> descriptor(static_cast<size_t>(dim_));
    DescribedFeatures made;
    DescribedFeatures* const wanted = check_ && check_->by_points() ? &made : nullptr;
    LOCI_RETURN_IF_ERROR(
        centers_ ? centers_->describe(*describer_, image, descriptor, options_.num_threads, wanted)
                 : describer_->describe(image, descriptor, options_.num_threads, nullptr, wanted));
    LoopMemoryFrame kept;
    if (check_) LOCI_RETURN_IF_ERROR(check_->keep_of(image, made.points, kept));
    return add_described(
        std::move(descriptor), stamp_s, std::move(kept), &image, watch.milliseconds());
  }

  Result<std::optional<Loop>> add(std::span<const float> descriptor, double stamp_s) override {
    if (check_) {
      return invalid_argument(
          "candidates are checked by the frames' images; add images, or set verify to false");
    }
    if (std::ssize(descriptor) != dim_) {
      return invalid_argument(format("a descriptor of %zu numbers; this detector takes %lld",
                                     descriptor.size(),
                                     static_cast<long long>(dim_)));
    }
    const std::lock_guard one_at_a_time(adding_);
    return add_described({descriptor.begin(), descriptor.end()}, stamp_s, {}, nullptr, 0);
  }

  int64_t size() const override {
    const std::lock_guard lock(state_);
    return memory().size();
  }
  size_t memory_bytes() const override {
    const std::lock_guard lock(state_);
    return memory().memory_bytes() + centers_bytes_;
  }
  LoopFrame last() const override {
    const std::lock_guard lock(state_);
    return last_;
  }
  const LoopOptions& options() const override { return options_; }
  std::string checked_by() const override { return check_ ? check_->method() : ""; }
  int64_t first_frame() const override { return search_.first_number(); }
  std::string name(int64_t frame) const override {
    const std::lock_guard lock(state_);
    const int64_t at = memory().position_of(frame);
    return at < 0 ? "" : memory().frame(at).name;
  }

  Status save(const std::string& path, std::span<const std::string> names) const override {
    const std::lock_guard one_at_a_time(adding_);
    const Model* const base = given_ ? &given_->model() : nullptr;
    LoopMap map{.checked_by = checked_by(),
                .model_name = base != nullptr ? base->spec.name : "",
                .fingerprint = base != nullptr ? base->fingerprint : "",
                .own = describer_ != given_ ? describer_->shared_model() : nullptr,
                .frames = {},
                .rows = {}};
    search_.write(map, names);
    return write_loop_map(path, map, base);
  }

  /// What save() left, before any frame.
  Status recall(const std::string& path) {
    LOCI_TRY(map, read_loop_map(path, given_ ? &given_->model() : nullptr));
    if (map.dim != dim_ || map.checked_by != checked_by()) {
      return invalid_argument(printable(path) +
                              format(": descriptors of %lld dimensions%s; this detector has %lld%s",
                                     static_cast<long long>(map.dim),
                                     checked_text(map.checked_by).c_str(),
                                     static_cast<long long>(dim_),
                                     checked_text(checked_by()).c_str()));
    }
    if (map.own != nullptr) {
      LOCI_TRY(
          own,
          Describer::create(
              map.own, {.precision = given_->precision(), .num_threads = options_.num_threads}));
      describer_ = std::move(own);
    }
    // Frames of the map were described by the centers that it has, so new ones must be, too.
    if (!map.frames.empty()) centers_.reset();
    return search_.read(std::move(map), describer_.get(), printable(path));
  }

 private:
  const LoopMemory& memory() const { return search_.memory(); }
  LoopThreshold::Check kind_of_check() const {
    using enum LoopThreshold::Check;
    return !check_ ? kNone : check_->by_points() ? kPoints : kPictures;
  }
  static std::string checked_text(const std::string& by) {
    return by.empty() ? " and nothing to check" : " and " + by + " to check";
  }

  Result<std::optional<Loop>> add_described(std::vector<float> descriptor,
                                            double stamp_s,
                                            LoopMemoryFrame kept,
                                            const ImageView* image,
                                            double describe_ms) {
    LOCI_RETURN_IF_ERROR(search_.valid(descriptor, stamp_s));
    const int64_t number = search_.next_number();
    kept.number = number;
    kept.stamp_s = stamp_s;
    const bool empty = l2_normalize(descriptor) == 0;
    LoopFrame report{.frame = number, .describe_ms = describe_ms};
    const Stopwatch watch;
    std::vector<Loop> candidates = search_.candidates(descriptor, stamp_s, empty);
    if (empty) candidates.clear();  // a frame without features shows no place
    report.search_ms = watch.milliseconds();
    report.chance_known = search_.threshold().knows_chance();
    const int64_t old = search_.old_frames(number, stamp_s);
    report.old_frames = old > 0 ? memory().frame(old - 1).number + 1 : 0;
    pair_with_twin(candidates, kept);
    const Stopwatch verifying;
    if (check_ && check_->by_points()) fit(candidates, kept.points);
    report.candidate = choose(std::move(candidates), image);
    report.verify_ms = verifying.milliseconds();
    std::optional<Loop> loop;
    if (report.candidate && search_.threshold().passes(*report.candidate)) loop = report.candidate;
    const Stopwatch storing;
    {
      const std::lock_guard lock(state_);
      search_.remember(std::move(kept), descriptor, stamp_s);
    }
    if (centers_ && image != nullptr) take_own_centers();
    report.search_ms += storing.milliseconds();
    report.kept_frames = memory().size();
    const std::lock_guard lock(state_);
    last_ = report;
    return loop;
  }

  /// The best consistent candidate shows the frame's place, as it seems, unless chance often gives
  /// as much. Known before loops are, so that a second round that came early is no chance in the
  /// third.
  void pair_with_twin(std::span<const Loop> candidates, LoopMemoryFrame& kept) const {
    const auto best = std::ranges::find_if(
        candidates, [&](const Loop& each) { return each.consistent >= options_.consistency; });
    if (best == candidates.end() || !search_.threshold().stands_out(*best)) return;
    kept.twin = best->match;
    kept.like_twin = best->similarity;
  }

  /// Checks every candidate, whatever its similarity: how well frames in a row fit is one measure.
  void fit(std::vector<Loop>& candidates, const KeptFeatures& own) {
    LoopThreshold& threshold = search_.threshold();
    std::vector<int64_t> numbers;
    std::vector<double> evidence, odds;
    for (Loop& each : candidates) {
      const LoopCheck::Points found = check_->check(
          own, memory().frame(memory().position_of(each.match)).points, threshold.has_odds());
      each.geometry = found.geometry;
      numbers.push_back(each.match);
      evidence.push_back(-std::log10(std::max(found.chance, kLeastChance)));
      odds.push_back(threshold.has_odds()
                         ? threshold.log_odds_of(static_cast<double>(each.similarity),
                                                 found.epipolar,
                                                 search_.searched())
                         : 0);
    }
    const auto trails = fitting_.next(numbers, evidence),
               odds_trails = fitting_odds_.next(numbers, odds);
    for (size_t i = 0; i < candidates.size(); ++i) {
      Loop& each = candidates[i];
      each.chance = std::pow(10, -trails[i].score);
      if (threshold.has_odds()) each.probability = 1 / (1 + std::exp(-odds_trails[i].score));
      each.score = threshold.margin(each.chance, odds_trails[i].score);
    }
    if (threshold.has_odds()) threshold.learn_odds(candidates, odds, memory());
  }

  /// The best consistent candidate; where there is a geometric check, of those similar enough the
  /// one that fits best, or the first that fits.
  std::optional<Loop> choose(std::vector<Loop> candidates, const ImageView* image) const {
    std::erase_if(candidates, [&](const Loop& each) {
      return each.consistent < options_.consistency || (check_ && !search_.threshold().alike(each));
    });
    if (candidates.empty()) return std::nullopt;
    if (!check_) return candidates.front();
    if (!check_->by_points())
      return check_->first_verified(*image, std::move(candidates), memory(), options_.num_threads);
    return *std::ranges::max_element(candidates, {}, &Loop::score);
  }

  void take_own_centers() {
    centers_->remembered(search_.next_number() - 1);
    const std::lock_guard lock(state_);
    centers_bytes_ = centers_->memory_bytes();
    if (!centers_->ready()) return;
    centers_bytes_ = 0;
    const auto learnt = centers_->take(search_.memory(), options_.num_threads);
    centers_.reset();
    if (learnt == nullptr) return;
    describer_ = learnt;
    search_.begin_again(describer_.get());
  }

  const std::shared_ptr<const Describer> given_;
  std::shared_ptr<const Describer> describer_;  ///< the one given, or with the drive's own centers
  const std::unique_ptr<LoopCheck> check_;
  const int64_t dim_;
  const LoopOptions options_;
  mutable std::mutex adding_;  ///< held by add() and save() from beginning to end
  mutable std::mutex state_;   ///< held while search_ and last_ change; add() alone changes them
  LoopSearch search_;
  LoopFrame last_;
  ConsistencyTrail fitting_, fitting_odds_;  ///< of how well candidates fit
  std::unique_ptr<LoopCenters> centers_;     ///< until the drive has its own
  size_t centers_bytes_ = 0;
};

Result<std::unique_ptr<Detector>> detector_of(std::shared_ptr<const Describer> describer,
                                              const LoopOptions& options) {
  LOCI_REQUIRE(describer != nullptr, "a describer, or the width of the descriptors");
  LOCI_RETURN_IF_ERROR(options.validate());
  LOCI_TRY(check, LoopCheck::create(*describer, options));
  const int64_t dim = describer->dim();
  return std::make_unique<Detector>(std::move(describer), std::move(check), dim, options);
}

Result<std::unique_ptr<Detector>> detector_of(int64_t dim, const LoopOptions& options) {
  LOCI_RETURN_IF_ERROR(options.validate());
  if (dim < 1 || dim > (int64_t{1} << 24)) {
    return invalid_argument(format("descriptors of %lld numbers; expected 1 to 16,777,216",
                                   static_cast<long long>(dim)));
  }
  return std::make_unique<Detector>(nullptr, nullptr, dim, options);
}

template <class DescriberOrDim>
Result<std::unique_ptr<LoopDetector>> made(DescriberOrDim what,
                                           const LoopOptions& options,
                                           const std::string* map) {
  LOCI_TRY(detector, detector_of(std::move(what), options));
  if (map != nullptr) LOCI_RETURN_IF_ERROR(detector->recall(*map));
  return std::unique_ptr<LoopDetector>(std::move(detector));
}

}  // namespace

Result<std::unique_ptr<LoopDetector>> LoopDetector::create(
    std::shared_ptr<const Describer> describer, const LoopOptions& options) {
  return made(std::move(describer), options, nullptr);
}

Result<std::unique_ptr<LoopDetector>> LoopDetector::create(int64_t dim,
                                                           const LoopOptions& options) {
  return made(dim, options, nullptr);
}

Result<std::unique_ptr<LoopDetector>> LoopDetector::load(const std::string& path,
                                                         std::shared_ptr<const Describer> describer,
                                                         const LoopOptions& options) {
  return made(std::move(describer), options, &path);
}

Result<std::unique_ptr<LoopDetector>> LoopDetector::load(const std::string& path,
                                                         int64_t dim,
                                                         const LoopOptions& options) {
  return made(dim, options, &path);
}

}  // namespace loci
