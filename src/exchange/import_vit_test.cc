// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// What makes a transformer's file unfit, by the tensor's name. That whole files give their authors' numbers is in
// tests/golden/vit_test.cc.
#include "loci/base/rng.h"
#include "loci/exchange/import.h"
#include "loci/model/architectures.h"
#include "loci/model/vit.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using Shape = std::vector<int64_t>;

Tensor drawn(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t side : shape) count *= side;
  Rng rng(1, "weights");
  std::vector<float> values(static_cast<size_t>(count));
  for (float& v : values) v = static_cast<float>(rng.uniform(-0.1, 0.1));
  return make_tensor(shape, values);
}

/// A DINOv2 of one block and 64 channels, as its authors name it.
std::map<std::string, Shape> dino() {
  return {{"cls_token", {1, 1, 64}},
          {"mask_token", {1, 64}},
          {"pos_embed", {1, 26, 64}},
          {"patch_embed.proj.weight", {64, 3, 14, 14}},
          {"patch_embed.proj.bias", {64}},
          {"blocks.0.norm1.weight", {64}},
          {"blocks.0.norm1.bias", {64}},
          {"blocks.0.attn.qkv.weight", {192, 64}},
          {"blocks.0.attn.qkv.bias", {192}},
          {"blocks.0.attn.proj.weight", {64, 64}},
          {"blocks.0.attn.proj.bias", {64}},
          {"blocks.0.ls1.gamma", {64}},
          {"blocks.0.norm2.weight", {64}},
          {"blocks.0.norm2.bias", {64}},
          {"blocks.0.mlp.fc1.weight", {128, 64}},
          {"blocks.0.mlp.fc1.bias", {128}},
          {"blocks.0.mlp.fc2.weight", {64, 128}},
          {"blocks.0.mlp.fc2.bias", {64}},
          {"blocks.0.ls2.gamma", {64}},
          {"norm.weight", {64}},
          {"norm.bias", {64}}};
}

FileTree tree_of(const std::map<std::string, Shape>& shapes) {
  FileTree tree;
  tree.path = "encoder.pth";
  tree.format = "torch zip";
  tree.root = FileValue::make_dict();
  for (const auto& [name, shape] : shapes) {
    FileValue value;
    value.kind = FileValue::Kind::kTensor;
    value.tensor = drawn(shape);
    tree.root.add(name, value);
  }
  return tree;
}

std::string failure(const std::map<std::string, Shape>& shapes) {
  const auto imported = import_tree(tree_of(shapes));
  return imported.ok() ? "" : imported.status().message();
}

TEST(ImportVit, WholeFileGivesPatchesAndClassToken) {
  const auto imported = import_tree(tree_of(dino()));
  ASSERT_TRUE(imported.ok()) << imported.status().to_string();
  const Network& network = imported->model->spec.network;
  ASSERT_EQ(network.outputs.size(), 2u);
  EXPECT_EQ(network.outputs[0].name, "features");
  EXPECT_EQ(network.outputs[1].name, "class_token");
  EXPECT_EQ(imported->report.family, "dinov2");
  EXPECT_TRUE(imported->report.needs_clusters);
}

TEST(ImportVit, MissingTensorIsNamed) {
  for (const auto& [name, shape] : dino()) {
    if (name == "mask_token" || name == "blocks.0.ls1.gamma") continue;
    auto file = dino();
    file.erase(name);
    if (name == "cls_token" || name == "patch_embed.proj.weight") {
      EXPECT_NE(failure(file), "") << name;  // no longer known for one
    } else {
      EXPECT_NE(failure(file).find(name), std::string::npos) << failure(file);
    }
  }
}

TEST(ImportVit, AnotherShapeIsNamed) {
  for (const auto& [name, shape] : dino()) {
    if (name == "mask_token") continue;
    auto file = dino();
    file[name][0] += 1;
    EXPECT_NE(failure(file), "") << name;
  }
  auto file = dino();
  file["blocks.0.mlp.fc2.bias"] = {65};
  EXPECT_NE(failure(file).find("blocks.0.mlp.fc2.bias"), std::string::npos) << failure(file);
}

TEST(ImportVit, PositionsOfNoSquareAreRefused) {
  auto file = dino();
  file["pos_embed"] = {1, 28, 64};
  EXPECT_NE(failure(file).find("'pos_embed' has 28 rows"), std::string::npos) << failure(file);
}

TEST(ImportVit, TensorThatNobodyTakesIsRefused) {
  auto file = dino();
  file["blocks.0.attn.lora_a"] = {8, 64};
  EXPECT_NE(failure(file).find("blocks.0.attn.lora_a"), std::string::npos) << failure(file);
}

TEST(ImportVit, ABlockMissingInBetweenIsNoticed) {
  auto file = dino();
  for (const auto& [name, shape] : dino()) {
    if (name.starts_with("blocks.0.")) file["blocks.2." + name.substr(9)] = shape;
  }
  EXPECT_NE(failure(file).find("blocks.1."), std::string::npos) << failure(file);
}

TEST(ImportVit, RegistersOfTimmHaveNoPositions) {
  auto file = dino();
  file.erase("mask_token");
  file["reg_token"] = {1, 4, 64};
  file["pos_embed"] = {1, 25, 64};
  const auto imported = import_tree(tree_of(file));
  ASSERT_TRUE(imported.ok()) << imported.status().to_string();
  const std::vector<Op>& ops = imported->model->spec.network.ops;
  EXPECT_EQ(ops[1].type, OpType::kPositions);
  EXPECT_EQ(ops[1].positions, PositionRule::kAntialias);
  EXPECT_EQ(ops[2].name, "cls_token");
  EXPECT_EQ(ops[3].count, 4);
}

}  // namespace
}  // namespace loci
