// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Instance normalisation, upsampling, blocks as channels and sigmoid, and networks of several outputs.
#include "graph.h"
#include "map_kernels.h"
#include "test_nets.h"

#include "loci/backbone/backbone.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

Op upsample_op(const std::string& name, const std::string& map, const std::string& like) {
  return plain_op(OpType::kUpsample, name, {map, like});
}
Op blocks_op(const std::string& name, int side, std::vector<std::string> inputs = {}) {
  Op op = plain_op(OpType::kSpaceToDepth, name, std::move(inputs));
  op.stride = side;
  return op;
}
Op sigmoid_op(const std::string& name, int out) {
  return conv_op(name, out, 1, 1, 0, 1, Activation::kSigmoid);
}

/// All of them in one, as XFeat has them: grey, normalised; two scales joined; two heads.
Network all_in_one() {
  Network network;
  Op grey = conv_op("grey", 1, 1, 1, 0, 1, Activation::kNone);
  network.ops = {grey,
                 plain_op(OpType::kInstanceNorm, "norm"),
                 blocks_op("blocks", 4),
                 conv_op("logits", 17, 1, 1, 0, 1, Activation::kNone),
                 conv_op("first", 16, 3, 2, 1),
                 conv_op("fine", 32, 3, 2, 1),
                 conv_op("coarse", 32, 3, 2, 1),
                 upsample_op("up", "coarse", "fine"),
                 plain_op(OpType::kAdd, "sum", {"up", "fine"}),
                 conv_op("features", 24, 3, 1, 1, 1, Activation::kNone),
                 sigmoid_op("score", 1)};
  network.ops[4].inputs = {"norm"};
  network.outputs = {{"features", "features"}, {"logits", "logits"}, {"score", "score"}};
  return network;
}

/// The worst relative error of each output against the plain loops.
std::vector<double> errors_of(const std::shared_ptr<const Model>& model,
                              Precision precision,
                              int batch,
                              int height,
                              int width) {
  BackboneOptions options;
  options.precision = precision;
  options.num_threads = 2;
  options.emulate_precision = true;
  auto backbone = Backbone::create(model, options).value();
  const std::vector<float> images = test_images(batch, height, width);
  const auto found = backbone->run_outputs(images.data(), batch, height, width).value();
  const Network& network = model->spec.network;
  std::vector<double> worst;
  for (size_t k = 0; k < found.size(); ++k) {
    worst.push_back(0);
    for (int n = 0; n < batch; ++n) {
      const auto maps =
          reference_net(network, model->tensors, reference_image(images, n, height, width));
      const std::string op = outputs_of(network)[k].op;
      const auto at = std::ranges::find(network.ops, op, &Op::name) - network.ops.begin();
      worst[k] =
          std::max(worst[k],
                   relative_error(found[k][static_cast<size_t>(n)], maps[static_cast<size_t>(at)]));
    }
  }
  return worst;
}

std::shared_ptr<const Model> calibrated(const std::shared_ptr<const Model>& model,
                                        int height,
                                        int width) {
  auto calibrator = Calibrator::create(model, 2).value();
  const std::vector<float> images = test_images(3, height, width);
  EXPECT_TRUE(calibrator->add(images.data(), 3, height, width).ok());
  return calibrator->finish().value();
}

void expect_errors_below(const std::vector<double>& errors, double limit) {
  for (size_t k = 0; k < errors.size(); ++k) EXPECT_LT(errors[k], limit) << "output " << k;
}

TEST(MapOps, EachAloneFollowsTheWordsOfTheSpecInFloat32) {
  // Sizes that fill no vector, more channels than one, sides that are no multiple.
  for (const auto& [height, width] : {std::pair{32, 32}, {37, 45}, {64, 50}}) {
    const Op conv = conv_op("conv", 19, 3, 2, 1);
    for (const std::vector<Op>& ops :
         {std::vector<Op>{plain_op(OpType::kInstanceNorm, "norm")},
          {conv, plain_op(OpType::kInstanceNorm, "norm")},
          {blocks_op("blocks", 8)},
          {conv, blocks_op("blocks", 3)},
          {conv, upsample_op("up", "conv", "input")},
          {conv, conv_op("finer", 5, 5, 1, 0), upsample_op("up", "finer", "conv")},
          {conv, sigmoid_op("score", 3)},
          {conv_op("grey", 1, 1, 1, 0, 1, Activation::kNone)}}) {
      const auto model = test_model(Network{.architecture = "", .ops = ops});
      const std::vector<double> errors = errors_of(model, Precision::kFp32, 2, height, width);
      EXPECT_LT(errors[0], 2e-5) << ops.back().name << " " << width << "x" << height;
    }
  }
}

TEST(MapOps, TogetherTheyHoldInEveryPrecision) {
  for (const auto& [height, width] : {std::pair{64, 64}, {45, 70}}) {
    const auto model = calibrated(test_model(all_in_one()), height, width);
    expect_errors_below(errors_of(model, Precision::kFp32, 3, height, width), 2e-5);
    expect_errors_below(errors_of(model, Precision::kBf16, 3, height, width), 0.03);
    expect_errors_below(errors_of(model, Precision::kInt8, 3, height, width), 0.06);
  }
}

TEST(MapOps, FeaturesAloneAreTheSameBitsWithoutTheHeads) {
  const auto model = test_model(all_in_one());
  BackboneOptions options;
  options.kernel_choice = KernelChoice::kDirect;
  auto backbone = Backbone::create(model, options).value();
  EXPECT_EQ(backbone->feature_dim(), 24);
  EXPECT_EQ(backbone->output_names(), (std::vector<std::string>{"features", "logits", "score"}));
  const std::vector<float> image = test_images(1, 64, 96);
  const Features alone = backbone->run(image.data(), 1, 64, 96).value()[0];
  for (const LayerTime& layer : backbone->layer_times()) EXPECT_NE(layer.layer, "logits");
  const auto all = backbone->run_outputs(image.data(), 1, 64, 96).value();
  ASSERT_EQ(all.size(), 3u);
  ASSERT_EQ(alone.values.rows(), all[0][0].values.rows());
  EXPECT_EQ(std::memcmp(alone.values.data(),
                        all[0][0].values.data(),
                        sizeof(float) * static_cast<size_t>(alone.values.rows() * 24)),
            0);
}

TEST(MapOps, ASumIsPartOfTheUpsampling) {
  const Graph graph = lower(all_in_one(), {3, 64, 64}).value();
  for (const Node& node : graph.nodes) EXPECT_NE(node.op.type, OpType::kAdd);
}

TEST(MapOps, AnOutputInTheMiddleIsNotJoinedAway) {
  Network network;
  network.ops = {conv_op("a", 8, 3, 1, 1, 1, Activation::kNone), plain_op(OpType::kRelu, "r")};
  network.outputs = {{"features", "r"}, {"before", "a"}};
  expect_errors_below(errors_of(test_model(network), Precision::kFp32, 1, 40, 40), 2e-5);
}

std::vector<const MapKernels*> all_kernels() {
  std::vector<const MapKernels*> out = {&map_kernels(SimdLevel::kPlain)};
  if (simd_level() != SimdLevel::kPlain) out.push_back(&map_kernels(SimdLevel::kAvx2));
  if (simd_level() >= SimdLevel::kAvx512) out.push_back(&map_kernels(SimdLevel::kAvx512));
  return out;
}

TEST(MapKernels, StoreRoundsToTheNearestAndHoldsTheRange) {
  const std::vector<float> values = {-300.f,
                                     -1.5f,
                                     -0.4f,
                                     0.f,
                                     0.5f,
                                     1.5f,
                                     2.5f,
                                     99.6f,
                                     127.4f,
                                     254.6f,
                                     300.f,
                                     7.f,
                                     8.f,
                                     9.f,
                                     1.f,
                                     2.f,
                                     3.f,
                                     4.f};
  const auto n = static_cast<long>(values.size());
  for (const MapKernels* kernels : all_kernels()) {
    std::vector<uint8_t> u8(values.size());
    std::vector<int8_t> s8(values.size());
    kernels->store(values.data(), n, Element::kU8, 1, u8.data());
    kernels->store(values.data(), n, Element::kS8, 1, s8.data());
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(u8[i], std::nearbyint(std::clamp(values[i], 0.f, 255.f))) << values[i];
      EXPECT_EQ(s8[i], std::nearbyint(std::clamp(values[i], -128.f, 127.f))) << values[i];
    }
    std::vector<float> back(values.size());
    kernels->load({u8.data(), Element::kU8, 0.5f}, n, back.data());
    for (size_t i = 0; i < values.size(); ++i) EXPECT_EQ(back[i], 0.5f * u8[i]);
  }
}

TEST(MapKernels, Bf16TiesGoToTheEvenNeighbour) {
  // 1 + 2^-8 lies between 1 and 1 + 2^-7, 1 + 3 * 2^-8 between 1 + 2^-7 and 1 + 2^-6.
  const std::vector<float> values = {1 + 0x1p-8f, 1 + 3 * 0x1p-8f, -(1 + 0x1p-8f), 0.f};
  const std::vector<float> expected = {1, 1 + 0x1p-6f, -1, 0};
  for (const MapKernels* kernels : all_kernels()) {
    std::vector<uint16_t> bits(values.size());
    std::vector<float> back(values.size());
    kernels->store(values.data(), 4, Element::kBf16, 1, bits.data());
    kernels->load({bits.data(), Element::kBf16, 1}, 4, back.data());
    EXPECT_EQ(back, expected);
  }
}

TEST(MapKernels, MomentsOfALargePlaneLoseNothingToTheSum) {
  const std::vector<float> plane(1 << 20, 3.1f);
  const float mean = 3;
  for (const MapKernels* kernels : all_kernels()) {
    double sum = 0;
    kernels->moments(plane.data(), std::ssize(plane), 1, &mean, 1, &sum);
    EXPECT_NEAR(sum / (1 << 20), 0.1, 1e-6);
  }
}

}  // namespace
}  // namespace loci::internal
