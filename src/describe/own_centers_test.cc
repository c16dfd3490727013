// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/own_centers.h"

#include "loci/describe/adapt.h"
#include "loci/describe/builtin.h"
#include "loci/image/sketch.h"
#include "loci/math/vector.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

std::shared_ptr<const Describer> builtin(const std::string& name) {
  return Describer::create(builtin_model(name).value(), {.num_threads = 1}).value();
}

TEST(OwnCenters, ImagesAreDescribedAnewAsIfTheyWereLookedAtAgain) {
  const auto prior = builtin("default");
  const auto centers = OwnCenters::create(prior);
  ASSERT_NE(centers, nullptr);
  std::vector<Image> images;
  std::vector<float> before(static_cast<size_t>(prior->dim())), again(before), anew(before);
  for (uint64_t i = 0; i < 12; ++i) {
    images.push_back(sketch_place(i, 0, 160, 120));
    ASSERT_TRUE(centers->describe(*prior, images.back(), before, 1, nullptr).ok());
    ASSERT_TRUE(prior->describe(images.back(), again).ok());
    EXPECT_EQ(before, again);
  }
  EXPECT_EQ(centers->images(), 12);
  EXPECT_GT(centers->memory_bytes(), 100'000u);
  const auto learnt = centers->learn(1).value();
  EXPECT_EQ(adapted_to_photos(learnt->model()), 12);
  for (size_t i = 0; i < images.size(); ++i) {
    ASSERT_TRUE(learnt->describe(images[i], again).ok());
    centers->describe_again(*learnt, static_cast<int64_t>(i), anew, 1);
    EXPECT_GT(dot(anew.data(), again.data(), anew.size()), 0.99f);
    ASSERT_TRUE(prior->describe(images[i], before).ok());
    EXPECT_LT(dot(before.data(), again.data(), anew.size()), 0.9f);
  }
  EXPECT_EQ(OwnCenters::create(learnt), nullptr) << "they are its own already";
}

}  // namespace
}  // namespace loci
