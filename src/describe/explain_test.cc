// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/explain.h"

#include "loci/base/file.h"
#include "loci/describe/describer.h"
#include "loci/describe/learn.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <numeric>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(Explanation, OfABagSumsToTheScoreOnAGridOfTheWholePicture) {
  const TempFolder folder;
  std::vector<std::string> photos;
  for (uint64_t place = 0; place < 6; ++place) {
    photos.push_back(folder / (std::to_string(place) + ".jpg"));
    ASSERT_TRUE(save_jpeg(photos.back(), sketch_place(place, 0, 240, 180)).ok());
  }
  const auto model =
      learn_model(rootsift_vlad_spec(), {}, photos, {.num_clusters = 8, .features_per_image = 100})
          .value();
  const auto describer = Describer::create(model).value();
  const auto of = [&](uint64_t visit) {
    return describer->located_features(sketch_place(0, visit, 240, 180), 1).value();
  };
  const LocatedFeatures a = of(0), b = of(1);
  std::vector<float> da(static_cast<size_t>(describer->dim())), db(da.size());
  ASSERT_TRUE(describer->pool(a.features, da).ok());
  ASSERT_TRUE(describer->pool(b.features, db).ok());
  const double score = std::inner_product(da.begin(), da.end(), db.begin(), 0.0);
  const Explanation why = explain_pair(model, a, b, 3).value();
  EXPECT_NEAR(why.score, score, 1e-4);
  EXPECT_EQ(why.num_clusters, 8);
  ASSERT_EQ(why.clusters.size(), 3u);
  EXPECT_GE(why.clusters[0].agreement, why.clusters[1].agreement);
  for (const WeightGrid* grid : {&why.first, &why.second}) {
    EXPECT_EQ(grid->cols, 24);
    EXPECT_EQ(grid->rows, 18);
    ASSERT_EQ(grid->values.size(), 24u * 18u);
    EXPECT_NEAR(std::accumulate(grid->values.begin(), grid->values.end(), 0.0), score, 1e-3);
  }
  for (const float v : why.clusters[0].first.values) EXPECT_TRUE(v >= 0 && v <= 1);
}

}  // namespace
}  // namespace loci
