// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Stage outputs of torchvision's own networks at reduced width, against ours on the same weights.
#include "test_nets.h"

#include "loci/base/npy.h"
#include "loci/model/fold.h"
#include "loci/model/safetensors.h"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

namespace loci {
namespace {

using namespace internal;  // NOLINT

std::string golden_folder() {
  const char* shared = std::getenv("LOCI_SHARED_DIR");
  const std::string folder = shared == nullptr ? "" : std::string(shared) + "/golden/backbones/";
  return !folder.empty() && std::filesystem::exists(folder) ? folder : "";
}

/// Our tensors from a state dict of torchvision.
TensorMap tensors_from(const TensorMap& state, const std::string& architecture) {
  TensorMap out;
  for (const TorchName& name : torchvision_names(architecture)) {
    const Tensor& weight = state.at(name.conv + ".weight");
    if (name.norm.empty()) {
      out[name.op + ".weight"] = weight;
      out[name.op + ".bias"] = state.at(name.conv + ".bias");
      continue;
    }
    const BatchNorm norm{state.at(name.norm + ".weight"),
                         state.at(name.norm + ".bias"),
                         state.at(name.norm + ".running_mean"),
                         state.at(name.norm + ".running_var"),
                         1e-5};
    ConvWeights folded = fold_batch_norm(name.op, weight, nullptr, norm).value();
    out[name.op + ".weight"] = folded.weight;
    out[name.op + ".bias"] = folded.bias;
  }
  return out;
}

/// The operator whose output torchvision calls `stage`.
std::string operator_of(const std::string& architecture,
                        const Network& network,
                        const std::string& stage) {
  for (const TorchName& name : torchvision_names(architecture)) {
    if (name.conv == stage) return name.op;
  }
  if (stage == "stem") return "pool1";
  if (stage == "features.18") return "conv18";
  const std::string prefix =
      (stage.starts_with("features.") ? "block" + stage.substr(9) : stage) + ".";
  std::string last;
  for (const Op& op : network.ops) {
    if (op.name.starts_with(prefix)) last = op.name;
  }
  return last;
}

struct Golden {
  std::string file, architecture;
  std::vector<std::string> stages;
  bool before_relu;
  double tolerance;  // of the stage's largest magnitude, as case.json states
};

void expect_golden(const Golden& golden, KernelChoice choice) {
  const std::string folder = golden_folder();
  const TensorMap state = read_safetensors(folder + golden.file + ".safetensors").value().tensors;
  const TensorMap tensors = tensors_from(state, golden.architecture);
  const Network whole = with_widths_of(architecture(golden.architecture).value(), tensors).value();
  for (const std::string& stage : golden.stages) {
    ModelSpec spec;
    spec.network = crop_network(whole, operator_of(golden.architecture, whole, stage)).value();
    if (golden.before_relu) spec.network.ops.back().activation = Activation::kNone;
    auto backbone =
        Backbone::create(make_model(spec, tensors), {.num_threads = 1, .kernel_choice = choice})
            .value();
    for (const std::string image : {"img0", "img1"}) {
      const NpyArray input = read_npy(folder + image + "_input.npy").value();
      const NpyArray stored =
          read_npy(folder + golden.file + "_" + image + "_" + stage + ".npy").value();
      const int height = static_cast<int>(input.shape[1]), width = static_cast<int>(input.shape[2]);
      const ReferenceMap planar{3, height, width, input.values};
      std::vector<float> pixels;
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          for (int c = 0; c < 3; ++c) pixels.push_back(static_cast<float>(planar.at(c, y, x)));
        }
      }
      const ReferenceMap expected{static_cast<int>(stored.shape[0]),
                                  static_cast<int>(stored.shape[1]),
                                  static_cast<int>(stored.shape[2]),
                                  stored.values};
      const auto found = backbone->run(pixels.data(), 1, height, width).value();
      EXPECT_LT(relative_error(found[0], expected), golden.tolerance)
          << golden.file << " " << image << " " << stage << " " << kernel_choice_name(choice);
    }
  }
}

class Torchvision : public testing::TestWithParam<KernelChoice> {
 protected:
  void SetUp() override {
    if (golden_folder().empty()) GTEST_SKIP() << "no golden numbers: set LOCI_SHARED_DIR";
  }
};

TEST_P(Torchvision, Vgg16StagesAreTheirs) {
  expect_golden(
      {"vgg16", "vgg16", {"features.7", "features.14", "features.21", "features.28"}, true, 2e-5},
      GetParam());
}
TEST_P(Torchvision, AlexNetStagesAreTheirs) {
  expect_golden({"alexnet",
                 "alexnet",
                 {"features.0", "features.3", "features.6", "features.8", "features.10"},
                 true,
                 2e-5},
                GetParam());
}
TEST_P(Torchvision, ResNet18StagesAreTheirs) {
  expect_golden(
      {"resnet18", "resnet18", {"stem", "layer1", "layer2", "layer3", "layer4"}, false, 2e-5},
      GetParam());
}
TEST_P(Torchvision, ResNet50StagesAreTheirs) {
  expect_golden(
      {"resnet50", "resnet50", {"stem", "layer1", "layer2", "layer3", "layer4"}, false, 1e-4},
      GetParam());
}
TEST_P(Torchvision, MobileNetV2StagesAreTheirs) {
  expect_golden({"mobilenet_v2",
                 "mobilenet_v2_full",
                 {"features.2",
                  "features.3",
                  "features.6",
                  "features.10",
                  "features.13",
                  "features.16",
                  "features.17",
                  "features.18"},
                 false,
                 1e-4},
                GetParam());
}
INSTANTIATE_TEST_SUITE_P(Kernels,
                         Torchvision,
                         testing::Values(KernelChoice::kDirect, KernelChoice::kWinograd));

}  // namespace
}  // namespace loci
