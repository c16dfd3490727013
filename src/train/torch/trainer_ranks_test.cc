// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Runs of several ranks, here threads of this process (thread_ranks.h); over sockets in
// gloo_test.cc.
#include "map_file.h"
#include "thread_ranks.h"
#include "toy_run.h"

#include <atomic>
#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>

namespace loci::train {
namespace {

using testing::HasSubstr;
using Summaries = std::vector<Result<TrainSummary>>;

TrainOptions rank_options(const std::string& loss = "triplet-sq") {
  TrainOptions options = toy_options();
  options.loss = loss;
  options.batch_tuples = 4;
  options.chunk_images = 5;  // several batches a refresh, not the same number in each rank
  options.num_threads = 1;
  options.places.places_per_batch = 6;
  options.places.images_per_place = 2;
  return options;
}

/// What every rank is given; a test changes it for one of them.
struct RankRun {
  TrainInputs inputs;
  TrainOptions options;
  JobControl job;
};

Summaries train_ranks(int num_ranks,
                      const TrainInputs& inputs,
                      const TrainOptions& options,
                      const std::function<void(int rank, RankRun*)>& change = {}) {
  Summaries summaries(static_cast<size_t>(num_ranks), cancelled("not run"));
  as_ranks(num_ranks, [&](int rank, std::unique_ptr<Distributor> mine) {
    RankRun run{.inputs = inputs, .options = options, .job = {}};
    if (change) change(rank, &run);
    auto& summary = summaries[static_cast<size_t>(rank)];
    try {
      auto trainer = Trainer::create(run.inputs, run.options, {}, run.job, std::move(mine));
      summary = trainer.ok() ? (*trainer)->run() : trainer.status();
    } catch (const std::exception& error) {
      summary = io_error(error.what());
    }
  });
  return summaries;
}

/// The largest difference of any weight, as a part of the largest weight of its tensor.
double apart(const Model& a, const Model& b) {
  double most = 0;
  for (const auto& [name, tensor] : a.tensors) {
    const std::vector<float> x = tensor.to_floats(), y = b.tensors.at(name).to_floats();
    double peak = 1e-30, difference = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      peak = std::max(peak, std::abs(static_cast<double>(x[i])));
      difference =
          std::max(difference, std::abs(static_cast<double>(x[i]) - static_cast<double>(y[i])));
    }
    most = std::max(most, difference / peak);
  }
  return most;
}

void expect_same_run(const TrainSummary& a, const TrainSummary& b) {
  EXPECT_LT(apart(*a.model, *b.model), 1e-5);
  ASSERT_EQ(a.epochs.size(), b.epochs.size());
  for (size_t i = 0; i < a.epochs.size(); ++i) {
    const EpochRecord &x = a.epochs[i], &y = b.epochs[i];
    EXPECT_EQ(x.recall, y.recall) << i;
    EXPECT_EQ(x.counted, y.counted) << i;
    EXPECT_EQ(x.with_violation, y.with_violation) << i;
    EXPECT_EQ(x.violating, y.violating) << i;
    EXPECT_EQ(x.skipped, y.skipped) << i;
    EXPECT_EQ(x.unreadable, y.unreadable) << i;
    if (i == 0) continue;  // nothing learnt yet
    EXPECT_NEAR(x.loss, y.loss, 1e-5 * std::abs(x.loss)) << i;
  }
}

TEST(TrainerRanks, LearnWhatOneLearnsUpToTheOrderOfSummation) {
  const ToyPlaces places;
  const TempFolder work;
  for (const char* loss : {"triplet-sq", "triplet-l2", "multi-similarity"}) {
    const TrainOptions options = rank_options(loss);
    const std::string folder = work / loss;
    const auto alone = toy_train(toy_inputs(places.data, folder + "1"), options).value();
    EXPECT_GT(apart(*alone.model, *load_model(folder + "1/start.safetensors").value()), 1e-3);
    for (const int ranks : {2, 4}) {
      const std::string here = folder + std::to_string(ranks);
      const auto all = train_ranks(ranks, toy_inputs(places.data, here), options);
      SCOPED_TRACE(here);
      ASSERT_TRUE(all[0].ok()) << all[0].status().to_string();
      expect_same_run(alone, *all[0]);
      for (size_t rank = 1; rank < all.size(); ++rank) {
        ASSERT_TRUE(all[rank].ok()) << all[rank].status().to_string();
        EXPECT_EQ(all[rank]->model, nullptr) << "rank 0 has it";
        EXPECT_EQ(all[rank]->best_epoch, alone.best_epoch);
      }
    }
  }
}

TEST(TrainerRanks, MoreRanksThanTuplesAndAugmentationChangeNothing) {
  const ToyPlaces places;
  const TempFolder work;
  for (const char* loss : {"triplet-sq", "multi-similarity"}) {
    TrainOptions options = rank_options(loss);
    options.epochs = 1;
    options.batch_tuples = 2;
    options.augment.flip = 0.5;
    options.augment.light = 0.5;
    const std::string folder = work / loss;
    const auto alone = toy_train(toy_inputs(places.data, folder + "1"), options).value();
    const auto all = train_ranks(5, toy_inputs(places.data, folder + "5"), options);
    ASSERT_TRUE(all[0].ok()) << all[0].status().to_string();
    expect_same_run(alone, *all[0]);
  }
}

TEST(TrainerRanks, AStopOfOneStopsAllAndAnyNumberGoesOn) {
  const ToyPlaces places;
  const TempFolder work;
  TrainOptions options = rank_options();
  options.batch_tuples = 2;
  const auto whole = train_ranks(2, toy_inputs(places.data, work / "whole"), options);
  ASSERT_TRUE(whole[0].ok()) << whole[0].status().to_string();
  for (const int at : {2, 4, 6}) {
    const std::string folder = work / std::to_string(at);
    std::atomic<bool> cancel = false;
    int steps = 0;
    const auto stopped =
        train_ranks(2, toy_inputs(places.data, folder), options, [&](int rank, RankRun* run) {
          if (rank != 1) return;
          run->job.cancel = &cancel;
          run->job.on_progress = [&](const Progress& progress) {
            if (progress.task.starts_with("epoch") && ++steps == at) cancel = true;
          };
        });
    for (const auto& one : stopped) EXPECT_EQ(one.status().code(), Code::kCancelled) << at;
    const bool same_number = at != 4;
    const auto resumed = same_number
                             ? train_ranks(2, toy_inputs(places.data, folder, true), options)
                             : Summaries{toy_train(toy_inputs(places.data, folder, true), options)};
    ASSERT_TRUE(resumed[0].ok()) << resumed[0].status().to_string();
    expect_same_run(*whole[0], *resumed[0]);
    if (same_number) {
      EXPECT_EQ(resumed[0]->model->fingerprint, whole[0]->model->fingerprint) << at;
    }
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      files += entry.path().filename().string().starts_with("descriptors_") ? 1 : 0;
    EXPECT_EQ(files, same_number ? 2 : 1) << "those of other numbers are gone";
  }
}

TEST(TrainerRanks, ARankThatDiesEndsTheOthersAndTheRunGoesOn) {
  const ToyPlaces places;
  const TempFolder work;
  TrainOptions options = rank_options();
  options.batch_tuples = 2;
  options.checkpoint_steps = 1;
  const auto whole = train_ranks(3, toy_inputs(places.data, work / "whole"), options);
  ASSERT_TRUE(whole[0].ok()) << whole[0].status().to_string();
  for (const int dies : {0, 2}) {
    const std::string folder = work / std::to_string(dies);
    const auto ended =
        train_ranks(3, toy_inputs(places.data, folder), options, [&](int rank, RankRun* run) {
          if (rank != dies) return;
          run->job.on_progress = [](const Progress& progress) {
            if (progress.task == "epoch 1" && progress.done == 2) throw std::runtime_error("dies");
          };
        });
    for (const auto& one : ended) EXPECT_EQ(one.status().code(), Code::kIo);
    const auto resumed = train_ranks(3, toy_inputs(places.data, folder, true), options);
    ASSERT_TRUE(resumed[0].ok()) << resumed[0].status().to_string();
    EXPECT_EQ(resumed[0]->model->fingerprint, whole[0]->model->fingerprint);
  }
}

TEST(TrainerRanks, WhatFailsInOneIsSaidByAll) {
  const ToyPlaces places;
  const TempFolder work;
  const auto refused = [&](const char* folder, const std::function<void(RankRun*)>& change) {
    const auto all = train_ranks(
        3, toy_inputs(places.data, work / folder), rank_options(), [&](int rank, RankRun* run) {
          if (rank == 1) change(run);
        });
    EXPECT_FALSE(all[0].ok());
    EXPECT_EQ(all[0].status().message(), all[2].status().message());
    EXPECT_EQ(all[0].status().message(), "rank 1 ended: " + all[1].status().message());
    EXPECT_EQ(all[0].status().code(), all[1].status().code());
    EXPECT_FALSE(std::filesystem::exists(work / folder + "/last.safetensors"));
    return all[1].status().message();
  };
  EXPECT_THAT(refused("rate", [](RankRun* run) { run->options.learning_rate = 0.5; }),
              HasSubstr("learning_rate is 0.02 in rank 0, 0.5 here"));
  EXPECT_THAT(refused("bad", [](RankRun* run) { run->options.epochs = 0; }), HasSubstr("epochs"));
  EXPECT_THAT(refused("data", [](RankRun* run) { run->inputs.data.queries.pop_back(); }),
              HasSubstr("12 queries in rank 0, 11 here"));
  EXPECT_THAT(refused("resume", [](RankRun* run) { run->inputs.resume = true; }),
              HasSubstr("--resume is given here only"));
  EXPECT_THAT(
      refused("folder", [&](RankRun* run) { run->inputs.work_folder = work / "elsewhere"; }),
      HasSubstr("is not the one that rank 0 sees"));
}

TEST(TrainerRanks, AnUnreadablePhotoOfAnyShareIsLeftOutByAll) {
  const ToyPlaces places;
  for (const char* photo : {"0_0.jpg", "5_1.jpg", "3_2.jpg"}) {
    ASSERT_TRUE(write_file(places.folder / photo, std::string_view("no picture")).ok());
  }
  const TempFolder work;
  const TrainOptions options = rank_options();
  const auto alone = toy_train(toy_inputs(places.data, work / "1"), options).value();
  std::string said;
  const auto all =
      train_ranks(3, toy_inputs(places.data, work / "3"), options, [&](int rank, RankRun* run) {
        if (rank == 0) run->job.on_message = [&](const std::string& text) { said += text + "\n"; };
      });
  ASSERT_TRUE(all[0].ok()) << all[0].status().to_string();
  EXPECT_EQ(alone.failed.size(), 3U);
  EXPECT_EQ(all[0]->failed, alone.failed);
  expect_same_run(alone, *all[0]);
  for (const char* photo : {"0_0.jpg", "5_1.jpg", "3_2.jpg"}) EXPECT_THAT(said, HasSubstr(photo));
}

TEST(TrainerRanks, ShareTheCacheOfMapsAndItsBound) {
  const ToyPlaces places;
  const TempFolder work;
  TrainOptions options = rank_options();
  const auto alone = toy_train(toy_inputs(places.data, work / "1"), options).value();
  options.cache.activation_cache = work / "maps";
  options.cache.activation_cache_gib = 100e3 / (1 << 30);  // of 24 maps, 8 KiB each on the disk
  for (const char* folder : {"filling", "full"}) {
    const auto all = train_ranks(3, toy_inputs(places.data, work / folder), options);
    ASSERT_TRUE(all[0].ok()) << all[0].status().to_string();
    EXPECT_LT(apart(*alone.model, *all[0]->model), 1e-5);
    uint64_t bytes = 0;
    for (const std::string& name : list_files(work / "maps", {}).value())
      bytes += disk_blocks(file_info(work / "maps/" + name)->size);
    EXPECT_LE(bytes, 100e3);
    EXPECT_GT(bytes, 50e3);
  }
}

}  // namespace
}  // namespace loci::train
