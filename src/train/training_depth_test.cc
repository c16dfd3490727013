// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "training_depth.h"

#include "loci/model/architectures.h"

#include <gtest/gtest.h>

namespace loci::train {
namespace {

TEST(TrainingDepth, VggTrainsFromConv51AndItsCutIsPool4) {
  const Network network = architecture("vgg16").value();
  const TrainingDepth depth = training_depth(network, "").value();
  EXPECT_EQ(depth.train_from, "conv5_1");
  EXPECT_EQ(depth.cut_name, "pool4");
  EXPECT_EQ(depth.cut, depth.first_trained);
}

TEST(TrainingDepth, InsideAResidualBlockTheCutMovesToTheBlocksInput) {
  const Network network = architecture("resnet18").value();
  const TrainingDepth depth = training_depth(network, "layer4.1.conv2").value();
  EXPECT_LT(depth.cut, depth.first_trained);
  EXPECT_EQ(depth.cut_name, "layer4.0.add");
}

TEST(TrainingDepth, EveryArchitectureHasACustomWithOneMapAtTheCut) {
  for (const std::string& name : architecture_names()) {
    const Network network = architecture(name).value();
    if (!network.outputs.empty()) continue;  // one map is what training knows
    const TrainingDepth depth = training_depth(network, "").value();
    EXPECT_GT(depth.first_trained, 0u) << name;
    EXPECT_LT(depth.first_trained, network.ops.size()) << name;
    EXPECT_FALSE(depth.cut_name.empty()) << name;
  }
}

TEST(TrainingDepth, PoolingAloneCutsBehindTheLastOperator) {
  const Network network = architecture("vgg16").value();
  const TrainingDepth depth = training_depth(network, "pooling").value();
  EXPECT_EQ(depth.cut, network.ops.size());
  EXPECT_EQ(depth.cut_name, "conv5_3");
  EXPECT_EQ(training_depth(network, "all").value().cut_name, "input");
}

TEST(TrainingDepth, UnknownNamesAreRefusedWithThoseThereAre) {
  const auto depth = training_depth(architecture("vgg16").value(), "conv6");
  EXPECT_EQ(depth.status().code(), Code::kNotFound);
  EXPECT_NE(depth.status().message().find("conv5_1"), std::string::npos);
}

}  // namespace
}  // namespace loci::train
