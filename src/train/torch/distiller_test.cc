// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "distiller.h"

#include "toy_run.h"

#include "loci/describe/describer.h"

#include <atomic>
#include <cmath>

namespace loci::train {
namespace {

/// Eight drawn street corners.
class ToyPhotos {
 public:
  ToyPhotos() {
    for (uint64_t i = 0; i < 8; ++i) {
      paths.push_back(folder / (std::to_string(i) + ".jpg"));
      EXPECT_TRUE(save_jpeg(paths.back(), sketch_place(i, 1, 96, 72)).ok());
    }
  }
  TempFolder folder{"loci_distill_test"};
  std::vector<std::string> paths;
};

/// Two convolutions of stride 4 and width 6 to learn, against a teacher of stride 4 and width 16.
std::shared_ptr<const Model> toy_student() {
  ModelSpec spec = toy_model()->spec;
  spec.name = "student";
  spec.network.ops.erase(spec.network.ops.begin() + 1);
  spec.network.ops[0].stride = 4;
  spec.network.ops[1].out_channels = 6;
  TensorMap tensors = random_weights(spec.network, 3, 9).value();
  return make_model(std::move(spec), std::move(tensors));
}

std::shared_ptr<const Model> toy_teacher() {
  ModelSpec spec = toy_model()->spec;
  spec.pooling = PoolingSpec{.type = "mean"};
  return make_model(std::move(spec), toy_model()->tensors);
}

DistillOptions toy_distill_options() {
  DistillOptions options;
  options.crop = 48;
  options.epochs = 2;
  options.batch = 2;
  options.learning_rate = 0.01;
  options.warmup_steps = 0;
  options.val_fraction = 0.25;
  options.checkpoint_steps = 0;
  options.num_threads = 2;
  options.augment = {.perspective = 0.05, .flip = 0.5, .light = 0.3, .noise = 4};
  return options;
}

DistillInputs toy_distill_inputs(const ToyPhotos& photos, const std::string& work) {
  DistillInputs inputs;
  inputs.teacher = toy_teacher();
  inputs.student = toy_student();
  inputs.photos = photos.paths;
  inputs.work_folder = work;
  return inputs;
}

Result<DistillSummary> distill(const DistillInputs& inputs,
                               const DistillOptions& options,
                               const JobControl& job = {}) {
  LOCI_TRY(distiller, Distiller::create(inputs, options, {}, job));
  return distiller->run();
}

TEST(Distiller, TheStudentComesToAgreeWithTheTeacher) {
  const ToyPhotos photos;
  const TempFolder work;
  DistillOptions options = toy_distill_options();
  options.epochs = 25;
  const auto summary = distill(toy_distill_inputs(photos, work / "run"), options).value();
  EXPECT_LT(summary.epochs.front().val_cosine, 0.6);
  EXPECT_GT(summary.epochs[static_cast<size_t>(summary.best_epoch)].val_cosine, 0.8);
  EXPECT_LT(summary.epochs.back().loss, 0.7 * summary.epochs[1].loss);
  EXPECT_NE(summary.model->spec.record.find("\"teacher\""), std::string::npos);
  const auto describer = Describer::create(summary.model).value();
  std::vector<float> out(static_cast<size_t>(describer->dim()));
  EXPECT_TRUE(describer->describe(sketch_place(1, 1, 64, 48), out).ok());
}

TEST(Distiller, OneSeedGivesTheSameBitsAndAnotherDoesNot) {
  const ToyPhotos photos;
  const TempFolder work;
  const auto fingerprint = [&](const char* folder, uint64_t seed) {
    DistillOptions options = toy_distill_options();
    options.seed = seed;
    return distill(toy_distill_inputs(photos, work / folder), options).value().model->fingerprint;
  };
  const std::string first = fingerprint("a", 1);
  EXPECT_EQ(first, fingerprint("b", 1));
  EXPECT_NE(first, fingerprint("c", 2));
}

TEST(Distiller, InterruptedAtAnyStepAndResumedEqualsUninterrupted) {
  const ToyPhotos photos;
  const TempFolder work;
  const DistillOptions options = toy_distill_options();
  DistillInputs inputs = toy_distill_inputs(photos, work / "whole");
  inputs.student = nullptr;
  inputs.architecture = "placenet_small";  // with normalisation and its running means
  const auto whole = distill(inputs, options).value();
  for (int stop = 1; stop <= 6; ++stop) {  // three steps an epoch
    inputs.work_folder = work / ("stop" + std::to_string(stop));
    std::atomic<bool> cancel = false;
    int steps = 0;
    JobControl job;
    job.cancel = &cancel;
    job.on_progress = [&](const Progress& progress) {
      if (progress.task.starts_with("epoch") && ++steps == stop) cancel = true;
    };
    inputs.resume = false;
    const auto stopped = distill(inputs, options, job);
    if (stop < 6) {
      ASSERT_EQ(stopped.status().code(), Code::kCancelled) << stop;
    }
    inputs.resume = true;
    const auto resumed = distill(inputs, options).value();
    EXPECT_EQ(resumed.model->fingerprint, whole.model->fingerprint) << "stopped after " << stop;
    ASSERT_EQ(resumed.epochs.size(), whole.epochs.size());
    EXPECT_EQ(resumed.epochs.back().loss, whole.epochs.back().loss);
    EXPECT_EQ(resumed.epochs.back().val_changed, whole.epochs.back().val_changed);
  }
}

TEST(Distiller, AnotherTeacherPhotosOrOptionsOnResumeAreRefusedByName) {
  const ToyPhotos photos;
  const TempFolder work;
  DistillInputs inputs = toy_distill_inputs(photos, work / "run");
  ASSERT_TRUE(distill(inputs, toy_distill_options()).ok());
  const auto again = distill(inputs, toy_distill_options());
  EXPECT_NE(again.status().message().find("--resume"), std::string::npos);
  inputs.resume = true;
  inputs.teacher = toy_model();
  inputs.photos.pop_back();
  DistillOptions options = toy_distill_options();
  options.crop = 64;
  const auto refused = distill(inputs, options);
  EXPECT_EQ(refused.status().code(), Code::kInvalidArgument);
  for (const char* word : {"crop was 48, is 64", "teacher", "8 photos before, 7 now"}) {
    EXPECT_NE(refused.status().message().find(word), std::string::npos)
        << word << ": " << refused.status().message();
  }
}

TEST(Distiller, UnreadablePhotosAreLeftOutAndListed) {
  const ToyPhotos photos;
  const TempFolder work;
  DistillInputs inputs = toy_distill_inputs(photos, work / "run");
  inputs.photos.push_back(photos.folder / "absent.jpg");
  ASSERT_TRUE(write_file(photos.folder / "broken.jpg", std::string_view("no picture")).ok());
  inputs.photos.push_back(photos.folder / "broken.jpg");
  const auto summary = distill(inputs, toy_distill_options()).value();
  EXPECT_EQ(summary.failed.size(), 2u);
  inputs.work_folder = work / "none";
  inputs.photos = {photos.folder / "a.jpg", photos.folder / "b.jpg", photos.folder / "c.jpg"};
  EXPECT_NE(distill(inputs, toy_distill_options()).status().message().find("none of the photos"),
            std::string::npos);
}

TEST(Distiller, ATeacherOrStudentWithoutANetworkIsRefused) {
  const ToyPhotos photos;
  const TempFolder work;
  ModelSpec classic;
  classic.features = "rootsift";
  DistillInputs inputs = toy_distill_inputs(photos, work / "run");
  inputs.teacher = make_model(classic, {});
  EXPECT_NE(distill(inputs, toy_distill_options()).status().message().find("teacher"),
            std::string::npos);
  inputs = toy_distill_inputs(photos, work / "run2");
  inputs.student = make_model(classic, {});
  EXPECT_NE(distill(inputs, toy_distill_options()).status().message().find("student"),
            std::string::npos);
}

TEST(Distiller, ALossThatIsNoNumberStopsAndKeepsTheLastCheckpoint) {
  const ToyPhotos photos;
  const TempFolder work;
  DistillOptions options = toy_distill_options();
  options.learning_rate = 1e6;
  options.weight_decay = 900;  // (1 - l d) makes the weights overflow within a few steps
  options.epochs = 20;
  const auto found = distill(toy_distill_inputs(photos, work / "run"), options);
  ASSERT_EQ(found.status().code(), Code::kCorrupt) << found.status().message();
  EXPECT_NE(found.status().message().find("last good checkpoint"), std::string::npos);
  const auto kept = load_distill_checkpoint(work / "run/last.safetensors");
  ASSERT_TRUE(kept.ok());
  for (const auto& [name, tensor] : kept->weights) {
    for (const float v : tensor.to_floats()) ASSERT_TRUE(std::isfinite(v)) << name;
  }
}

}  // namespace
}  // namespace loci::train
