// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_search.h"

#include "loci/base/text.h"
#include "loci/math/half.h"

#include <algorithm>
#include <cmath>

namespace loci {

LoopSearch::LoopSearch(int64_t dim, const LoopOptions& options, const LoopThreshold& threshold)
    : options_(options),
      memory_(dim, options.max_frames),
      matcher_(options.sequence),
      trail_(options.consistency_jump, options.consistency),
      threshold_(threshold) {}

Status LoopSearch::valid(std::span<const float> descriptor, double stamp_s) const {
  if (!std::isfinite(stamp_s) || (next_number_ > first_number_ && stamp_s < last_stamp_s_)) {
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

int64_t LoopSearch::old_frames(int64_t number, double stamp_s) const {
  int64_t end = memory_.size();
  while (end > 0) {
    const LoopMemoryFrame& newest = memory_.frame(end - 1);
    const bool recent =
        newest.number >= first_number_ && (stamp_s - newest.stamp_s < options_.exclude_s ||
                                           number - newest.number < options_.exclude_frames);
    if (!recent) break;
    --end;
  }
  return end;
}

/// Frames since when all looked like this one are no loop, however long ago they are: the robot
/// stood, and no time passed since it came. Where the run before ended it may well begin.
int64_t LoopSearch::before_standstill(std::span<const float> similarities,
                                      int64_t old,
                                      double bound) const {
  int64_t came = std::ssize(similarities);
  while (came > 0 && memory_.frame(came - 1).number >= first_number_ &&
         static_cast<double>(similarities[static_cast<size_t>(came - 1)]) >= bound)
    --came;
  if (came >= old) return old;
  return old_frames(memory_.frame(came).number, memory_.frame(came).stamp_s);
}

std::vector<Loop> LoopSearch::candidates(std::span<const float> descriptor,
                                         double stamp_s,
                                         bool empty) {
  const std::vector<float> similarities = memory_.similarities(descriptor, options_.num_threads);
  int64_t old = old_frames(next_number_, stamp_s);
  const std::span<const float> all(similarities);
  if (const auto bound = threshold_.usual_likeness(all.first(static_cast<size_t>(old)))) {
    old = before_standstill(similarities, old, *bound);
  }
  const std::span<const float> eligible = all.first(static_cast<size_t>(old));
  searched_ = old;
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

void LoopSearch::remember(LoopMemoryFrame kept, std::span<const float> descriptor, double stamp_s) {
  if (memory_.full()) matcher_.erase(memory_.forget_one(old_frames(next_number_, stamp_s)));
  kept.session = session_;
  memory_.add(std::move(kept), descriptor);
  ++next_number_;
  last_stamp_s_ = stamp_s;
}

void LoopSearch::begin_again(const Describer* describer) {
  matcher_ = SequenceMatcher(options_.sequence);
  threshold_.begin_again(describer);
  if (options_.sequence.sequence > 1) return;  // what sequences give is learnt as they come
  int64_t session = -1, begin = 0;
  for (int64_t i = 0; i < memory_.size(); ++i) {
    const LoopMemoryFrame& each = memory_.frame(i);
    if (each.session != session) begin = i;
    session = each.session;
    // What was old enough then: all of the runs before its own, and what it saw in its own.
    int64_t old = i;
    while (old > begin && (each.stamp_s - memory_.frame(old - 1).stamp_s < options_.exclude_s ||
                           each.number - memory_.frame(old - 1).number < options_.exclude_frames))
      --old;
    const auto row = memory_.similarities_of(i, old);
    threshold_.learn(row, row, memory_, each.stamp_s);
  }
}

void LoopSearch::write(LoopMap& map, std::span<const std::string> names) const {
  map.next_number = next_number_;
  map.dim = memory_.dim();
  map.rows = MatrixOf<uint16_t>(memory_.size(), map.dim);
  std::vector<float> row(static_cast<size_t>(map.dim));
  for (int64_t i = 0; i < memory_.size(); ++i) {
    map.frames.push_back(memory_.frame(i));
    const int64_t of_this_run = memory_.frame(i).number - first_number_;
    if (of_this_run >= 0 && of_this_run < std::ssize(names))
      map.frames.back().name = names[static_cast<size_t>(of_this_run)];
    memory_.read(i, row);
    floats_to_halfs(row.data(), map.rows.row(i).data(), row.size());
  }
}

Status LoopSearch::read(LoopMap map, const Describer* describer, const std::string& where) {
  std::vector<float> row(static_cast<size_t>(map.dim));
  for (size_t i = 0; i < map.frames.size(); ++i) {
    const auto halfs = map.rows.row(static_cast<int64_t>(i));
    halfs_to_floats(halfs.data(), row.data(), row.size());
    if (!std::ranges::all_of(row, [](float value) { return std::isfinite(value); }))
      return corrupt(where + ": a descriptor is not finite; make the map anew");
    if (memory_.full()) memory_.forget_one(memory_.size());
    session_ = map.frames[i].session + 1;
    if (memory_.position_of(map.frames[i].twin) < 0) map.frames[i].twin = -1;  // forgotten above
    memory_.add(std::move(map.frames[i]), row);
  }
  memory_.compare_again();
  begin_again(describer);
  next_number_ = first_number_ = map.next_number;
  return {};
}

}  // namespace loci
