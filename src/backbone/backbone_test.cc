// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/backbone/backbone.h"

#include "test_nets.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using namespace internal;  // NOLINT

/// Every kernel choice on the smallest size and on odd sides, against the plain loops.
void expect_parity(const Network& network, double tolerance) {
  const auto model = test_model(network);
  for (const auto& [height, width] : {std::pair{32, 32}, {33, 43}}) {
    const std::vector<float> images = test_images(1, height, width);
    const auto maps = reference_net(
        model->spec.network, model->tensors, reference_image(images, 0, height, width));
    for (const KernelChoice choice :
         {KernelChoice::kDirect, KernelChoice::kWinograd, KernelChoice::kLibraryWinograd}) {
      auto backbone = Backbone::create(model, {.num_threads = 1, .kernel_choice = choice}).value();
      const auto found = backbone->run(images.data(), 1, height, width).value();
      EXPECT_LT(relative_error(found[0], maps.back()), tolerance)
          << kernel_choice_name(choice) << " " << width << "x" << height;
    }
  }
}

TEST(Backbone, ConvolutionsOfAllShapesAgreeWithPlainLoops) {
  expect_parity(
      {"", {conv_op("a", 16, 3, 1, 1), conv_op("b", 24, 3, 1, 1), conv_op("c", 40, 5, 2, 2)}},
      5e-6);
  expect_parity({"", {conv_op("a", 9, 7, 2, 3), conv_op("b", 20, 1), conv_op("c", 5, 3, 3, 0)}},
                5e-6);
}

TEST(Backbone, GroupsAndDepthwiseAgreeWithPlainLoops) {
  expect_parity(
      {"",
       {conv_op("a", 16, 3, 1, 1), conv_op("b", 16, 3, 2, 1, 16), conv_op("c", 32, 3, 1, 1, 2)}},
      5e-6);
  expect_parity(
      {"",
       {conv_op("a", 12, 3, 1, 1), conv_op("b", 12, 5, 1, 2, 12), conv_op("c", 18, 1, 1, 0, 3)}},
      5e-6);
}

TEST(Backbone, DilationAgreesWithPlainLoops) {
  Op dilated = conv_op("b", 16, 3, 1, 2);
  dilated.dilation = 2;
  expect_parity({"", {conv_op("a", 8, 3, 1, 1), dilated}}, 5e-6);
}

TEST(Backbone, AsymmetricAndSamePaddingAgreeWithPlainLoops) {
  Op uneven = conv_op("b", 16, 3, 1, 0);
  uneven.pad_bottom = 2;
  uneven.pad_left = 1;
  Op same = conv_op("c", 16, 3, 2, 0);
  same.pad_same = true;
  expect_parity({"", {conv_op("a", 8, 3, 1, 1), uneven, same}}, 5e-6);
}

TEST(Backbone, PoolsRoundAsAsked) {
  for (const OpType type : {OpType::kMaxPool, OpType::kAvgPool}) {
    for (const bool ceil_mode : {false, true}) {
      Op uneven = pool_op(type, "q", 3, 2, 0, ceil_mode);
      uneven.pad_bottom = uneven.pad_right = 1;
      expect_parity({"",
                     {conv_op("a", 16, 3, 1, 1),
                      pool_op(type, "p", 3, 2, 0, ceil_mode),
                      uneven,
                      pool_op(type, "r", 2, 2, 0, ceil_mode)}},
                    5e-6);
      expect_parity({"", {conv_op("a", 10, 3, 1, 1), pool_op(type, "p", 3, 2, 1, ceil_mode)}},
                    5e-6);
    }
  }
}

TEST(Backbone, PoolAfterWinogradIsTheSameAsPoolAlone) {
  // The pool is done inside the Winograd kernel; 16 and 24 channels, odd and even maps.
  expect_parity({"",
                 {conv_op("a", 16, 3, 1, 1),
                  conv_op("b", 24, 3, 1, 1),
                  pool_op(OpType::kMaxPool, "p", 2, 2),
                  conv_op("c", 33, 3, 1, 1, 1, Activation::kNone),
                  pool_op(OpType::kMaxPool, "q", 2, 2)}},
                5e-6);
}

TEST(Backbone, SumsAndConcatenationsAgreeWithPlainLoops) {
  Op add = plain_op(OpType::kAdd, "sum", {"b", "c"});
  add.activation = Activation::kRelu;
  Op b = conv_op("b", 16, 1, 1, 0, 1, Activation::kNone),
     c = conv_op("c", 16, 3, 1, 1, 1, Activation::kNone);
  b.inputs = c.inputs = {"a"};
  // "a" is read again later: a sum in its place would destroy it.
  Op again = conv_op("d", 16, 3, 1, 1, 1, Activation::kNone);
  expect_parity({"",
                 {conv_op("a", 16, 3, 1, 1),
                  b,
                  c,
                  add,
                  again,
                  plain_op(OpType::kAdd, "e", {"a", "d"}),
                  plain_op(OpType::kConcat, "f", {"a", "e", "sum"})}},
                5e-6);
}

TEST(Backbone, SumOfActivatedMapsIsNotJoined) {
  Op clip = plain_op(OpType::kAdd, "sum", {"b", "a"});
  clip.activation = Activation::kClip;
  clip.clip_low = -0.5;
  clip.clip_high = 0.75;
  // The error is that of sums about ten times as large as what the clip leaves.
  expect_parity({"",
                 {conv_op("a", 16, 3, 1, 1),
                  conv_op("b", 16, 3, 1, 1),
                  clip,
                  plain_op(OpType::kAdd, "twice", {"sum", "sum"})}},
                5e-5);
}

TEST(Backbone, ElementwiseOperatorsAgreeWithPlainLoops) {
  Op clip = plain_op(OpType::kClip, "clip");
  clip.clip_low = -0.25;
  clip.clip_high = 0.5;
  Op lrn = plain_op(OpType::kLrn, "lrn");
  lrn.lrn_alpha = 0.5;
  expect_parity({"", {conv_op("a", 16, 3, 1, 1, 1, Activation::kNone), lrn, clip}}, 5e-6);
  expect_parity(
      {"", {conv_op("a", 10, 3, 1, 1, 1, Activation::kNone), plain_op(OpType::kRelu, "relu"), lrn}},
      5e-6);
  expect_parity({"",
                 {conv_op("a", 16, 3, 2, 1, 1, Activation::kNone),
                  plain_op(OpType::kL2Norm, "norm"),
                  plain_op(OpType::kRelu, "relu")}},
                5e-6);
}

TEST(Backbone, ANetworkMayBeginAndEndWithAnyOperator) {
  expect_parity({"", {pool_op(OpType::kMaxPool, "p", 2, 2)}}, 1e-7);
  expect_parity({"", {plain_op(OpType::kL2Norm, "norm")}}, 1e-6);
  expect_parity(
      {"", {plain_op(OpType::kRelu, "relu"), plain_op(OpType::kConcat, "c", {"relu", "input"})}},
      1e-7);
  expect_parity({"",
                 {conv_op("a", 3, 3, 1, 1, 1, Activation::kNone),
                  plain_op(OpType::kAdd, "s", {"a", "input"})}},
                5e-6);
}

TEST(Backbone, EveryImageOfABatchIsItsOwn) {
  const auto model = test_model({"",
                                 {conv_op("a", 16, 3, 1, 1),
                                  conv_op("b", 16, 3, 1, 1),
                                  pool_op(OpType::kMaxPool, "p", 2, 2),
                                  conv_op("c", 24, 3, 2, 1)}});
  for (const KernelChoice choice : {KernelChoice::kDirect, KernelChoice::kWinograd}) {
    EXPECT_LT(parity(model, {.num_threads = 2, .kernel_choice = choice}, 3, 35, 41), 5e-6);
  }
}

}  // namespace
}  // namespace loci
