// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/distill_options.h"

#include "distill_checkpoint.h"
#include "distill_page.h"

#include "loci/base/file.h"

#include <cmath>

#include <gtest/gtest.h>

namespace loci::train {
namespace {

TEST(DistillOptions, WrongValuesAreRefusedByName) {
  EXPECT_TRUE(validate(DistillOptions()).ok());
  const auto refused = [](const char* name, auto set) {
    DistillOptions options;
    set(options);
    const Status status = validate(options);
    EXPECT_EQ(status.code(), Code::kInvalidArgument) << name;
    EXPECT_NE(status.message().find(name), std::string::npos) << status.message();
  };
  refused("crop", [](DistillOptions& o) { o.crop = 8; });
  refused("batch", [](DistillOptions& o) { o.batch = 1; });
  refused("smallest_view", [](DistillOptions& o) { o.smallest_view = NAN; });
  refused("teacher_precision", [](DistillOptions& o) { o.teacher_precision = "int4"; });
  refused("augment_night", [](DistillOptions& o) { o.augment.night = 2; });
}

TEST(DistillOptions, ChangesThatMakeAnotherRunAreNamed) {
  DistillOptions before, now;
  now.epochs = 99;
  now.num_threads = 3;
  EXPECT_EQ(option_changes(to_json(before), now).value(), "");
  now.crop = 160;
  now.augment.fog = 0.5;
  const std::string changes = option_changes(to_json(before), now).value();
  EXPECT_NE(changes.find("crop was 224, is 160"), std::string::npos) << changes;
  EXPECT_NE(changes.find("augment_fog"), std::string::npos) << changes;
}

DistillEpoch some_epoch() {
  DistillEpoch epoch;
  epoch.epoch = 3;
  epoch.loss = NAN;
  epoch.val_cosine = 0.75;
  epoch.photos = 17;
  epoch.best = true;
  return epoch;
}

TEST(DistillEpoch, ReadsBackAsItWasWritten) {
  const DistillEpoch read = parse_distill_epoch(to_json(some_epoch())).value();
  EXPECT_EQ(to_json(read), to_json(some_epoch()));
  EXPECT_TRUE(std::isnan(read.loss));
  EXPECT_TRUE(read.best);
  EXPECT_EQ(parse_distill_epoch("{\"epoch\":1}").status().code(), Code::kCorrupt);
}

TEST(DistillCheckpoint, ReadsBackAndTellsWhatChanged) {
  const TempFolder folder;
  DistillCheckpoint before;
  before.epoch = 2;
  before.step = 5;
  before.sums = {.loss = 0.5, .feature_loss = 0.25, .descriptor_loss = 0.125, .photos = 40};
  before.epochs = {some_epoch()};
  before.options = to_json(DistillOptions());
  before.teacher = "t";
  before.student = "s";
  before.kept = 0.875;
  const std::vector<float> values = {1, 2, 3};
  before.weights["a.gamma"] = make_tensor({3}, std::span<const float>(values));
  before.projection["projection"] = make_tensor({1, 3}, std::span<const float>(values));
  before.optimizer["optimizer.first.a"] = make_tensor({3}, std::span<const float>(values));
  ASSERT_TRUE(save_checkpoint(before, folder / "c.safetensors").ok());
  const DistillCheckpoint read = load_distill_checkpoint(folder / "c.safetensors").value();
  EXPECT_EQ(read.step, 5);
  EXPECT_EQ(read.sums.photos, 40);
  EXPECT_EQ(read.kept, 0.875);
  EXPECT_EQ(read.weights.at("a.gamma").to_floats(), values);
  EXPECT_EQ(read.projection.at("projection").shape, (std::vector<int64_t>{1, 3}));
  EXPECT_TRUE(read.optimizer.contains("optimizer.first.a"));
  EXPECT_TRUE(check_resumable(read, before, {}).ok());
  DistillCheckpoint now = before;
  now.teacher = "other";
  now.photos.database_images = 4;
  const Status status = check_resumable(read, now, {});
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("teacher"), std::string::npos) << status.message();
}

TEST(DistillPage, ShowsCurvesAndTheBestEpoch) {
  DistillEpoch start;
  start.loss = NAN;
  const std::string page = distill_page({start, some_epoch()}, {.title = "Distilling <a>"});
  EXPECT_NE(page.find("Distilling &lt;a&gt;"), std::string::npos);
  EXPECT_NE(page.find("<svg"), std::string::npos);
  EXPECT_NE(page.find("badge good"), std::string::npos);
}

}  // namespace
}  // namespace loci::train
