// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// State dicts of EfficientNet-Lite and XFeat with the published names and random numbers.
#include "loci/exchange/import.h"
#include "loci/model/architectures.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using testing::HasSubstr;

Tensor filled(std::vector<int64_t> shape, float value) {
  int64_t size = 1;
  for (const int64_t side : shape) size *= side;
  return make_tensor(std::move(shape), std::vector<float>(static_cast<size_t>(size), value));
}

/// Everything that the file of an architecture holds, by name.
TensorMap published(const std::string& architecture_name) {
  const Network network = architecture(architecture_name).value();
  const TensorMap weights = random_weights(network, 3, 1).value();
  TensorMap out;
  for (const TorchName& names : published_names(architecture_name)) {
    const Tensor& weight = weights.at(names.op + ".weight");
    out[names.conv + ".weight"] = weight;
    const std::vector<int64_t> width = {weight.shape[0]};
    if (names.norm.empty()) {
      out[names.conv + ".bias"] = filled(width, 0.25f);
      continue;
    }
    if (names.norm_affine) {
      out[names.norm + ".weight"] = filled(width, 1.5f);
      out[names.norm + ".bias"] = filled(width, 0.125f);
    }
    out[names.norm + ".running_mean"] = filled(width, 0.5f);
    out[names.norm + ".running_var"] = filled(width, 0.25f);
    out[names.norm + ".num_batches_tracked"] = filled({}, 7);
  }
  if (architecture_name != "xfeat") {
    out["_fc.weight"] = filled({1000, 1280}, 0);
    out["_fc.bias"] = filled({1000}, 0);
    return out;
  }
  int64_t in = 128;
  for (const int layer : {0, 3, 6, 9, 12}) {
    const int64_t width = layer == 12 ? 64 : 512;
    const std::string linear = "fine_matcher." + std::to_string(layer);
    const std::string norm = "fine_matcher." + std::to_string(layer + 1);
    out[linear + ".weight"] = filled({width, in}, 0);
    out[linear + ".bias"] = filled({width}, 0);
    in = width;
    if (layer == 12) continue;
    out[norm + ".running_mean"] = out[norm + ".running_var"] = filled({width}, 1);
    out[norm + ".num_batches_tracked"] = filled({}, 7);
  }
  return out;
}

FileTree tree_of(const TensorMap& tensors, const std::string& prefix = "") {
  FileTree tree{
      .path = "weights.pth", .format = "torch zip", .root = FileValue::make_dict(), .metadata = {}};
  for (const auto& [name, tensor] : tensors)
    tree.root.add(prefix + name, FileValue::make_tensor(tensor));
  return tree;
}

Status refusal(const TensorMap& tensors) { return import_tree(tree_of(tensors)).status(); }

TEST(ImportPublished, EveryNetworkIsRecognised) {
  for (const std::string name : {"efficientnet_lite0",
                                 "efficientnet_lite1",
                                 "efficientnet_lite2",
                                 "efficientnet_lite3",
                                 "efficientnet_lite4",
                                 "xfeat"}) {
    const bool lite = name != "xfeat";
    const auto imported = import_tree(tree_of(published(lite ? name + "_full" : name)));
    ASSERT_TRUE(imported.ok()) << name << ": " << imported.status().to_string();
    EXPECT_EQ(imported->report.family, name);
    EXPECT_EQ(imported->model->spec.network.architecture, name);
    EXPECT_TRUE(imported->report.needs_clusters);
    EXPECT_EQ(imported->model->spec.preprocessing.side_multiple, lite ? 1 : 32);
  }
}

TEST(ImportPublished, NormalisationIsFoldedWithTheNetworksOwnEps) {
  const TensorMap lite = published("efficientnet_lite0_full"), xfeat = published("xfeat");
  const auto a = import_tree(tree_of(lite)).value().model;
  const double gain = 1.5 / std::sqrt(0.25 + 1e-3);
  EXPECT_NEAR(a->tensors.at("stem.weight").floats()[5],
              lite.at("_conv_stem.weight").floats()[5] * gain,
              1e-7);
  EXPECT_NEAR(a->tensors.at("stem.bias").floats()[5], 0.125 - 0.5 * gain, 1e-6);
  const auto b = import_tree(tree_of(xfeat)).value().model;
  const double plain = 1 / std::sqrt(0.25 + 1e-5);
  EXPECT_NEAR(b->tensors.at("block1.0.weight").floats()[5],
              xfeat.at("block1.0.layer.0.weight").floats()[5] * plain,
              1e-7);
  EXPECT_NEAR(b->tensors.at("block1.0.bias").floats()[1], -0.5 * plain, 1e-6);
  EXPECT_EQ(b->tensors.at("keypoint_head.3.bias").floats()[64], 0.25f);
}

TEST(ImportPublished, TheWholeNetworkOnlyWhenAskedFor) {
  const FileTree tree = tree_of(published("efficientnet_lite0_full"));
  ImportOptions options;
  const auto cropped = import_tree(tree, options).value();
  EXPECT_EQ(cropped.model->spec.network.ops.back().name, "block10.add");
  options.architecture = "efficientnet_lite0_full";
  const auto whole = import_tree(tree, options).value();
  EXPECT_EQ(whole.model->spec.network.ops.back().name, "head");
  // What is left out is named: every tensor of the file stands in the report or was folded.
  EXPECT_THAT(cropped.report.to_text(), HasSubstr("_blocks.11._expand_conv.weight"));
  options.architecture = "efficientnet_lite1";
  EXPECT_EQ(import_tree(tree, options).status().code(), Code::kInvalidArgument);
}

TEST(ImportPublished, MissingUnknownAndMisshapenTensorsAreRefusedByName) {
  for (const std::string name : {"efficientnet_lite0_full", "xfeat"}) {
    const TensorMap whole = published(name);
    const bool lite = name != "xfeat";
    for (const std::string& key : lite ? std::vector<std::string>{"_blocks.3._bn1.running_var",
                                                                  "_blocks.15._bn0.bias",
                                                                  "_fc.bias"}
                                       : std::vector<std::string>{"block5.3.layer.1.running_mean",
                                                                  "heatmap_head.2.bias",
                                                                  "fine_matcher.6.weight"}) {
      TensorMap damaged = whole;
      damaged.erase(key);
      Status status = refusal(damaged);
      EXPECT_EQ(status.code(), Code::kCorrupt) << key;
      EXPECT_THAT(status.message(), HasSubstr("'" + key + "' is missing"));
      damaged[key] = filled({3, 1}, 0);
      status = refusal(damaged);
      EXPECT_EQ(status.code(), Code::kCorrupt) << key;
      EXPECT_THAT(status.message(), HasSubstr("'" + key + "' is F32 3x1, expected "));
    }
    TensorMap more = whole;
    more["_blocks.3._se_reduce.weight"] = filled({4}, 0);
    const Status status = refusal(more);
    EXPECT_EQ(status.code(), Code::kUnsupported);
    EXPECT_THAT(status.message(), HasSubstr("_blocks.3._se_reduce.weight"));
  }
}

TEST(ImportPublished, XFeatMayBeWrapped) {
  const TensorMap plain = published("xfeat");
  const auto expected = import_tree(tree_of(plain)).value().model;
  const auto of_class = import_tree(tree_of(plain, "net.")).value().model;
  EXPECT_EQ(of_class->fingerprint, expected->fingerprint);
  FileTree saved = tree_of({});
  saved.root.add("state_dict", tree_of(plain, "module.net.").root);
  saved.root.add("epoch", FileValue::make_integer(3));
  const auto of_training = import_tree(saved);
  ASSERT_TRUE(of_training.ok()) << of_training.status().to_string();
  EXPECT_EQ(of_training->model->fingerprint, expected->fingerprint);
}

}  // namespace
}  // namespace loci
