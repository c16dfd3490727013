// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/cluster.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

Result<ClusterPlace> place_of(const Variables& variables) {
  return cluster_place([&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

std::string refusal(const Variables& variables) {
  const auto place = place_of(variables);
  EXPECT_EQ(place.status().code(), Code::kInvalidArgument);
  return place.status().message();
}

const Variables kSecondOfFour = {
    {"RANK", "1"}, {"WORLD_SIZE", "4"}, {"MASTER_ADDR", "node7"}, {"MASTER_PORT", "29500"}};

Variables with(const std::string& name, const std::string& value) {
  Variables variables = kSecondOfFour;
  variables[name] = value;
  return variables;
}

Variables without(const std::string& name) {
  Variables variables = kSecondOfFour;
  variables.erase(name);
  return variables;
}

TEST(ClusterPlace, IsAloneWithoutTheVariablesOrWithAWorldOfOne) {
  EXPECT_EQ(place_of({}).value().num_ranks, 1);
  EXPECT_EQ(place_of({{"MASTER_ADDR", "node7"}}).value().num_ranks, 1);
  EXPECT_EQ(place_of({{"RANK", "0"}, {"WORLD_SIZE", "1"}}).value().num_ranks, 1);
}

TEST(ClusterPlace, IsReadFromTheVariablesOfTorchrun) {
  const ClusterPlace place = place_of(kSecondOfFour).value();
  EXPECT_EQ(place.rank, 1);
  EXPECT_EQ(place.num_ranks, 4);
  EXPECT_EQ(place.master_addr, "node7");
  EXPECT_EQ(place.master_port, 29500);
  EXPECT_EQ(place.local_rank, -1);
  EXPECT_FALSE(place.launcher_listens);
  EXPECT_EQ(place_of(with("LOCAL_RANK", "3")).value().local_rank, 3);
  EXPECT_EQ(place_of(with("GLOO_SOCKET_IFNAME", "ib0")).value().interface, "ib0");
  EXPECT_TRUE(place_of(with("TORCHELASTIC_USE_AGENT_STORE", "True")).value().launcher_listens);
}

TEST(ClusterPlace, AWrongEnvironmentIsRefusedByTheVariablesName) {
  EXPECT_THAT(refusal(without("WORLD_SIZE")), HasSubstr("RANK is set in the environment, WORLD_"));
  EXPECT_THAT(refusal(without("RANK")), HasSubstr("WORLD_SIZE is set in the environment, RANK is"));
  EXPECT_THAT(refusal(without("MASTER_ADDR")), HasSubstr("MASTER_ADDR is not set"));
  EXPECT_THAT(refusal(with("MASTER_ADDR", "")), HasSubstr("MASTER_ADDR is not set"));
  EXPECT_THAT(refusal(without("MASTER_PORT")), HasSubstr("MASTER_PORT is not set"));
  EXPECT_THAT(refusal(with("RANK", "4")), HasSubstr("RANK is 4 with WORLD_SIZE 4"));
  EXPECT_THAT(refusal(with("RANK", "-1")), HasSubstr("RANK is '-1'"));
  EXPECT_THAT(refusal(with("RANK", "one")), HasSubstr("RANK is 'one'"));
  EXPECT_THAT(refusal(with("WORLD_SIZE", "0")), HasSubstr("WORLD_SIZE is '0'"));
  EXPECT_THAT(refusal(with("MASTER_PORT", "70000")), HasSubstr("MASTER_PORT is '70000'"));
}

TEST(ClusterPlace, ProcessesOfOneHostShareItsProcessors) {
  ClusterPlace place = place_of(kSecondOfFour).value();
  EXPECT_EQ(threads_of_rank(place, 3), 3);
  const int all = threads_of_rank(place, 0);
  place.local_ranks = 1 << 20;
  EXPECT_EQ(threads_of_rank(place, 0), 1);
  EXPECT_GE(all, 1);
}

TEST(ClusterOptions, ATimeoutIsBetweenASecondAndAWeek) {
  EXPECT_TRUE(validate(ClusterOptions{}).ok());
  EXPECT_FALSE(validate(ClusterOptions{.timeout_s = 0}).ok());
  EXPECT_FALSE(validate(ClusterOptions{.timeout_s = 1e9}).ok());
}

}  // namespace
}  // namespace loci::train
