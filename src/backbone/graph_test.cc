// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "graph.h"

#include "kernel_cache.h"
#include "kernel_pick.h"
#include "test_nets.h"

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

TEST(Lower, ResNetBlocksBecomeConvolutionsThatAdd) {
  const Network network = architecture("resnet18").value();
  const Graph graph = lower(network, {3, 64, 64}).value();
  int sums = 0;
  for (const Node& node : graph.nodes) {
    EXPECT_NE(node.op.type, OpType::kAdd) << node.op.name;
    if (node.sum_input < 0) continue;
    ++sums;
    EXPECT_TRUE(node.op.name.ends_with("conv2")) << node.op.name;
    EXPECT_TRUE(node.value_name.ends_with("add")) << node.value_name;
    EXPECT_EQ(node.op.activation, Activation::kRelu);
  }
  EXPECT_EQ(sums, 8);
  EXPECT_EQ(graph.extent(graph.outputs[0]).height, 2);
}

TEST(Lower, ReluIsJoinedOnlyToAConvolutionNobodyElseReads) {
  Network network{"",
                  {conv_op("a", 8, 3, 1, 1, 1, Activation::kNone),
                   plain_op(OpType::kRelu, "r"),
                   plain_op(OpType::kConcat, "c", {"r"})}};
  EXPECT_EQ(lower(network, {3, 32, 32})->nodes.size(), 2u);
  network.ops[2].inputs = {"r", "a"};
  EXPECT_EQ(lower(network, {3, 32, 32})->nodes.size(), 3u);
}

TEST(Lower, MapSizesAreThoseOfThePaper) {
  const auto map_of = [](const std::string& name) {
    const Graph graph = lower(architecture(name).value(), {3, 480, 640}).value();
    return graph.extent(graph.outputs[0]);
  };
  EXPECT_EQ(map_of("vgg16").height, 30);
  EXPECT_EQ(map_of("vgg16").width, 40);
  EXPECT_EQ(map_of("alexnet_caffe").height, 29);
  EXPECT_EQ(map_of("alexnet_caffe").width, 39);
  EXPECT_EQ(map_of("mobilenet_v1").height, 30);
  EXPECT_EQ(map_of("resnet50").width, 20);
}

TEST(Lower, MapsOfDifferentSizeCannotBeJoined) {
  Network network{"",
                  {conv_op("a", 8, 3, 1, 1),
                   conv_op("b", 8, 3, 2, 1),
                   plain_op(OpType::kAdd, "s", {"a", "b"})}};
  EXPECT_EQ(lower(network, {3, 32, 32}).status().code(), Code::kInvalidArgument);
}

TEST(PickKernel, AnswersTheSameForTheSameCase) {
  const ConvCase conv{1, {16, 40, 40}, {16, 40, 40}, 1, 1, 1, 1, false};
  KernelCache cache("");
  const ConvPick first = pick_kernel(conv, 1, cache), second = pick_kernel(conv, 1, cache);
  EXPECT_EQ(first, second);
  // Only how the work is cut up may differ with the number of threads.
  EXPECT_EQ(pick_kernel(conv, 2, cache).kernel, first.kernel);
}

}  // namespace
}  // namespace loci::internal
