// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_centers.h"

#include <system_error>

namespace loci {

std::unique_ptr<LoopCenters> LoopCenters::create(std::shared_ptr<const Describer> describer) {
  auto first = OwnCenters::create(describer), later = OwnCenters::create(describer);
  if (first == nullptr) return nullptr;
  return std::unique_ptr<LoopCenters>(new LoopCenters(std::move(first), std::move(later)));
}

Status LoopCenters::describe(const Describer& describer,
                             ImageView image,
                             std::span<float> out,
                             int num_threads,
                             DescribedFeatures* features) {
  OwnCenters& kept = first_->images() < kFrames ? *first_ : *later_;
  LOCI_RETURN_IF_ERROR(kept.describe(describer, image, out, num_threads, features));
  numbers_.push_back(-1);
  return {};
}

void LoopCenters::remembered(int64_t number) {
  numbers_.back() = number;
  if (first_->images() < kFrames || learning_.valid()) return;
  try {
    learning_ = std::async(std::launch::async, [this] { return learn(); });
  } catch (const std::system_error&) {  // no thread to be had: take() does it
    learning_ = std::async(std::launch::deferred, [this] { return learn(); });
  }
}

LoopCenters::Learnt LoopCenters::learn() const {
  Result<std::shared_ptr<const Describer>> made = first_->learn(1);
  if (!made.ok()) return {};
  Learnt out{.describer = std::move(made).value()};
  for (int64_t i = 0; i < first_->images(); ++i) {
    out.rows.emplace_back(static_cast<size_t>(out.describer->dim()));
    first_->describe_again(*out.describer, i, out.rows.back(), 1);
  }
  return out;
}

std::shared_ptr<const Describer> LoopCenters::take(LoopMemory& memory, int num_threads) {
  if (!learning_.valid()) return nullptr;
  Learnt learnt = learning_.get();
  if (learnt.describer == nullptr) return nullptr;
  std::vector<float> row(static_cast<size_t>(learnt.describer->dim()));
  for (size_t i = 0; i < numbers_.size(); ++i) {
    const int64_t at = memory.position_of(numbers_[i]);
    if (at < 0) continue;
    if (i < learnt.rows.size()) {
      memory.replace(at, learnt.rows[i]);
      continue;
    }
    later_->describe_again(
        *learnt.describer, static_cast<int64_t>(i - learnt.rows.size()), row, num_threads);
    memory.replace(at, row);
  }
  memory.compare_again();
  return learnt.describer;
}

}  // namespace loci
