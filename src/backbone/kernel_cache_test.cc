// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel_cache.h"

#include "test_nets.h"

#include "loci/base/file.h"

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

const ConvPick kOwn{KernelChoice::kWinograd, {36, false}};
const ConvPick kShared{KernelChoice::kWinograd, {80, true}};

TEST(KernelCache, TextReadsBack) {
  const std::map<std::string, ConvPick> picks = {{"machine: case 1", kOwn},
                                                 {"machine: case 2", kShared}};
  EXPECT_EQ(parse_kernel_cache(kernel_cache_text(picks)), picks);
  EXPECT_EQ(parse_kernel_cache(kernel_cache_text({})), (std::map<std::string, ConvPick>{}));
}

TEST(KernelCache, DamagedTextIsNoCache) {
  const std::string text = kernel_cache_text({{"machine: case 1", kOwn}});
  for (size_t i = 0; i < text.size(); ++i) {
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_FALSE(parse_kernel_cache(flipped)) << i;
    EXPECT_FALSE(parse_kernel_cache(text.substr(0, i))) << i;
  }
  EXPECT_FALSE(parse_kernel_cache(text + "x"));
  EXPECT_FALSE(parse_kernel_cache(std::string(1000, '\0')));
}

TEST(KernelCache, LaterProcessesFindWhatWasSavedAndJoinTheirs) {
  const TempFolder folder;
  const std::string path = folder / "below/it/kernels";
  KernelCache first(path), second(path);
  EXPECT_FALSE(second.find("b"));
  first.add("a", kOwn);
  first.save();
  second.add("b", kShared);
  second.save();
  KernelCache third(path);
  EXPECT_EQ(third.find("a"), kOwn);
  EXPECT_EQ(third.find("b"), kShared);
  EXPECT_FALSE(third.find("c"));
}

TEST(KernelCache, ADamagedFileIsReplaced) {
  const TempFolder folder;
  const std::string path = folder / "kernels";
  ASSERT_TRUE(write_file(path, std::string_view("loci kernels 1\nwinograd 36")).ok());
  KernelCache cache(path);
  EXPECT_FALSE(cache.find("a"));
  cache.add("a", kOwn);
  cache.save();
  EXPECT_EQ(KernelCache(path).find("a"), kOwn);
}

TEST(KernelCache, AFolderThatCannotBeWrittenIsNoError) {
  const TempFolder folder;
  ASSERT_TRUE(write_file(folder / "file", std::string_view("x")).ok());
  KernelCache cache(folder / "file/kernels");
  cache.add("a", kOwn);
  cache.save();
  EXPECT_EQ(cache.find("a"), kOwn);
}

TEST(KernelCache, ABackboneKeepsItsChoices) {
  const TempFolder folder;
  const std::string path = folder / "kernels";
  const auto model = test_model({"", {conv_op("a", 16, 3, 1, 1), conv_op("b", 16, 3, 1, 1)}});
  const std::vector<float> images = test_images(1, 32, 32);
  auto backbone = Backbone::create(model, {.num_threads = 1, .kernel_cache = path}).value();
  ASSERT_TRUE(backbone->run(images.data(), 1, 32, 32).ok());
  const auto text = read_text_file(path);
  ASSERT_TRUE(text.ok());
  const auto picks = parse_kernel_cache(*text);
  ASSERT_TRUE(picks);
  EXPECT_EQ(picks->size(), 2u);  // the kernel, and its blocks on one thread

  // A pinned kernel is neither timed nor kept.
  const std::string other = folder / "other";
  auto pinned =
      Backbone::create(
          model, {.num_threads = 1, .kernel_choice = KernelChoice::kDirect, .kernel_cache = other})
          .value();
  ASSERT_TRUE(pinned->run(images.data(), 1, 32, 32).ok());
  EXPECT_FALSE(file_info(other).ok());
}

}  // namespace
}  // namespace loci::internal
