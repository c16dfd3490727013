// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "run_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::HasSubstr;

RunIdentity identity(const TrainOptions& options = {}) {
  return {
      .program = "1.0 GNU 12",
      .options = to_json(options),
      .start_model = "abc",
      .data = {.database_images = 20, .query_images = 5, .paths = "p", .sizes = "s", .truth = "t"},
      .validation = {},
      .resume = false,
      .token = "token"};
}

std::string refusal(const RunIdentity& mine) {
  const Status status = check_same_run(identity(), mine);
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  return status.message();
}

TEST(RunIdentity, SurvivesTheWayToAnotherProcess) {
  const RunIdentity there = unpack_identity(pack(identity())).value();
  EXPECT_TRUE(check_same_run(there, identity()).ok());
  EXPECT_EQ(there.token, "token");
  EXPECT_EQ(there.data, identity().data);
  const std::vector<uint8_t> noise = {1, 2, 3};
  EXPECT_EQ(unpack_identity(noise).status().code(), Code::kCorrupt);
}

TEST(RunIdentity, ThreadsAndDeviceMayDiffer) {
  EXPECT_TRUE(check_same_run(identity(), identity({.device = "cpu", .num_threads = 3})).ok());
}

TEST(RunIdentity, WhatDiffersIsNamed) {
  EXPECT_THAT(refusal(identity({.learning_rate = 0.5})),
              HasSubstr("learning_rate is 0.001 in rank 0, 0.5 here"));
  EXPECT_THAT(refusal(identity({.epochs = 7})), HasSubstr("epochs is 30 in rank 0, 7 here"));
  RunIdentity other = identity();
  other.data.database_images = 19;
  other.data.paths = "q";
  EXPECT_THAT(refusal(other), HasSubstr("data set: 20 database images in rank 0, 19 here"));
  other = identity();
  other.validation.truth = "u";
  EXPECT_THAT(refusal(other), HasSubstr("validation set: positions"));
  other = identity();
  other.start_model = "def";
  EXPECT_THAT(refusal(other), HasSubstr("start model"));
  other = identity();
  other.resume = true;
  EXPECT_THAT(refusal(other), HasSubstr("--resume is given here only"));
  other = identity();
  other.program = "1.1 GNU 12";
  EXPECT_THAT(refusal(other), HasSubstr("1.1 GNU 12"));
}

}  // namespace
}  // namespace loci::train
