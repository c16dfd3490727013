// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "trainer.h"

#include "toy_run.h"

#include "loci/base/rng.h"
#include "loci/describe/describer.h"

#include <atomic>
#include <cmath>

namespace loci::train {
namespace {

TEST(Trainer, TwoRunsWithOneSeedGiveTheSameBitsAndAnotherSeedDoesNot) {
  const ToyPlaces places;
  const TempFolder work;
  const auto fingerprint = [&](const char* folder, uint64_t seed) {
    TrainOptions options = toy_options();
    options.seed = seed;
    return toy_train(toy_inputs(places.data, work / folder), options).value().model->fingerprint;
  };
  EXPECT_EQ(fingerprint("a", 1), fingerprint("b", 1));
  EXPECT_NE(fingerprint("a2", 2), fingerprint("a3", 1));
}

TEST(Trainer, OnlyWhatIsNamedLearns) {
  const ToyPlaces places;
  const TempFolder work;
  const auto summary = toy_train(toy_inputs(places.data, work / "run"), toy_options()).value();
  const TensorMap start = load_model(work / "run/start.safetensors").value()->tensors;
  for (const auto& [name, tensor] : summary.model->tensors) {
    const bool fixed = name.starts_with("a.") || name.starts_with("b.");
    EXPECT_EQ(tensor.to_floats() == start.at(name).to_floats(), fixed) << name;
  }
}

TEST(Trainer, TheResultDescribesPhotosWithoutTheEngine) {
  const ToyPlaces places;
  const TempFolder work;
  const auto summary = toy_train(toy_inputs(places.data, work / "run"), toy_options()).value();
  const auto describer = Describer::create(summary.model).value();
  std::vector<float> out(static_cast<size_t>(describer->dim()));
  EXPECT_TRUE(describer->describe(sketch_place(1, 1, 64, 48), out).ok());
  EXPECT_EQ(describer->dim(), 4 * 16);
  EXPECT_NE(summary.model->spec.record.find("\"training\""), std::string::npos);
}

/// Every step of a run, interrupted there and resumed in a new Trainer.
TEST(Trainer, InterruptedAtAnyStepAndResumedEqualsUninterrupted) {
  const ToyPlaces places;
  const TempFolder work;
  const TrainOptions options = toy_options();
  const auto whole = toy_train(toy_inputs(places.data, work / "whole"), options).value();
  const int steps_an_epoch = 4;  // 9 queries that are not held back, 2 a step
  for (int stop = 1; stop <= 2 * steps_an_epoch; ++stop) {
    const std::string folder = work / ("stop" + std::to_string(stop));
    std::atomic<bool> cancel = false;
    int steps = 0;
    JobControl job;
    job.cancel = &cancel;
    job.on_progress = [&](const Progress& progress) {
      if (progress.task.starts_with("epoch") && ++steps == stop) cancel = true;
    };
    const auto stopped = toy_train(toy_inputs(places.data, folder), options, job);
    ASSERT_EQ(stopped.status().code(), Code::kCancelled) << stop;
    const auto resumed = toy_train(toy_inputs(places.data, folder, true), options).value();
    EXPECT_EQ(resumed.model->fingerprint, whole.model->fingerprint) << "stopped after " << stop;
    ASSERT_EQ(resumed.epochs.size(), whole.epochs.size());
    EXPECT_EQ(resumed.epochs.back().loss, whole.epochs.back().loss);
    EXPECT_EQ(resumed.epochs.back().recall, whole.epochs.back().recall);
  }
}

TEST(Trainer, ACrashLosesOnlyWhatIsBehindTheLastCheckpoint) {
  const ToyPlaces places;
  const TempFolder work;
  TrainOptions options = toy_options();
  options.checkpoint_steps = 3;
  const auto whole = toy_train(toy_inputs(places.data, work / "whole"), options).value();
  // What a killed run leaves: the checkpoint of step 3, while steps 4 and on were done after it.
  struct Crash {};
  JobControl job;
  job.on_progress = [&](const Progress& progress) {
    if (progress.task == "epoch 1" && progress.done == 4) throw Crash();
  };
  EXPECT_THROW((void)toy_train(toy_inputs(places.data, work / "run"), options, job), Crash);
  const auto resumed = toy_train(toy_inputs(places.data, work / "run", true), options).value();
  EXPECT_EQ(resumed.model->fingerprint, whole.model->fingerprint);
}

TEST(Trainer, WhatIsCachedDoesNotChangeTheResult) {
  const ToyPlaces places;
  const TempFolder work;
  TrainOptions options = toy_options();
  options.cache.activation_cache = work / "maps";
  const auto run = [&](const char* folder, double gib) {
    options.cache.activation_cache_gib = gib;
    return toy_train(toy_inputs(places.data, work / folder), options).value().model->fingerprint;
  };
  const std::string filling = run("a", 1), full = run("b", 1);
  options.cache.activation_cache = work / "small";
  const std::string mostly_refused = run("c", 30e3 / (1 << 30));
  EXPECT_EQ(filling, full);
  EXPECT_EQ(filling, mostly_refused);
}

TEST(Trainer, EveryLossLearnsAndLowersItsOwnValue) {
  const ToyPlaces places;
  const TempFolder work;
  for (const char* loss : {"triplet-sq", "triplet-l2", "multi-similarity"}) {
    TrainOptions options = toy_options();
    options.loss = loss;
    options.epochs = 6;
    options.learning_rate = 0.01;
    options.places.places_per_batch = 6;
    options.places.images_per_place = 2;
    options.miner.pool_size = 100;
    options.similarity.beta = 10;
    const auto summary = toy_train(toy_inputs(places.data, work / loss), options).value();
    EXPECT_LT(summary.epochs.back().loss, summary.epochs[1].loss) << loss;
  }
}

TEST(Trainer, AChunkedBatchOfPlacesHasTheWholeBatchsGradient) {
  const ToyPlaces places;
  const TempFolder work;
  TrainOptions options = toy_options();
  options.loss = "multi-similarity";
  options.epochs = 1;
  options.places.places_per_batch = 6;
  options.places.images_per_place = 2;
  const auto weights = [&](int chunk) {
    options.chunk_images = chunk;
    const auto summary =
        toy_train(toy_inputs(places.data, work / std::to_string(chunk)), options).value();
    return summary.model->tensors.at("c.weight").to_floats();
  };
  const std::vector<float> whole = weights(100), chunked = weights(5);
  double most = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    most =
        std::max(most, std::abs(static_cast<double>(whole[i]) - static_cast<double>(chunked[i])));
  }
  EXPECT_LT(most, 1e-5);
}

TEST(Trainer, AugmentedRunsAreSeededToo) {
  const ToyPlaces places;
  const TempFolder work;
  TrainOptions options = toy_options();
  options.epochs = 1;
  options.augment.light = 0.5;
  options.augment.crop = 0.1;
  const auto run = [&](const char* folder) {
    return toy_train(toy_inputs(places.data, work / folder), options).value().model->fingerprint;
  };
  EXPECT_EQ(run("a"), run("b"));
}

TEST(Trainer, StopsWhenRecallNoLongerRises) {
  const ToyPlaces places;
  const TempFolder work;
  TrainOptions options = toy_options();
  options.epochs = 50;
  options.patience = 1;
  options.learning_rate = 0;  // nothing gets better than the first epoch
  const auto summary = toy_train(toy_inputs(places.data, work / "run"), options).value();
  EXPECT_EQ(summary.best_epoch, 1);
  EXPECT_EQ(summary.epochs.back().epoch, 2);
  EXPECT_EQ(summary.stopped, "no better recall@5 for 1 epochs");
}

}  // namespace
}  // namespace loci::train
