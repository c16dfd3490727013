// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "lanes.h"

#include <algorithm>

namespace loci::internal {

Plan* Lane::find(int batch, int height, int width, int num_threads, size_t num_outputs) {
  for (auto it = plans.begin(); it != plans.end(); ++it) {
    const Plan& plan = **it;
    if (plan.batch != batch || plan.height != height || plan.width != width ||
        plan.num_threads != num_threads || plan.outputs.size() != num_outputs) {
      continue;
    }
    plans.splice(plans.begin(), plans, it);
    return plans.front().get();
  }
  return nullptr;
}

Plan* Lane::add(std::unique_ptr<Plan> plan, size_t max_plans) {
  arena.reserve(plan->arena_bytes);
  activation_bytes = std::max(activation_bytes, plan->arena_bytes);
  scratch_bytes = std::max(scratch_bytes, plan->scratch_bytes);
  plans.push_front(std::move(plan));
  if (plans.size() > max_plans) plans.pop_back();
  return plans.front().get();
}

LanePool::Lease LanePool::acquire(int num_threads) {
  std::unique_lock lock(mutex_);
  const uint64_t ticket = next_ticket_++;
  changed_.wait(lock, [&] {
    return ticket == now_serving_ &&
           (threads_in_use_ == 0 || threads_in_use_ + num_threads <= total_threads_);
  });
  ++now_serving_;
  threads_in_use_ += num_threads;
  changed_.notify_all();
  if (idle_.empty()) return {*this, std::make_unique<Lane>(), num_threads};
  std::unique_ptr<Lane> lane = std::move(idle_.back());
  idle_.pop_back();
  return {*this, std::move(lane), num_threads};
}

void LanePool::give_back(std::unique_ptr<Lane> lane, int num_threads) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(lane));
  threads_in_use_ -= num_threads;
  changed_.notify_all();
}

size_t LanePool::activation_bytes() const {
  const std::lock_guard lock(mutex_);
  size_t sum = 0;
  for (const auto& lane : idle_) sum += lane->activation_bytes;
  return sum;
}

size_t LanePool::scratch_bytes() const {
  const std::lock_guard lock(mutex_);
  size_t sum = 0;
  for (const auto& lane : idle_) sum += lane->scratch_bytes;
  return sum;
}

}  // namespace loci::internal
