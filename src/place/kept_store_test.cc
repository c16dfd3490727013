// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kept_store.h"

#include "loci/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

KeptStore::Entry entry(const std::string& sha256, int8_t value) {
  LocatedFeatures located;
  located.features.values = Matrix(2, 4);
  for (int64_t i = 0; i < 2; ++i) located.features.values(i, i) = value;
  located.keypoints = {{.x = 1, .y = 2}, {.x = 30, .y = 20}};
  located.width = 40;
  located.height = 30;
  return {.sha256 = sha256, .packed = pack(keep(located))};
}

TEST(KeptStore, GivesBackWhatWasPut) {
  const TempFolder folder;
  const auto store = KeptStore::open_or_create(folder / "", "m").value();
  const std::vector<KeptStore::Entry> entries = {entry("aa", 1), entry("bb", -1)};
  ASSERT_TRUE(store.put(entries).ok());
  const auto read = KeptStore::open(folder / "", "m").value();
  const auto found = read.find("bb").value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(pack(*found), entries[1].packed);
  EXPECT_FALSE(read.find("cc").value().has_value());
}

TEST(KeptStore, FeaturesOfAnotherModelAreForgotten) {
  const TempFolder folder;
  ASSERT_TRUE(KeptStore::open_or_create(folder / "", "m")->put(std::vector{entry("aa", 1)}).ok());
  EXPECT_EQ(KeptStore::open(folder / "", "n").status().code(), Code::kNotFound);
  EXPECT_EQ(KeptStore::open_or_create(folder / "", "n")->count().value(), 0);
  EXPECT_EQ(KeptStore::open(folder / "", "m").status().code(), Code::kNotFound);
}

TEST(KeptStore, OnlyPhotosInUseAreKept) {
  const TempFolder folder;
  const auto store = KeptStore::open_or_create(folder / "", "m").value();
  ASSERT_TRUE(store.put(std::vector{entry("aa", 1), entry("bb", 1), entry("cc", 1)}).ok());
  ASSERT_TRUE(store.keep_only(std::vector<std::string>{"bb", "dd"}).ok());
  EXPECT_EQ(store.count().value(), 1);
  EXPECT_TRUE(store.find("bb").value().has_value());
}

TEST(KeptStore, OtherFilesAndDamageAreNamed) {
  const TempFolder folder;
  ASSERT_TRUE(write_file(KeptStore::path_in(folder / ""), "no database at all").ok());
  EXPECT_FALSE(KeptStore::open(folder / "", "m").ok());
  EXPECT_FALSE(KeptStore::open_or_create(folder / "", "m").ok());
  const TempFolder other;
  const auto store = KeptStore::open_or_create(other / "", "m").value();
  ASSERT_TRUE(store.put(std::vector<KeptStore::Entry>{{.sha256 = "aa", .packed = {1, 2, 3}}}).ok());
  EXPECT_EQ(store.find("aa").status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace loci
