// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/place_batches.h"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::HasSubstr;

/// Place i has 2 + i % 5 photographs.
Dataset places(int count) {
  Dataset dataset;
  dataset.root = "set";
  for (int place = 0; place < count; ++place) {
    for (int i = 0; i < 2 + place % 5; ++i) {
      ImageRecord image;
      image.place = "p" + std::to_string(place);
      image.path = image.place + "/" + std::to_string(i);
      (i == 0 ? dataset.queries : dataset.database).push_back(image);
    }
  }
  return dataset;
}

TEST(PlaceBatches, AnEpochVisitsEveryLargeEnoughPlaceOnceWithItsOwnPhotos) {
  for (const int count : {10, 23, 26, 100}) {
    const PlaceBatches batches =
        PlaceBatches::create(places(count), {.places_per_batch = 5, .images_per_place = 4}).value();
    std::map<std::string, std::set<std::string>> seen;
    const std::vector<PlaceBatch> epoch = batches.epoch(0);
    EXPECT_EQ(static_cast<int64_t>(epoch.size()), batches.batches_an_epoch());
    for (const PlaceBatch& batch : epoch) {
      ASSERT_EQ(batch.images.size(), batch.places.size());
      const std::set<int32_t> in_batch(batch.places.begin(), batch.places.end());
      EXPECT_GE(in_batch.size(), 2u);
      EXPECT_LE(in_batch.size(), 6u) << "a single place joins the batch before";
      EXPECT_EQ(batch.images.size(), in_batch.size() * 4);
      for (const int32_t image : batch.images) {
        const std::string& path = batches.paths()[static_cast<size_t>(image)];
        const std::string place = path.substr(0, path.rfind('/'));
        EXPECT_TRUE(seen[place].insert(path).second) << path << " twice";
      }
    }
    EXPECT_EQ(static_cast<int64_t>(seen.size()), batches.num_places());
    EXPECT_EQ(batches.num_places() + batches.num_small_places(), count);
    for (const auto& [place, paths] : seen) EXPECT_EQ(paths.size(), 4u) << place;
  }
}

TEST(PlaceBatches, EpochsDifferAndSeedsRepeat) {
  const auto images = [](uint64_t seed, int64_t epoch) {
    const PlaceBatches batches =
        PlaceBatches::create(places(40),
                             {.places_per_batch = 6, .images_per_place = 3, .seed = seed})
            .value();
    std::vector<int32_t> all;
    for (const PlaceBatch& batch : batches.epoch(epoch))
      all.insert(all.end(), batch.images.begin(), batch.images.end());
    return all;
  };
  EXPECT_EQ(images(1, 0), images(1, 0));
  EXPECT_NE(images(1, 0), images(1, 1));
  EXPECT_NE(images(1, 0), images(2, 0));
}

TEST(PlaceBatches, LeaveOneOutSetsCountAPhotographOnce) {
  Dataset dataset;
  for (int i = 0; i < 4; ++i) {
    ImageRecord image;
    image.place = i < 2 ? "a" : "b";
    image.path = std::to_string(i);
    dataset.database.push_back(image);
    dataset.queries.push_back(image);
    dataset.query_in_database.push_back(i);
  }
  const PlaceBatches batches = PlaceBatches::create(dataset, {.images_per_place = 2}).value();
  EXPECT_EQ(batches.paths().size(), 4u);
  EXPECT_EQ(batches.epoch(0).size(), 1u);
}

TEST(PlaceBatches, TooFewPlacesAreRefusedWithTheNumbers) {
  EXPECT_THAT(
      PlaceBatches::create(places(10), {.images_per_place = 7}).status().message(),
      HasSubstr("10 places have a label, 0 of them 7 photographs or more (the largest has 6)"));
  EXPECT_FALSE(PlaceBatches::create(Dataset{}).ok());
  EXPECT_FALSE(PlaceBatches::create(places(10), {.places_per_batch = 1}).ok());
  EXPECT_FALSE(PlaceBatches::create(places(10), {.images_per_place = 1}).ok());
}

}  // namespace
}  // namespace loci::train
