// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/dataset_fingerprint.h"

#include "test_sets.h"

#include "loci/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::HasSubstr;

TEST(DatasetFingerprint, TellsWhatChanged) {
  const TempFolder folder;
  Dataset dataset = street(100);
  dataset.root = folder.path();
  ASSERT_TRUE(write_file(image_path(dataset, dataset.database[0]), "one photograph").ok());
  const DatasetFingerprint before = fingerprint_of(dataset);
  EXPECT_EQ(fingerprint_of(dataset), before);
  EXPECT_EQ(difference(before, before), "");

  const auto change = [&](const Dataset& other) {
    const DatasetFingerprint now = fingerprint_of(other);
    EXPECT_NE(now.digest(), before.digest());
    return difference(before, now);
  };
  ASSERT_TRUE(write_file(image_path(dataset, dataset.database[0]), "another").ok());
  EXPECT_THAT(change(dataset), HasSubstr("image files changed"));
  ASSERT_TRUE(write_file(image_path(dataset, dataset.database[0]), "one photograph").ok());
  EXPECT_EQ(fingerprint_of(dataset), before);

  Dataset fewer = dataset;
  fewer.database.pop_back();
  EXPECT_THAT(change(fewer), HasSubstr("26 database images before, 25 now"));
  Dataset renamed = dataset;
  std::swap(renamed.queries[0].path, renamed.queries[1].path);
  EXPECT_EQ(change(renamed), "the list of images changed");
  Dataset moved = dataset;
  moved.queries[0].utm->north_m += 1e-6;
  EXPECT_EQ(change(moved), "positions, times, places, frames or the rule of the data set changed");
  Dataset later = dataset;
  later.database[3].time.reset();
  EXPECT_THAT(change(later), HasSubstr("times"));
  Dataset ruled = dataset;
  ruled.rule.radius_m = 30;
  EXPECT_THAT(change(ruled), HasSubstr("rule"));
}

TEST(DatasetFingerprint, DoesNotDependOnWhereTheFolderLies) {
  Dataset dataset = street(100);
  const DatasetFingerprint here = fingerprint_of(dataset);
  dataset.root = "elsewhere";
  EXPECT_EQ(fingerprint_of(dataset), here);
}

}  // namespace
}  // namespace loci::train
