// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// What a user of a Backbone relies on besides its numbers: bits, threads, memory, refusals.
#include "test_nets.h"

#include "loci/backbone/backbone.h"

#include <cstring>
#include <thread>

#include <gtest/gtest.h>

namespace loci {
namespace {

using namespace internal;  // NOLINT

TEST(Backbone, AnyNumberOfThreadsGivesTheSameBits) {
  const auto model = test_model({"",
                                 {conv_op("a", 32, 3, 1, 1),
                                  conv_op("b", 64, 3, 1, 1),
                                  conv_op("c", 64, 3, 2, 1),
                                  conv_op("d", 32, 1)}});
  const std::vector<float> images = test_images(1, 64, 96);
  for (const KernelChoice choice : {KernelChoice::kDirect, KernelChoice::kWinograd}) {
    std::vector<Features> outputs;
    for (const int threads : {1, 2, 3}) {
      auto backbone =
          Backbone::create(model, {.num_threads = threads, .kernel_choice = choice}).value();
      outputs.push_back(std::move(backbone->run(images.data(), 1, 64, 96).value()[0]));
    }
    const auto same = [&](const Features& a, const Features& b) {
      return std::memcmp(a.values.data(), b.values.data(), a.values.size() * sizeof(float)) == 0;
    };
    EXPECT_TRUE(same(outputs[0], outputs[1]) && same(outputs[0], outputs[2]))
        << kernel_choice_name(choice);
  }
}

TEST(Backbone, SizesComeAndGoWithoutMixing) {
  const auto model = test_model({"", {conv_op("a", 16, 3, 1, 1), conv_op("b", 16, 3, 1, 1)}});
  auto backbone = Backbone::create(model, {.num_threads = 1, .max_cached_sizes = 2}).value();
  std::vector<Features> first;
  for (const int round : {0, 1}) {
    int k = 0;
    for (const auto& [height, width] : {std::pair{32, 40}, {64, 64}, {40, 32}, {32, 32}}) {
      const std::vector<float> images = test_images(1, height, width);
      Features found = std::move(backbone->run(images.data(), 1, height, width).value()[0]);
      if (round == 0) {
        const auto maps = reference_net(
            model->spec.network, model->tensors, reference_image(images, 0, height, width));
        EXPECT_LT(relative_error(found, maps.back()), 5e-6);
        first.push_back(std::move(found));
      } else {
        const Features& before = first[static_cast<size_t>(k)];
        EXPECT_EQ(
            0,
            std::memcmp(
                before.values.data(), found.values.data(), found.values.size() * sizeof(float)));
      }
      ++k;
    }
  }
}

TEST(Backbone, CallsFromManyThreadsTakeTurns) {
  const auto model = test_model({"", {conv_op("a", 16, 3, 1, 1), conv_op("b", 16, 3, 1, 1)}});
  auto backbone =
      Backbone::create(model, {.num_threads = 2, .kernel_choice = KernelChoice::kWinograd}).value();
  const std::vector<float> images = test_images(1, 48, 48);
  const Features expected = std::move(backbone->run(images.data(), 1, 48, 48).value()[0]);
  std::vector<int> differences(4, -1);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < differences.size(); ++t) {
    threads.emplace_back([&, t] {
      const Features found = std::move(backbone->run(images.data(), 1, 48, 48).value()[0]);
      differences[t] = std::memcmp(
          found.values.data(), expected.values.data(), expected.values.size() * sizeof(float));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(differences, std::vector<int>(4, 0));
}

TEST(Backbone, ActivationsTakeNoMoreThanTwoNeighbouringMaps) {
  const Network vgg = crop_network(architecture("vgg16").value(), "pool3").value();
  const auto model = test_model(vgg);
  const std::vector<float> images = test_images(1, 96, 128);
  const size_t largest = size_t{64} * 96 * 128 * sizeof(float);
  for (const KernelChoice choice : {KernelChoice::kDirect, KernelChoice::kWinograd}) {
    auto backbone = Backbone::create(model, {.num_threads = 1, .kernel_choice = choice}).value();
    ASSERT_TRUE(backbone->run(images.data(), 1, 96, 128).ok());
    EXPECT_LE(backbone->activation_bytes() - backbone->scratch_bytes(), 2 * largest)
        << kernel_choice_name(choice);
    EXPECT_GE(backbone->activation_bytes(), largest);
    EXPECT_GT(backbone->weight_bytes(), 0u);
  }
}

TEST(Backbone, RunsSideBySideGiveTheSameBitsAsOneAfterAnother) {
  const auto model = test_model({"", {conv_op("a", 32, 3, 1, 1), conv_op("b", 32, 3, 1, 1)}});
  auto backbone = Backbone::create(model, {.num_threads = 2, .kernel_cache = "off"}).value();
  const std::vector<float> images = test_images(1, 48, 64);
  const Features expected = std::move(backbone->run(images.data(), 1, 48, 64).value()[0]);
  std::vector<int> differences(6, 0);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < differences.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 4; ++round) {
        const int of_this_run = t == 0 ? 2 : 1;
        const Features found =
            std::move(backbone->run(images.data(), 1, 48, 64, of_this_run).value()[0]);
        differences[t] += std::memcmp(found.values.data(),
                                      expected.values.data(),
                                      expected.values.size() * sizeof(float)) != 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(differences, std::vector<int>(6, 0));
}

TEST(Backbone, LayerTimesNameTheLayersOfTheLastRun) {
  const auto model = test_model({"",
                                 {conv_op("a", 16, 3, 1, 1),
                                  conv_op("b", 16, 3, 1, 1),
                                  pool_op(OpType::kMaxPool, "p", 2, 2)}});
  auto backbone =
      Backbone::create(model, {.num_threads = 1, .kernel_choice = KernelChoice::kWinograd}).value();
  EXPECT_TRUE(backbone->layer_times().empty());
  const std::vector<float> images = test_images(1, 32, 32);
  ASSERT_TRUE(backbone->run(images.data(), 1, 32, 32).ok());
  bool found = false;
  for (const LayerTime& time : backbone->layer_times()) {
    if (time.layer != "b+p") continue;
    found = true;
    EXPECT_EQ(time.kernel, "winograd");
    EXPECT_NEAR(time.gflop, 2e-9 * 16 * 16 * 9 * 32 * 32, 1e-12);
  }
  EXPECT_TRUE(found);
}

TEST(Backbone, BadInputIsRefusedWithASentence) {
  const auto model = test_model({"", {conv_op("a", 16, 3, 1, 1)}});
  auto backbone = Backbone::create(model, {}).value();
  const std::vector<float> images = test_images(1, 32, 32);
  for (const auto& [batch, height, width] :
       {std::tuple{0, 32, 32}, {1, 31, 64}, {1, 64, 31}, {1, 64, 1 << 20}}) {
    const auto result = backbone->run(images.data(), batch, height, width);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  }
  EXPECT_THROW((void)backbone->run(nullptr, 1, 32, 32), std::invalid_argument);

  Network deep{"", {}};
  for (int i = 0; i < 6; ++i) deep.ops.push_back(conv_op("c" + std::to_string(i), 8, 3, 2, 0));
  auto small = Backbone::create(test_model(deep), {}).value();
  const auto empty = small->run(images.data(), 1, 32, 32);
  ASSERT_FALSE(empty.ok());
  EXPECT_NE(empty.status().message().find("too small"), std::string::npos)
      << empty.status().message();
}

TEST(Backbone, WeightsThatDoNotFitAreNamed) {
  auto model = test_model({"", {conv_op("a", 16, 3, 1, 1), conv_op("b", 16, 3, 1, 1)}});
  TensorMap tensors = model->tensors;
  tensors.erase("b.bias");
  auto created = Backbone::create(make_model(model->spec, tensors), {});
  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.status().code(), Code::kNotFound);
  EXPECT_NE(created.status().message().find("b.bias"), std::string::npos);

  tensors = model->tensors;
  tensors["b.weight"] = tensors["a.weight"];
  created = Backbone::create(make_model(model->spec, tensors), {});
  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.status().code(), Code::kCorrupt);

  tensors = model->tensors;
  std::vector<float> values = tensors["a.weight"].to_floats();
  values[17] = NAN;
  tensors["a.weight"] = make_tensor(tensors["a.weight"].shape, values);
  created = Backbone::create(make_model(model->spec, tensors), {});
  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.status().code(), Code::kCorrupt);
  EXPECT_NE(created.status().message().find("a.weight"), std::string::npos);
}

TEST(Backbone, NamesOfPrecisionsAndKernelsParseBack) {
  for (const Precision each :
       {Precision::kFp32, Precision::kBf16, Precision::kInt8, Precision::kAuto}) {
    EXPECT_EQ(parse_precision(precision_name(each)).value(), each);
  }
  for (const KernelChoice each : {KernelChoice::kAuto,
                                  KernelChoice::kDirect,
                                  KernelChoice::kLibraryWinograd,
                                  KernelChoice::kWinograd}) {
    EXPECT_EQ(parse_kernel_choice(kernel_choice_name(each)).value(), each);
  }
  EXPECT_EQ(parse_precision("fp64").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(parse_kernel_choice("").status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci
