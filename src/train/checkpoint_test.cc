// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "checkpoint.h"

#include "loci/base/file.h"
#include "loci/model/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::HasSubstr;

Checkpoint example() {
  const std::vector<float> values = {1.5F, -2, 1e-30F};
  const loci::Tensor tensor = make_tensor({3}, std::span<const float>(values));
  Checkpoint c;
  c.epoch = 3;
  c.step = 17;
  c.refresh = 5;
  c.sums = {.loss = 0.1 + 0.2, .counted = 7, .violating = 30, .seconds = 1.25};
  c.records.push_back({.epoch = 1, .loss = 0.5, .n = {1, 5}, .recall = {0.25, 1.0 / 3}});
  c.best_epoch = 1;
  c.options = to_json(TrainOptions());
  c.data = {.database_images = 10, .query_images = 4, .paths = "p", .sizes = "s", .truth = "t"};
  c.start_model = "abc";
  c.weights["conv.weight"] = tensor;
  c.refresh_weights["conv.weight"] = tensor;
  c.optimizer["optimizer.first.conv.weight"] = tensor;
  c.memory = {0, 255, 7};
  return c;
}

TEST(Checkpoint, ComesBackAsItWasBitForBit) {
  const TempFolder folder;
  const Checkpoint c = example();
  ASSERT_TRUE(save_checkpoint(c, folder / "c.safetensors").ok());
  const Checkpoint back = load_checkpoint(folder / "c.safetensors").value();
  EXPECT_EQ(back.epoch, 3);
  EXPECT_EQ(back.step, 17);
  EXPECT_EQ(back.refresh, 5);
  EXPECT_EQ(back.sums.loss, c.sums.loss);
  EXPECT_EQ(back.sums.violating, 30);
  EXPECT_EQ(back.records[0].recall, c.records[0].recall);
  EXPECT_EQ(back.data, c.data);
  EXPECT_EQ(back.memory, c.memory);
  EXPECT_EQ(back.weights.at("conv.weight").to_floats(), c.weights.at("conv.weight").to_floats());
  EXPECT_EQ(back.refresh_weights.size(), 1u);
  EXPECT_EQ(back.optimizer.size(), 1u);
}

TEST(Checkpoint, AnotherFileACutFileAndANewerVersionAreTold) {
  const TempFolder folder;
  const std::string path = folder / "c.safetensors";
  EXPECT_EQ(load_checkpoint(path).status().code(), Code::kNotFound);
  ASSERT_TRUE(write_safetensors(path, {}).ok());
  EXPECT_THAT(load_checkpoint(path).status().message(), HasSubstr("no training checkpoint"));
  Safetensors file;
  file.metadata["loci_checkpoint"] = R"({"version": 99})";
  ASSERT_TRUE(write_safetensors(path, file).ok());
  EXPECT_EQ(load_checkpoint(path).status().code(), Code::kUnsupported);
  file.metadata["loci_checkpoint"] = R"({"version": 1, "epoch": "three"})";
  ASSERT_TRUE(write_safetensors(path, file).ok());
  EXPECT_EQ(load_checkpoint(path).status().code(), Code::kCorrupt);
}

TEST(CheckResumable, SaysEverythingThatChanged) {
  const Checkpoint c = example();
  TrainOptions options;
  EXPECT_TRUE(check_resumable(c, "abc", c.data, c.validation, options).ok());
  options.miner.margin = 0.2;
  DatasetFingerprint data = c.data;
  data.database_images = 9;
  data.paths = "q";
  const Status status = check_resumable(c, "other", data, c.validation, options);
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("margin was 0.1, is 0.2"));
  EXPECT_THAT(status.message(), HasSubstr("start model"));
  EXPECT_THAT(status.message(), HasSubstr("database"));
}

}  // namespace
}  // namespace loci::train
