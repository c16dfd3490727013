// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/options.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::HasSubstr;

TEST(TrainOptions, DefaultsAreValidAndEveryNameIsThereOnce) {
  TrainOptions options;
  EXPECT_TRUE(validate(options).ok()) << validate(options).to_string();
  std::set<std::string> names;
  options.describe([&names](const OptionInfo& info, auto&) {
    EXPECT_TRUE(names.insert(std::string(info.name)).second) << info.name;
    EXPECT_FALSE(info.sentence.empty()) << info.name;
  });
  for (const char* name : {"loss", "margin", "positive_radius_m", "augment_crop", "ms_beta"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  for (const char* name : {"squared", "remember_all"}) EXPECT_FALSE(names.contains(name)) << name;
}

TEST(TrainOptions, AWrongChoiceIsRefusedWithTheKnownOnes) {
  TrainOptions options;
  options.loss = "triplet";
  EXPECT_THAT(validate(options).message(), HasSubstr("triplet-sq, triplet-l2, multi-similarity"));
  options = {};
  options.optimizer = "lbfgs";
  EXPECT_THAT(validate(options).message(), HasSubstr("optimizer is 'lbfgs'"));
}

TEST(TrainOptions, ANumberOutOfRangeOrNoNumberIsRefusedByName) {
  TrainOptions options;
  options.batch_tuples = 0;
  EXPECT_THAT(validate(options).message(), HasSubstr("batch_tuples is 0"));
  options = {};
  options.learning_rate = std::nan("");
  EXPECT_THAT(validate(options).message(), HasSubstr("learning_rate"));
}

TEST(OptionChanges, TellsNameOldAndNewValue) {
  const TrainOptions before;
  TrainOptions now = before;
  EXPECT_EQ(option_changes(to_json(before), now).value(), "");
  now.seed = 9;
  now.pairs.time_machine = false;
  const std::string changes = option_changes(to_json(before), now).value();
  EXPECT_THAT(changes, HasSubstr("seed was 1, is 9"));
  EXPECT_THAT(changes, HasSubstr("time_machine was true, is false"));
}

TEST(OptionChanges, LengthOfTheRunThreadsAndBoundsMayChange) {
  const TrainOptions before;
  TrainOptions now = before;
  now.epochs = 99;
  now.num_threads = 7;
  now.cache.activation_cache_gib = 1;
  EXPECT_EQ(option_changes(to_json(before), now).value(), "");
  EXPECT_EQ(option_changes("[]", now).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace loci::train
