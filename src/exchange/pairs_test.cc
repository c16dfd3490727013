// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/pairs.h"

#include "loci/base/file.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#ifdef LOCI_WITH_HDF5
#include <hdf5.h>
#endif

namespace loci {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<NamedPair> kPairs = {
    {"a.jpg", "db/b.jpg"}, {"a.jpg", "c.jpg"}, {"c.jpg", "a.jpg"}};

TEST(PairFiles, HlocHasOneSpaceAndNoLineEndBehindTheLast) {
  const TempFolder temp;
  ASSERT_TRUE(write_hloc_pairs(temp / "p.txt", kPairs).ok());
  EXPECT_EQ(read_text_file(temp / "p.txt").value(), "a.jpg db/b.jpg\na.jpg c.jpg\nc.jpg a.jpg");
}

TEST(PairFiles, ColmapHasEachUnorderedPairOnce) {
  const TempFolder temp;
  ASSERT_TRUE(write_colmap_pairs(temp / "p.txt", kPairs).ok());
  EXPECT_EQ(read_text_file(temp / "p.txt").value(), "a.jpg db/b.jpg\na.jpg c.jpg\n");
}

TEST(PairFiles, KaptureHasItsTwoLinesOfHead) {
  const TempFolder temp;
  const std::vector<NamedPair> pairs = {{"a b.jpg", "c.jpg"}};
  ASSERT_TRUE(write_kapture_pairs(temp / "p.txt", pairs).ok());
  EXPECT_EQ(read_text_file(temp / "p.txt").value(),
            "# kapture format: 1.0\n# query_image, map_image\na b.jpg, c.jpg\n");
}

TEST(PairFiles, NamesThatAFormatCannotHoldAreRefusedAndNothingIsWritten) {
  const TempFolder temp;
  const std::vector<NamedPair> space = {{"a b.jpg", "c.jpg"}}, comma = {{"a,b.jpg", "c.jpg"}};
  const std::vector<NamedPair> comment = {{"#a.jpg", "c.jpg"}};
  EXPECT_THAT(write_hloc_pairs(temp / "p", space).message(), HasSubstr("'a b.jpg'"));
  EXPECT_THAT(write_colmap_pairs(temp / "p", space).message(), HasSubstr("white space"));
  EXPECT_THAT(write_colmap_pairs(temp / "p", comment).message(), HasSubstr("comment"));
  EXPECT_THAT(write_kapture_pairs(temp / "p", comma).message(), HasSubstr("comma"));
  EXPECT_FALSE(file_info(temp / "p").ok());
}

TEST(Names, AreRelativeToTheDeepestCommonFolderOrTheOneGiven) {
  const std::vector<std::string> paths = {
      "/d/set/db/1.jpg", "/d/set/db/2.jpg", "/d/set/query/1.jpg"};
  EXPECT_THAT(names_below(paths).value(), ElementsAre("db/1.jpg", "db/2.jpg", "query/1.jpg"));
  EXPECT_THAT(names_below(paths, "/d").value(),
              ElementsAre("set/db/1.jpg", "set/db/2.jpg", "set/query/1.jpg"));
  EXPECT_THAT(names_below({"/d/seta/1.jpg", "/d/setb/1.jpg"}).value(),
              ElementsAre("seta/1.jpg", "setb/1.jpg"));
  EXPECT_THAT(names_below(paths, "/d/set/db").status().message(), HasSubstr("/d/set/query/1.jpg"));
  EXPECT_TRUE(names_below({}).value().empty());
}

TEST(Names, OfOthersAreFoundByTheEndOfThePath) {
  const std::vector<std::string> names = {"1.jpg", "db/1.jpg", "2.jpg"};
  EXPECT_THAT(match_names({"/x/db/1.jpg", "/x/2.jpg", "/x/q/1.jpg", "/x/12.jpg"}, names).value(),
              ElementsAre("db/1.jpg", "2.jpg", "1.jpg", ""));
  EXPECT_THAT(match_names({"/x/2.jpg", "/y/2.jpg"}, names).status().message(),
              HasSubstr("give the image root"));
}

void run_sql(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
}

TEST(ColmapDatabase, GivesItsImageNames) {
  const TempFolder temp;
  run_sql(temp / "c.db",
          "CREATE TABLE images(image_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
          "INSERT INTO images VALUES(2,'b.jpg'),(1,'sub/a.jpg')");
  EXPECT_THAT(read_colmap_images(temp / "c.db").value(), ElementsAre("sub/a.jpg", "b.jpg"));
}

TEST(ColmapDatabase, ThatIsMissingOrNoneIsRefusedWithTheCommandThatMakesOne) {
  const TempFolder temp;
  const auto missing = read_colmap_images(temp / "none.db");
  EXPECT_EQ(missing.status().code(), Code::kNotFound);
  EXPECT_THAT(missing.status().message(), HasSubstr("colmap feature_extractor"));
  EXPECT_FALSE(file_info(temp / "none.db").ok());  // looking makes no file
  std::ofstream(temp / "text.db") << std::string(5000, 'x');
  EXPECT_EQ(read_colmap_images(temp / "text.db").status().code(), Code::kCorrupt);
  run_sql(temp / "other.db", "CREATE TABLE things(x)");
  EXPECT_THAT(read_colmap_images(temp / "other.db").status().message(), HasSubstr("no such table"));
  EXPECT_EQ(read_colmap_images(temp.path()).status().code(), Code::kCorrupt);
}

#ifdef LOCI_WITH_HDF5

template <class T>
std::vector<T> read_dataset(const std::string& path,
                            const std::string& name,
                            hid_t type,
                            size_t* file_bytes = nullptr) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t set = H5Dopen2(file, name.c_str(), H5P_DEFAULT);
  EXPECT_GE(set, 0) << name;
  const hid_t space = H5Dget_space(set);
  std::vector<T> out(static_cast<size_t>(H5Sget_simple_extent_npoints(space)));
  EXPECT_EQ(H5Sget_simple_extent_ndims(space), 1);
  EXPECT_GE(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()), 0);
  const hid_t stored = H5Dget_type(set);
  if (file_bytes != nullptr) *file_bytes = H5Tget_size(stored);
  H5Tclose(stored);
  H5Sclose(space);
  H5Dclose(set);
  H5Fclose(file);
  return out;
}

TEST(HlocFeatures, NestByTheSlashesOfTheName) {
  const TempFolder temp;
  auto file = HlocFeatures::create(temp / "f.h5").value();
  const std::vector<float> values = {0.25f, -0.5f, 1.0f};
  ASSERT_TRUE(file->add("db/1.jpg", 640, 480, values).ok());
  ASSERT_TRUE(file->add("db/2.jpg", 320, 240, values).ok());
  EXPECT_THAT(file->add("db/1.jpg", 1, 1, values).message(), HasSubstr("db/1.jpg"));
  EXPECT_FALSE(file_info(temp / "f.h5").ok());
  ASSERT_TRUE(file->commit().ok());
  size_t bytes = 0;
  EXPECT_EQ(
      read_dataset<float>(temp / "f.h5", "db/1.jpg/global_descriptor", H5T_NATIVE_FLOAT, &bytes),
      values);
  EXPECT_EQ(bytes, 4u);
  EXPECT_THAT(read_dataset<int64_t>(temp / "f.h5", "db/2.jpg/image_size", H5T_NATIVE_INT64),
              ElementsAre(320, 240));
}

TEST(HlocFeatures, HalvesAreIeeeBinary16) {
  const TempFolder temp;
  auto file = HlocFeatures::create(temp / "f.h5", true).value();
  const std::vector<float> values = {0.7f, -2, 6e-8f, 0.0312499f};
  ASSERT_TRUE(file->add("a.jpg", 4, 3, values).ok());
  ASSERT_TRUE(file->commit().ok());
  size_t bytes = 0;
  const auto read =
      read_dataset<float>(temp / "f.h5", "a.jpg/global_descriptor", H5T_NATIVE_FLOAT, &bytes);
  EXPECT_EQ(bytes, 2u);
  EXPECT_THAT(read, ElementsAre(0.7001953125f, -2.f, 5.9604645e-8f, 0.03125f));
}

TEST(HlocFeatures, WithoutCommitNothingStays) {
  const TempFolder temp;
  { auto file = HlocFeatures::create(temp / "f.h5").value(); }
  EXPECT_TRUE(list_files(temp.path(), {}).value().empty());
  EXPECT_EQ(HlocFeatures::create(temp / "none/f.h5").status().code(), Code::kNotFound);
}

#endif

}  // namespace
}  // namespace loci
