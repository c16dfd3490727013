// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// For tests: the ranks of a run as threads of one process.
#pragma once

#include "distributor.h"

#include "loci/base/text.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace loci::train {

/// Where the threads meet. One whose Distributor is gone lets the others fail, as a connection that
/// breaks does.
class ThreadRanks : public std::enable_shared_from_this<ThreadRanks> {
 public:
  explicit ThreadRanks(int num_ranks) : num_ranks_(num_ranks) {}

  std::unique_ptr<Distributor> distributor(int rank) {
    return std::make_unique<One>(shared_from_this(), rank);
  }

 private:
  class One final : public Distributor {
   public:
    One(std::shared_ptr<ThreadRanks> all, int rank) : all_(std::move(all)), rank_(rank) {}
    ~One() override { all_->leave(); }
    One(const One&) = delete;
    One& operator=(const One&) = delete;
    int rank() const override { return rank_; }
    int num_ranks() const override { return all_->num_ranks_; }
    Status sum(std::span<float> values) override {
      const auto* first = reinterpret_cast<const uint8_t*>(values.data());
      LOCI_TRY(all, gather({first, values.size_bytes()}));
      std::fill(values.begin(), values.end(), 0.0F);
      for (const auto& bytes : all) {
        if (bytes.size() != values.size_bytes()) return io_error("sums of other lengths");
        const auto* theirs = reinterpret_cast<const float*>(bytes.data());
        for (size_t i = 0; i < values.size(); ++i) values[i] += theirs[i];
      }
      return {};
    }
    Result<RankBytes> gather(std::span<const uint8_t> bytes) override {
      return all_->meet(rank_, bytes);
    }

   private:
    std::shared_ptr<ThreadRanks> all_;
    int rank_;
  };

  Result<RankBytes> meet(int rank, std::span<const uint8_t> bytes) {
    std::unique_lock lock(mutex_);
    if (coming_.empty()) coming_.resize(static_cast<size_t>(num_ranks_));
    coming_[static_cast<size_t>(rank)].assign(bytes.begin(), bytes.end());
    const int64_t round = round_;
    if (++there_ == num_ranks_) {
      last_ = std::move(coming_);
      coming_.clear();
      there_ = 0;
      ++round_;
      changed_.notify_all();
      return last_;
    }
    changed_.wait(lock, [&] { return round_ != round || left_; });
    if (round_ == round) return io_error("a rank is gone");
    return last_;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    left_ = true;
    changed_.notify_all();
  }

  const int num_ranks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  RankBytes coming_, last_;
  int there_ = 0;
  int64_t round_ = 0;
  bool left_ = false;
};

/// Runs `body` once a rank, each in a thread with its Distributor, which dies with the body.
inline void as_ranks(int num_ranks,
                     const std::function<void(int rank, std::unique_ptr<Distributor>)>& body) {
  const auto ranks = std::make_shared<ThreadRanks>(num_ranks);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < num_ranks; ++rank) {
    threads.emplace_back(
        [&, rank, mine = ranks->distributor(rank)]() mutable { body(rank, std::move(mine)); });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace loci::train
