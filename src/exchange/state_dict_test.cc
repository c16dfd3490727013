// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "state_dict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using testing::ElementsAre;

FileValue weights(const std::string& prefix, float value) {
  FileValue dict = FileValue::make_dict();
  for (const char* name : {"conv.weight", "conv.bias"})
    dict.add(prefix + name, FileValue::make_tensor(make_tensor({1}, std::vector<float>{value})));
  return dict;
}

FileTree tree_of(FileValue root) {
  FileTree tree;
  tree.format = "torch zip";
  tree.root = std::move(root);
  return tree;
}

float first(const FileTree& tree) {
  StateDict dict(tree);
  return *reinterpret_cast<const float*>(dict.get("conv.weight").tensor.bytes.data());
}

TEST(StateDict, IsFoundInWhatTrainingProgramsWrapAroundIt) {
  for (const char* key :
       {"state_dict", "weights", "network", "params", "module", "ema", "teacher", "anything"}) {
    FileValue root = FileValue::make_dict();
    root.add("epoch", FileValue::make_integer(3));
    root.add(key, weights("", 5));
    EXPECT_EQ(first(tree_of(root)), 5) << key;
    FileValue outer = FileValue::make_dict();
    outer.add("checkpoint", root);
    EXPECT_EQ(first(tree_of(outer)), 5) << key;
    FileValue pair = FileValue::make_list();
    pair.items = {root, FileValue::make_integer(1)};
    EXPECT_EQ(first(tree_of(pair)), 5) << key;
  }
}

TEST(StateDict, OfSeveralNetworksTheOneThatIsMeantIsTaken) {
  FileValue root = FileValue::make_dict();
  root.add("teacher", weights("", 1));
  root.add("ema_state_dict", weights("", 2));
  root.add("model", weights("", 3));
  FileValue optimizer = FileValue::make_dict();
  optimizer.add("state", weights("", 4));
  root.add("optimizer", optimizer);
  EXPECT_EQ(first(tree_of(root)), 3);
}

TEST(StateDict, WrappersOfTheNetworkAreNoPartOfItsNames) {
  for (const char* prefix : {"module.", "_orig_mod.", "module._orig_mod."})
    EXPECT_THAT(StateDict(tree_of(weights(prefix, 1))).names(),
                ElementsAre("conv.weight", "conv.bias"))
        << prefix;
  const FileTree tree = tree_of(weights("model.", 1));
  const auto below = StateDict(tree).below(tree, "model.");
  ASSERT_TRUE(below.has_value());
  EXPECT_EQ(first(*below), 1);
  EXPECT_FALSE(StateDict(tree).below(tree, "net.").has_value());
}

}  // namespace
}  // namespace loci
