// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/architectures.h"

#include <map>

#include <gtest/gtest.h>

namespace loci {
namespace {

int64_t parameters(const std::string& name) {
  int64_t sum = 0;
  const TensorMap tensors = random_weights(architecture(name).value(), 3, 1).value();
  for (const auto& [tensor_name, tensor] : tensors) sum += tensor.size();
  return sum;
}

TEST(Architectures, EveryNameGivesAValidNetwork) {
  for (const std::string& name : architecture_names()) {
    const auto network = architecture(name);
    ASSERT_TRUE(network.ok()) << name;
    EXPECT_EQ(network->architecture, name);
    EXPECT_TRUE(validate(*network).ok()) << name << ": " << validate(*network).message();
    EXPECT_TRUE(operator_channels(*network, 3).ok()) << name;
  }
}

TEST(Architectures, UnknownNameListsThoseKnown) {
  const auto network = architecture("vgg17");
  ASSERT_FALSE(network.ok());
  EXPECT_EQ(network.status().code(), Code::kNotFound);
  EXPECT_NE(network.status().message().find("vgg16"), std::string::npos);
}

TEST(Architectures, WidthsAreThoseOfThePapers) {
  const std::map<std::string, int> expected = {{"vgg16", 512},
                                               {"alexnet", 256},
                                               {"alexnet_caffe", 256},
                                               {"resnet18", 512},
                                               {"resnet18_conv4", 256},
                                               {"resnet50", 2048},
                                               {"resnet50_conv4", 1024},
                                               {"mobilenet_v1", 512},
                                               {"mobilenet_v2", 96},
                                               {"mobilenet_v2_full", 1280},
                                               {"mobilenet_v2_tf", 96},
                                               {"efficientnet_lite0", 112},
                                               {"efficientnet_lite0_full", 1280},
                                               {"efficientnet_lite1", 112},
                                               {"efficientnet_lite1_full", 1280},
                                               {"efficientnet_lite2", 120},
                                               {"efficientnet_lite2_full", 1280},
                                               {"efficientnet_lite3", 136},
                                               {"efficientnet_lite3_full", 1280},
                                               {"efficientnet_lite4", 160},
                                               {"efficientnet_lite4_full", 1280},
                                               {"xfeat", 64},
                                               {"placenet", 128},
                                               {"placenet_small", 128},
                                               {"squeezenet1_1", 512},
                                               {"dinov2_vits14", 384},
                                               {"dinov2_vits14_reg", 384},
                                               {"dinov2_vitb14", 768},
                                               {"dinov2_vitb14_reg", 768},
                                               {"dinov2_vitl14", 1024},
                                               {"dinov2_vitl14_reg", 1024},
                                               {"dinov2_vitg14", 1536},
                                               {"dinov2_vitg14_reg", 1536},
                                               {"vit_tiny_patch16_224", 192},
                                               {"deit_tiny_patch16_224", 192},
                                               {"vit_small_patch16_224", 384},
                                               {"deit_small_patch16_224", 384},
                                               {"vit_base_patch16_224", 768},
                                               {"deit_base_patch16_224", 768},
                                               {"vit_large_patch16_224", 1024}};
  ASSERT_EQ(expected.size(), architecture_names().size());
  for (const auto& [name, width] : expected) {
    const Network network = architecture(name).value();
    EXPECT_EQ(operator_channels(network, 3).value()[features_op(network)], width) << name;
  }
}

TEST(Architectures, ParameterCountsAreThePublishedOnes) {
  EXPECT_EQ(parameters("vgg16"), 14714688);        // torchvision's vgg16.features
  EXPECT_EQ(parameters("alexnet"), 2469696);       // torchvision's alexnet.features
  EXPECT_EQ(parameters("squeezenet1_1"), 722496);  // torchvision's squeezenet1_1.features
  // torchvision's resnet18 without fc has 11,176,512: each of 4,800 channels has two numbers of
  // batch normalisation there and one bias here.
  EXPECT_EQ(parameters("resnet18"), 11176512 - 4800);
  EXPECT_EQ(parameters("resnet50"), 23508032 - 26560);
  EXPECT_EQ(parameters("mobilenet_v2_full"), 2223872 - 17056);
}

TEST(Architectures, VggEndsBeforeTheReluOfConv53) {
  const Network network = architecture("vgg16").value();
  EXPECT_EQ(network.ops.back().name, "conv5_3");
  EXPECT_EQ(network.ops.back().activation, Activation::kNone);
  EXPECT_EQ(network.ops[network.ops.size() - 2].activation, Activation::kRelu);
}

TEST(Architectures, TorchvisionNamesCoverEveryConvolutionOnce) {
  for (const std::string& name : architecture_names()) {
    const std::vector<TorchName> names = torchvision_names(name);
    if (names.empty()) continue;
    std::map<std::string, int> seen;
    for (const TorchName& each : names) ++seen[each.op];
    size_t convolutions = 0;
    const Network network = architecture(name).value();
    for (const Op& op : network.ops) {
      if (op.type != OpType::kConv) continue;
      ++convolutions;
      EXPECT_EQ(seen[op.name], 1) << name << " " << op.name;
    }
    EXPECT_EQ(names.size(), convolutions) << name;
  }
  EXPECT_TRUE(torchvision_names("mobilenet_v1").empty());
  EXPECT_EQ(torchvision_names("resnet18")[3].conv, "layer1.1.conv1");
}

TEST(Architectures, CropKeepsEverythingUpToTheName) {
  const Network network = crop_network(architecture("vgg16").value(), "pool2").value();
  EXPECT_EQ(network.ops.size(), 6u);
  EXPECT_EQ(crop_network(network, "conv3_1").status().code(), Code::kNotFound);
}

TEST(Architectures, WidthsFollowTheTensors) {
  Network narrow = crop_network(architecture("mobilenet_v1").value(), "conv1.pointwise").value();
  narrow.ops[0].out_channels = narrow.ops[1].out_channels = narrow.ops[1].groups = 8;
  narrow.ops[2].out_channels = 12;
  const TensorMap tensors = random_weights(narrow, 3, 1).value();
  const Network found =
      with_widths_of(crop_network(architecture("mobilenet_v1").value(), "conv1.pointwise").value(),
                     tensors)
          .value();
  EXPECT_EQ(found.ops[1].groups, 8);
  EXPECT_EQ(found.ops[2].out_channels, 12);
  EXPECT_EQ(with_widths_of(architecture("mobilenet_v1").value(), tensors).status().code(),
            Code::kNotFound);
}

TEST(Architectures, NarrowMobileNetV2SumsWhereWidthsMeet) {
  const Network full = architecture("mobilenet_v2").value();
  TensorMap tensors = random_weights(full, 3, 1).value();
  const auto has = [](const Network& network, const std::string& name) {
    for (const Op& op : network.ops) {
      if (op.name == name) return true;
    }
    return false;
  };
  EXPECT_FALSE(has(with_widths_of(full, tensors).value(), "block1.add"));
  EXPECT_EQ(with_widths_of(full, tensors)->ops.size(), full.ops.size());
  // 32 -> 32 instead of 32 -> 16 channels: block 1 has stride 1, so it gets a sum, and block 2
  // reads the sum.
  tensors["block1.project.weight"] = make_tensor({32, 32, 1, 1}, std::vector<float>(1024, 0.1f));
  const Network wide = with_widths_of(full, tensors).value();
  EXPECT_TRUE(has(wide, "block1.add"));
  EXPECT_FALSE(has(wide, "block2.add"));
  EXPECT_EQ(wide.ops.size(), full.ops.size() + 1);
}

TEST(RandomWeights, AreTheSameForTheSameSeedAndHaveHesVariance) {
  const Network network = architecture("resnet18_conv4").value();
  const TensorMap a = random_weights(network, 3, 5).value(),
                  b = random_weights(network, 3, 5).value();
  const TensorMap c = random_weights(network, 3, 6).value();
  const Tensor& weight = a.at("layer2.0.conv1.weight");
  EXPECT_EQ(weight.to_floats(), b.at("layer2.0.conv1.weight").to_floats());
  EXPECT_NE(weight.to_floats(), c.at("layer2.0.conv1.weight").to_floats());
  double sum = 0, squares = 0;
  for (const float v : weight.floats()) {
    sum += v;
    squares += double{v} * v;
  }
  const double n = static_cast<double>(weight.size());
  EXPECT_NEAR(squares / n * (64 * 9) / 2, 1, 0.02);
  EXPECT_NEAR(sum / n, 0, 1e-3);
}

TEST(RandomWeights, RefuseANetworkThatContradictsItself) {
  Network network = architecture("vgg16").value();
  network.ops[3].groups = 3;
  EXPECT_EQ(random_weights(network, 3, 1).status().code(), Code::kInvalidArgument);
}

TEST(OperatorChannels, GroupsMustDivideTheInput) {
  Network network = crop_network(architecture("vgg16").value(), "conv1_1").value();
  network.ops[0].groups = 2;
  EXPECT_EQ(operator_channels(network, 3).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace loci
