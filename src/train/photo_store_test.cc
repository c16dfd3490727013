// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_store.h"

#include "loci/base/file.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <gtest/gtest.h>

namespace loci::train {
namespace {

TEST(PhotoStore, ShrinksToTheShorterSideAndKeepsWithinItsBound) {
  const TempFolder folder;
  std::vector<std::string> paths;
  for (uint64_t i = 0; i < 3; ++i) {
    paths.push_back(folder / (std::to_string(i) + ".jpg"));
    ASSERT_TRUE(save_jpeg(paths.back(), sketch_place(i, 0, 160, 120)).ok());
  }
  const uint64_t one = 80 * 60 * 3;
  PhotoStore small(paths, 60, 2 * one + 10), none(paths, 60, 0);
  for (int64_t i = 0; i < 3; ++i) {
    const auto kept = small.get(i).value(), read = none.get(i).value();
    EXPECT_EQ(kept->width, 80);
    EXPECT_EQ(kept->height, 60);
    EXPECT_EQ(kept->pixels, read->pixels);
    EXPECT_EQ(small.get(i).value()->pixels, read->pixels);
  }
  EXPECT_EQ(small.kept_bytes(), 2 * one);
  EXPECT_EQ(none.kept_bytes(), 0u);
  EXPECT_EQ(PhotoStore(paths, 500, 0).get(0).value()->width, 160);  // never grown
}

TEST(PhotoStore, RemembersWhatCannotBeRead) {
  const TempFolder folder;
  ASSERT_TRUE(write_file(folder / "no.jpg", std::string_view("not a picture")).ok());
  PhotoStore store({folder / "no.jpg", folder / "absent.jpg"}, 100, 1 << 20);
  EXPECT_EQ(store.get(0).status().code(), Code::kCorrupt);
  EXPECT_EQ(store.get(0).status().code(), Code::kCorrupt);
  EXPECT_EQ(store.get(1).status().code(), Code::kNotFound);
  ASSERT_EQ(store.failures().size(), 2u);
  EXPECT_NE(store.failures()[0].find("no.jpg"), std::string::npos);
}

}  // namespace
}  // namespace loci::train
