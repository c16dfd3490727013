// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_memory.h"

#include "loci/base/check.h"

#include <algorithm>

namespace loci {
namespace {

size_t bytes_of(const LoopMemoryFrame& frame) {
  return frame.name.size() + frame.jpeg.size() + frame.points.descriptors.size() +
         frame.points.points.size() * sizeof(KeptPoint);
}

}  // namespace

LoopMemory::LoopMemory(int64_t dim, int64_t max_frames) : max_frames_(max_frames), rows_(dim) {}

size_t LoopMemory::memory_bytes() const {
  return rows_.memory_bytes() + kept_bytes_ + frames_.capacity() * sizeof(LoopMemoryFrame) +
         (slots_.capacity() + free_slots_.capacity()) * sizeof(int64_t);
}

std::vector<float> LoopMemory::similarities(std::span<const float> descriptor,
                                            int num_threads) const {
  std::vector<float> out(slots_.size());
  rows_.scores(descriptor, slots_, out, num_threads);
  return out;
}

float LoopMemory::similarity(int64_t a, int64_t b) const {
  std::vector<float> row(static_cast<size_t>(rows_.dim()));
  rows_.read(slots_[static_cast<size_t>(a)], row);
  float out = 0;
  rows_.scores(row, {&slots_[static_cast<size_t>(b)], 1}, {&out, 1}, 1);
  return out;
}

void LoopMemory::add(LoopMemoryFrame frame, std::span<const float> descriptor) {
  LOCI_REQUIRE(!full(), "a full memory forgets before it learns");
  int64_t slot = size();  // slots are taken in order until the first is given back
  if (!free_slots_.empty()) {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  rows_.set(slot, descriptor);
  kept_bytes_ += bytes_of(frame);
  frames_.push_back(std::move(frame));
  slots_.push_back(slot);
  if (size() > 1) frames_.back().like_previous = similarity(size() - 1, size() - 2);
}

void LoopMemory::replace(int64_t position, std::span<const float> descriptor) {
  rows_.set(slots_[static_cast<size_t>(position)], descriptor);
}

void LoopMemory::compare_again() {
  for (int64_t i = 0; i < size(); ++i) {
    LoopMemoryFrame& each = frames_[static_cast<size_t>(i)];
    each.like_previous = i > 0 ? similarity(i, i - 1) : -1;
    if (each.twin >= 0) each.like_twin = similarity(i, position_of(each.twin));
  }
}

std::vector<float> LoopMemory::similarities_of(int64_t position, int64_t count) const {
  std::vector<float> row(static_cast<size_t>(rows_.dim())), out(static_cast<size_t>(count));
  rows_.read(slots_[static_cast<size_t>(position)], row);
  rows_.scores(row, std::span(slots_).first(static_cast<size_t>(count)), out, 1);
  return out;
}

int64_t LoopMemory::position_of(int64_t number) const {
  const auto at = std::ranges::lower_bound(frames_, number, {}, &LoopMemoryFrame::number);
  return at != frames_.end() && at->number == number ? at - frames_.begin() : -1;
}

int64_t LoopMemory::forget_one(int64_t candidates) {
  LOCI_REQUIRE(size() > 0, "there is a frame to forget");
  int64_t at = 0;
  float most = -2;
  for (int64_t i = 1; i < std::min(candidates, size()); ++i) {
    const LoopMemoryFrame& each = frame(i);
    const float redundancy = std::max(each.like_previous, each.like_twin);
    if (redundancy > most) {
      most = redundancy;
      at = i;
    }
  }
  const int64_t number = frame(at).number;
  kept_bytes_ -= bytes_of(frame(at));
  free_slots_.push_back(slots_[static_cast<size_t>(at)]);
  frames_.erase(frames_.begin() + at);
  slots_.erase(slots_.begin() + at);
  if (at < size()) {
    frames_[static_cast<size_t>(at)].like_previous = at > 0 ? similarity(at, at - 1) : -1;
  }
  for (LoopMemoryFrame& each : frames_) {
    if (each.twin == number) {  // what it repeated is gone, so it is all there is of that place
      each.twin = -1;
      each.like_twin = -1;
    }
  }
  return at;
}

}  // namespace loci
