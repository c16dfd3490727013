// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_files.h"

#include "loci/data/dataset.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using Names = std::vector<std::string>;

TEST(DatasetSplits, FoldersThatAreThereAreParts) {
  const TestFiles files;
  files.touch({"images/train/database/a.jpg",
               "images/train/queries/b.jpg",
               "images/test/database/c.jpg",
               "images/test/queries/d.jpg"});
  EXPECT_EQ(dataset_splits(files.path()).value(), (Names{"test", "train"}));
}

TEST(DatasetSplits, ColumnSplitNamesPartsUnlessItGivesTheRole) {
  const TestFiles parts, roles;
  parts.write("places.csv", "path,place,split\na.jpg,1,train\nb.jpg,1,test\nc.jpg,2,\n");
  roles.write("places.csv", "path,place,split\na.jpg,1,query\nb.jpg,1,gallery\n");
  EXPECT_EQ(dataset_splits(parts.path()).value(), (Names{"test", "train"}));
  EXPECT_EQ(dataset_splits(parts / "places.csv").value(), (Names{"test", "train"}));
  EXPECT_TRUE(dataset_splits(roles.path()).value().empty());
}

TEST(DatasetSplits, OtherLayoutsAreOneWhole) {
  const TestFiles files;
  files.touch({"database/a.jpg", "queries/a.jpg"});
  EXPECT_TRUE(dataset_splits(files.path()).value().empty());
}

TEST(PlacesCsv, PositionsThatCannotBeAreKeptForTheReport) {
  const TestFiles files;
  files.touch({"a.jpg", "b.jpg"});
  files.write("places.csv", "path,place,lat,lon\na.jpg,1,151.2,-33.9\nb.jpg,1,-33.9,151.2\n");
  const Dataset dataset = load_dataset(files.path()).value();
  ASSERT_EQ(dataset.off_the_map.size(), 1u);
  EXPECT_EQ(dataset.off_the_map[0].path, "a.jpg");
  EXPECT_EQ(dataset.off_the_map[0].lat, 151.2);
}

}  // namespace
}  // namespace loci
