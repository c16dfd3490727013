// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "image_set.h"

#include <gtest/gtest.h>

namespace loci::train {
namespace {

TEST(ImageSet, GivesOneNumberToEachPath) {
  ImageSet images;
  EXPECT_EQ(images.add("a"), 0);
  EXPECT_EQ(images.add("b"), 1);
  EXPECT_EQ(images.add("a"), 0);
  EXPECT_EQ(images.size(), 2);
  EXPECT_EQ(images.path(1), "b");
}

TEST(ImageSet, AFailureIsNewOnceAndKept) {
  ImageSet images;
  images.add("a");
  images.add("b");
  EXPECT_TRUE(images.fail(1, io_error("b: gone")));
  EXPECT_FALSE(images.fail(1, io_error("b: still gone")));
  EXPECT_TRUE(images.failed(1));
  EXPECT_FALSE(images.failed(0));
  EXPECT_EQ(images.failures(), std::vector<std::string>{"b: gone"});
}

}  // namespace
}  // namespace loci::train
