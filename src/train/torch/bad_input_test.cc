// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What the outside world can do to a training run.
#include "toy_run.h"

#include <csignal>
#include <cstdio>

#include <gmock/gmock.h>
#include <sys/resource.h>

namespace loci::train {
namespace {

using testing::HasSubstr;

std::string refusal(const Dataset& data, const TrainOptions& options = toy_options()) {
  const TempFolder work;
  const auto summary = toy_train(toy_inputs(data, work / "run"), options);
  EXPECT_FALSE(summary.ok());
  return summary.status().to_string();
}

TEST(BadInput, ADataSetWithoutPositivesIsRefused) {
  ToyPlaces places;
  for (size_t q = 0; q < places.data.queries.size(); ++q) {
    places.data.queries[q].place = "elsewhere " + std::to_string(q);
  }
  EXPECT_THAT(refusal(places.data), HasSubstr("InvalidArgument"));
  EXPECT_THAT(refusal(places.data), HasSubstr("no query shares its place"));
}

TEST(BadInput, OnePlaceIsRefused) {
  const ToyPlaces places(1);
  EXPECT_THAT(refusal(places.data), HasSubstr("place"));
}

TEST(BadInput, AnUnreadableAndAVanishedPhotoAreReportedAndLeftOut) {
  ToyPlaces places;
  ASSERT_TRUE(write_file(places.folder / "0_0.jpg", std::string_view("no picture")).ok());
  ASSERT_EQ(std::remove((places.folder / "1_2.jpg").c_str()), 0);
  const TempFolder work;
  std::string said;
  JobControl job;
  job.on_message = [&said](const std::string& text) { said += text + "\n"; };
  const auto summary = toy_train(toy_inputs(places.data, work / "run"), toy_options(), job).value();
  EXPECT_EQ(summary.failed.size(), 2u);
  EXPECT_EQ(summary.epochs.back().unreadable, 2);
  EXPECT_THAT(said, HasSubstr("0_0.jpg"));
  EXPECT_THAT(said, HasSubstr("1_2.jpg"));
}

TEST(BadInput, APhotoThatVanishesDuringTheRunIsLeftOutFromThere) {
  const ToyPlaces places;
  const TempFolder work;
  JobControl job;
  job.on_progress = [&](const Progress& progress) {
    if (progress.task == "epoch 1" && progress.done == 2) {
      std::remove((places.folder / "2_0.jpg").c_str());
    }
  };
  const auto summary = toy_train(toy_inputs(places.data, work / "run"), toy_options(), job).value();
  EXPECT_EQ(summary.failed.size(), 1u);
}

TEST(BadInput, NoReadablePhotoAtAllIsAnError) {
  ToyPlaces places;
  for (const auto* side : {&places.data.database, &places.data.queries}) {
    for (const ImageRecord& record : *side) std::remove((places.folder / record.path).c_str());
  }
  EXPECT_FALSE(refusal(places.data).empty());
}

TEST(BadInput, ALossThatIsNoNumberStopsNamesTheTupleAndKeepsTheLastGoodCheckpoint) {
  const ToyPlaces places;
  const TempFolder work;
  TrainOptions options = toy_options();
  options.checkpoint_steps = 1;
  options.learning_rate = 1e6;
  options.weight_decay = 1e3;
  options.epochs = 100;
  const auto summary = toy_train(toy_inputs(places.data, work / "run"), options);
  ASSERT_EQ(summary.status().code(), Code::kCorrupt) << summary.status().to_string();
  EXPECT_THAT(summary.status().message(), HasSubstr("last good checkpoint"));
  const Checkpoint kept = load_checkpoint(work / "run/last.safetensors").value();
  for (const auto& [name, tensor] : kept.weights) {
    for (const float v : tensor.to_floats()) ASSERT_TRUE(std::isfinite(v)) << name;
  }
}

TEST(BadInput, ANanInTheWeightsNamesTheTuplesPhotos) {
  const ToyPlaces places;
  const TempFolder work;
  TrainInputs inputs = toy_inputs(places.data, work / "run");
  TrainOptions options = toy_options();
  options.pooling = "mean";  // no clusters to learn from such features
  TensorMap tensors = inputs.start->tensors;
  std::vector<float> bias = tensors.at("c.bias").to_floats();
  bias[0] = std::nanf("");
  tensors["c.bias"] = make_tensor({16}, std::span<const float>(bias));
  inputs.start = make_model(inputs.start->spec, tensors);
  const auto summary = toy_train(inputs, options);
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.status().code(), Code::kCorrupt) << summary.status().to_string();
}

class LimitedFiles {
 public:
  explicit LimitedFiles(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~LimitedFiles() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST(BadInput, AFullDiskEndsTheRunAndTheLastCheckpointGoesOn) {
  const ToyPlaces places;
  const TempFolder work;
  TrainOptions options = toy_options();
  options.cache.activation_cache = "";
  const auto whole = toy_train(toy_inputs(places.data, work / "whole"), options).value();
  {
    std::unique_ptr<LimitedFiles> full;
    JobControl job;
    job.on_progress = [&](const Progress& progress) {
      if (progress.task == "epoch 2" && !full) full = std::make_unique<LimitedFiles>(1024);
    };
    const auto stopped = toy_train(toy_inputs(places.data, work / "run"), options, job);
    ASSERT_EQ(stopped.status().code(), Code::kIo) << stopped.status().to_string();
  }
  const auto resumed = toy_train(toy_inputs(places.data, work / "run", true), options).value();
  EXPECT_EQ(resumed.model->fingerprint, whole.model->fingerprint);
}

class ChangedOnResume : public testing::Test {
 protected:
  void SetUp() override {
    TrainOptions one = toy_options();
    one.epochs = 1;
    ASSERT_TRUE(toy_train(toy_inputs(places_.data, work_ / "run"), one).ok());
  }
  std::string resume(const TrainInputs& inputs, const TrainOptions& options = toy_options()) {
    return toy_train(inputs, options).status().message();
  }
  TrainInputs inputs() { return toy_inputs(places_.data, work_ / "run", true); }
  ToyPlaces places_;
  TempFolder work_;
};

TEST_F(ChangedOnResume, MoreEpochsAndThreadsAreAllowed) {
  TrainOptions options = toy_options();
  options.epochs = 3;
  EXPECT_EQ(resume(inputs(), options), "");
}

TEST_F(ChangedOnResume, AnotherOptionIsRefusedByName) {
  TrainOptions options = toy_options();
  options.learning_rate = 0.5;
  EXPECT_THAT(resume(inputs(), options), HasSubstr("learning_rate was 0.02, is 0.5"));
}

TEST_F(ChangedOnResume, AnotherDataSetIsRefused) {
  places_.data.database.pop_back();
  EXPECT_THAT(resume(inputs()), HasSubstr("database"));
}

TEST_F(ChangedOnResume, AnotherStartModelIsRefused) {
  TrainInputs other = inputs();
  ModelSpec spec = other.start->spec;
  spec.preprocessing.scale = 1;
  other.start = make_model(spec, other.start->tensors);
  EXPECT_THAT(resume(other), HasSubstr("start model"));
}

TEST_F(ChangedOnResume, ARunThatIsThereIsNotOverwrittenWithoutResume) {
  EXPECT_THAT(resume(toy_inputs(places_.data, work_ / "run")), HasSubstr("--resume"));
}

}  // namespace
}  // namespace loci::train
