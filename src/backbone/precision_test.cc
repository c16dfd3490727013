// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_nets.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using namespace internal;  // NOLINT

std::shared_ptr<const Model> calibrated(const std::shared_ptr<const Model>& model,
                                        int height,
                                        int width) {
  auto calibrator = Calibrator::create(model, 1).value();
  for (const uint64_t seed : {7, 8, 9}) {
    const std::vector<float> images = test_images(1, height, width, seed);
    EXPECT_TRUE(calibrator->add(images.data(), 1, height, width).ok());
  }
  return calibrator->finish().value();
}

/// Mean cosine of the features with those of fp32.
double mean_cosine(const std::shared_ptr<const Model>& model,
                   const BackboneOptions& options,
                   int batch,
                   int height,
                   int width) {
  const std::vector<float> images = test_images(batch, height, width);
  auto exact =
      Backbone::create(model, {.num_threads = 1, .kernel_choice = KernelChoice::kDirect}).value();
  auto rough = Backbone::create(model, options).value();
  const auto a = exact->run(images.data(), batch, height, width).value();
  const auto b = rough->run(images.data(), batch, height, width).value();
  double sum = 0;
  int64_t count = 0;
  for (size_t n = 0; n < a.size(); ++n) {
    for (int64_t i = 0; i < a[n].values.rows(); ++i, ++count) {
      double dot = 0, aa = 0, bb = 0;
      for (int64_t c = 0; c < a[n].values.cols(); ++c) {
        const double x = a[n].values(i, c), y = b[n].values(i, c);
        dot += x * y;
        aa += x * x;
        bb += y * y;
      }
      sum += dot / std::sqrt(aa * bb + 1e-30);
    }
  }
  return sum / static_cast<double>(count);
}

constexpr BackboneOptions kInt8 = {
    .precision = Precision::kInt8, .num_threads = 1, .emulate_precision = true};

TEST(Int8, ConvolutionsPoolsSumsAndConcatenationsStayCloseToFp32) {
  Op add = plain_op(OpType::kAdd, "sum", {"c", "a"});
  add.activation = Activation::kRelu;
  const auto model = test_model({"",
                                 {conv_op("a", 32, 3, 1, 1),
                                  conv_op("b", 32, 3, 1, 1),
                                  conv_op("c", 32, 3, 1, 1, 1, Activation::kNone),
                                  add,
                                  pool_op(OpType::kMaxPool, "p", 2, 2),
                                  conv_op("d", 16, 1),
                                  conv_op("e", 16, 3, 1, 1),
                                  plain_op(OpType::kConcat, "f", {"d", "e"}),
                                  conv_op("g", 32, 3, 2, 1, 32),
                                  conv_op("h", 48, 1, 1, 0, 1, Activation::kNone)}});
  const auto ready = calibrated(model, 48, 64);
  auto backbone = Backbone::create(ready, kInt8).value();
  EXPECT_EQ(backbone->precision(), Precision::kInt8);
  EXPECT_GT(mean_cosine(ready, kInt8, 2, 48, 64), 0.995);
  EXPECT_GT(mean_cosine(ready, kInt8, 1, 33, 47), 0.995);
}

TEST(Int8, LargestSumsDoNotSaturate) {
  // All weights and pixels at the ends of their ranges: the case in which 16-bit pair sums would
  // overflow.
  Network network{"", {conv_op("a", 16, 3, 1, 1), conv_op("b", 16, 3, 1, 1)}};
  auto model = test_model(network);
  TensorMap tensors = model->tensors;
  for (const char* name : {"a", "b"}) {
    const Tensor& weight = tensors[std::string(name) + ".weight"];
    tensors[std::string(name) + ".weight"] =
        make_tensor(weight.shape, std::vector<float>(static_cast<size_t>(weight.size()), 0.5f));
  }
  model = make_model(model->spec, tensors);
  const std::vector<float> white(size_t{40} * 40 * 3, 1.f);
  auto calibrator = Calibrator::create(model).value();
  ASSERT_TRUE(calibrator->add(white.data(), 1, 40, 40).ok());
  const auto ready = calibrator->finish().value();
  const auto exact = Backbone::create(ready, {}).value()->run(white.data(), 1, 40, 40).value();
  const auto rough = Backbone::create(ready, kInt8).value()->run(white.data(), 1, 40, 40).value();
  for (int64_t i = 0; i < exact[0].values.rows(); ++i) {
    ASSERT_NEAR(rough[0].values(i, 3) / exact[0].values(i, 3), 1, 0.02) << i;
  }
}

TEST(Int8, OperatorsWithoutIntegerFormRunInFloat) {
  Op lrn = plain_op(OpType::kLrn, "lrn");
  const auto model = test_model({"",
                                 {conv_op("a", 32, 3, 1, 1),
                                  lrn,
                                  conv_op("b", 32, 3, 1, 1),
                                  plain_op(OpType::kAdd, "s", {"b", "a"}),
                                  conv_op("c", 16, 3, 1, 1),
                                  plain_op(OpType::kL2Norm, "n")}});
  EXPECT_GT(mean_cosine(calibrated(model, 40, 40), kInt8, 1, 40, 40), 0.99);
}

TEST(Int8, NeedsRanges) {
  const auto model = test_model({"", {conv_op("a", 16, 3, 1, 1)}});
  const auto created = Backbone::create(model, kInt8);
  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.status().code(), Code::kInvalidArgument);
  EXPECT_NE(created.status().message().find("calibrate"), std::string::npos);
  EXPECT_FALSE(Calibrator::create(model).value()->finish().ok());
}

TEST(Int8, RangesCoverEverythingSeen) {
  const auto model = test_model({"",
                                 {conv_op("a", 8, 3, 1, 1, 1, Activation::kNone),
                                  plain_op(OpType::kRelu, "r"),
                                  conv_op("b", 8, 3, 1, 1)}});
  const auto ready = calibrated(model, 32, 32);
  const std::vector<float> images = test_images(1, 32, 32, 8);
  const auto maps =
      reference_net(model->spec.network, model->tensors, reference_image(images, 0, 32, 32));
  const std::vector<float> range = ready->tensors.at("calibration.r").to_floats();
  EXPECT_GE(range[0], 0);
  for (const double value : maps[1].values) EXPECT_LE(value, range[1] * (1 + 1e-5));
  EXPECT_LT(ready->tensors.at("calibration.input").to_floats()[0], 0);
}

TEST(Precision, FallsBackAndSaysSo) {
  const auto model = test_model({"", {conv_op("a", 16, 3, 1, 1)}});
  const std::vector<float> images = test_images(1, 32, 32);
  for (const Precision precision : {Precision::kBf16, Precision::kInt8, Precision::kAuto}) {
    auto backbone = Backbone::create(calibrated(model, 32, 32), {.precision = precision}).value();
    if (precision != Precision::kAuto && backbone->precision() != precision) {
      EXPECT_EQ(backbone->precision(), Precision::kFp32);
      EXPECT_NE(backbone->note().find("fp32"), std::string::npos);
    } else {
      EXPECT_TRUE(backbone->note().empty());
    }
    EXPECT_NE(backbone->precision(), Precision::kAuto);
    EXPECT_TRUE(backbone->run(images.data(), 1, 32, 32).ok());
  }
}

TEST(Bf16, StaysCloseToFp32WhereTheProcessorHasIt) {
  const auto model = test_model(crop_network(architecture("vgg16").value(), "conv3_1").value());
  for (const KernelChoice choice : {KernelChoice::kDirect, KernelChoice::kWinograd}) {
    const BackboneOptions options{
        .precision = Precision::kBf16, .num_threads = 1, .kernel_choice = choice};
    auto backbone = Backbone::create(model, options).value();
    if (backbone->precision() != Precision::kBf16) GTEST_SKIP() << backbone->note();
    EXPECT_GT(mean_cosine(model, options, 1, 48, 64), 0.999) << kernel_choice_name(choice);
  }
}

TEST(Bf16, SumsAndOddWidthsOfWinogradStayCloseToFp32) {
  Op add = plain_op(OpType::kAdd, "sum", {"c", "a"});
  add.activation = Activation::kRelu;
  const auto model = test_model({"",
                                 {conv_op("a", 32, 3, 1, 1),
                                  conv_op("b", 24, 3, 1, 1),
                                  conv_op("c", 32, 3, 1, 1, 1, Activation::kNone),
                                  add,
                                  pool_op(OpType::kMaxPool, "p", 2, 2),
                                  conv_op("d", 40, 3, 1, 1, 1, Activation::kNone)}});
  const BackboneOptions options{
      .precision = Precision::kBf16, .num_threads = 1, .kernel_choice = KernelChoice::kWinograd};
  EXPECT_GT(mean_cosine(model, options, 2, 35, 46), 0.999);
}

}  // namespace
}  // namespace loci
