// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/bag_of_words.h"

#include "loci/local/orb.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace loci {
namespace {

Matrix rows(std::initializer_list<float> values) {
  Matrix out(static_cast<int64_t>(values.size()), 1);
  std::ranges::copy(values, out.data());
  return out;
}

TEST(BagOfWords, IsTfIdfWorkedByHand) {
  // Words at 0, 10 and 20; the first is in all three images, the others in one each.
  const std::vector<Matrix> images{rows({0, 0, 10}), rows({0, 20, 20}), rows({0})};
  const auto bag = BagOfWords::learn(images, {.num_words = 3, .num_threads = 1}).value();
  const auto first = bag.describe(ConstMatrixView(images[0]));
  const auto second = bag.describe(ConstMatrixView(images[1]));
  const auto third = bag.describe(ConstMatrixView(images[2]));
  // A word in every image says nothing: ln(3 / 3) = 0.
  EXPECT_EQ(std::ranges::count(first, 0.0f), 2);
  EXPECT_EQ(std::ranges::count(first, 1.0f), 1);
  EXPECT_EQ(std::ranges::count(third, 0.0f), 3);
  float product = 0;
  for (size_t i = 0; i < 3; ++i) product += first[i] * second[i];
  EXPECT_EQ(product, 0);
}

TEST(BagOfWords, RefusesUnknownFeaturesAndTooFewOfThem) {
  EXPECT_NE(
      BagOfWords::features(Image(32, 32), {.features = "surf"}).status().message().find("surf"),
      std::string::npos);
  EXPECT_FALSE(BagOfWords::learn(std::vector<Matrix>{rows({1, 2})}, {.num_words = 3}).ok());
}

TEST(Orb, GivesBitsAndNoneOnABlankPicture) {
  const auto blank = extract_orb(Image(160, 120), 100);
  if (!blank.ok() && blank.status().code() == Code::kUnsupported) {
    GTEST_SKIP() << blank.status().message();
  }
  EXPECT_EQ(blank->values.rows(), 0);
  Image picture(160, 120);
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 160; ++x) {
      const bool light = ((x / 20) ^ (y / 15)) & 1;
      for (int c = 0; c < 3; ++c) picture.at(x, y)[c] = light ? 220 : static_cast<uint8_t>(x);
    }
  }
  const auto features = extract_orb(picture, 100).value();
  ASSERT_GT(features.values.rows(), 10);
  EXPECT_LE(features.values.rows(), 110);
  EXPECT_EQ(features.values.cols(), 256);
  for (size_t i = 0; i < features.values.size(); ++i) {
    const float bit = features.values.data()[i];
    EXPECT_TRUE(bit == 0 || bit == 1);
  }
  EXPECT_FALSE(extract_orb(picture, 0).ok());
}

}  // namespace
}  // namespace loci
