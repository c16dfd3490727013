// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The readers on real photographs and on samples of other people's formats, where they are present.
#include "test_files.h"

#include "loci/base/file.h"
#include "loci/data/dataset.h"

#include <cstdlib>
#include <set>

#include <gtest/gtest.h>

namespace loci {
namespace {

using Lists = std::vector<std::vector<int64_t>>;

class SharedData : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("LOCI_SHARED_DIR");
    shared_ = shared == nullptr ? "" : shared;
    if (shared_.empty() || !file_info(shared_ + "/data/places").ok())
      GTEST_SKIP() << "no shared data here";
  }
  Dataset places(const std::string& name, const DatasetOptions& options = {}) const {
    return load_dataset(shared_ + "/data/places/" + name, options).value();
  }
  std::string shared_;
};

// The lists of lists of whole numbers, and the number, that JSON text has under a key.
Lists numbers_after(const std::string& json, const std::string& key) {
  Lists lists;
  size_t at = json.find('[', json.find("\"" + key + "\"")) + 1;
  for (; json[at] != ']'; ++at) {
    if (json[at] != '[') continue;
    lists.emplace_back();
    for (; json[at] != ']'; ++at) {
      if (json[at] < '0' || json[at] > '9') continue;
      size_t used = 0;
      lists.back().push_back(std::stoll(json.substr(at, 20), &used));
      at += used - 1;
    }
  }
  return lists;
}
double number_after(const std::string& json, const std::string& key, size_t from) {
  return std::stod(json.substr(json.find(':', json.find("\"" + key + "\"", from)) + 1, 40));
}

size_t answerable(const Lists& truth) {
  size_t count = 0;
  for (const auto& rows : truth) count += rows.empty() ? 0 : 1;
  return count;
}

TEST_F(SharedData, GardensPointIsATraverseOfTwoHundredFrames) {
  const Dataset dataset = places("gardens_point_thumbs");
  EXPECT_EQ(dataset.format, "traverse");
  ASSERT_EQ(dataset.queries.size(), 200u);
  ASSERT_EQ(dataset.database.size(), 200u);
  const Lists truth = ground_truth(dataset).value();
  EXPECT_EQ(truth[100], (std::vector<int64_t>{98, 99, 100, 101, 102}));
  EXPECT_EQ(dataset.database[10].path.substr(4), dataset.queries[10].path.substr(6));
}

TEST_F(SharedData, AmosNightAsksDay) {
  DatasetOptions options;
  options.query_filter = "time_of_day=night";
  const Dataset dataset = places("amos_day_night", options);
  EXPECT_EQ(dataset.format, "places.csv");
  EXPECT_EQ(dataset.queries.size(), 200u);
  EXPECT_EQ(dataset.database.size(), 199u);  // one photo is listed twice
  EXPECT_TRUE(dataset.queries[0].time.has_value());
  std::set<std::string> cameras;
  for (const ImageRecord& record : dataset.queries) cameras.insert(record.place);
  EXPECT_EQ(cameras.size(), 17u);
  EXPECT_EQ(places("amos_day_night").queries.size(), 399u);
}

TEST_F(SharedData, WebcamFoldersArePlacesWithTimes) {
  const Dataset dataset = places("webcam_tilde");
  EXPECT_EQ(dataset.format, "place-folders");
  EXPECT_EQ(dataset.database.size(), 250u);
  EXPECT_EQ(answerable(ground_truth(dataset).value()), 250u);
  for (const ImageRecord& record : dataset.database)
    EXPECT_TRUE(record.time.has_value()) << record.path;
}

TEST_F(SharedData, TowerTakesItsRolesFromSplit) {
  const Dataset dataset = places("ie_tower");
  EXPECT_EQ(dataset.queries.size(), 128u);
  EXPECT_EQ(dataset.database.size(), 592u);
  EXPECT_EQ(dataset.rule.kind, TruthRule::Kind::kPlace);
}

TEST_F(SharedData, ToySetWithoutTruthStillLoads) {
  const Dataset dataset = places("san_francisco_toy");
  EXPECT_EQ(dataset.database.size(), 17u);
  EXPECT_EQ(dataset.queries.size(), 5u);
  EXPECT_EQ(answerable(ground_truth(dataset).value()), 0u);
}

TEST_F(SharedData, GmbertonNamesAndPositivesAgreeWithTheEvaluator) {
  const std::string folder = shared_ + "/golden/formats/gmberton";
  if (!file_info(folder).ok()) GTEST_SKIP() << "no golden formats here";
  const Dataset dataset = load_dataset(folder).value();
  ASSERT_EQ(dataset.format, "gmberton");
  ASSERT_EQ(dataset.database.size(), 10u);
  ASSERT_EQ(dataset.queries.size(), 5u);
  const std::string expected = read_text_file(folder + "/expected.json").value();
  EXPECT_EQ(ground_truth(dataset).value(), numbers_after(expected, "positives_25m"));
  for (size_t i = 0; i < 10; ++i) {
    const std::string name = dataset.database[i].path.substr(std::string("database/").size());
    const size_t entry = expected.find("\"name\": \"" + name);
    ASSERT_NE(entry, std::string::npos) << name;
    EXPECT_EQ(dataset.database[i].utm->east_m, number_after(expected, "easting", entry));
    EXPECT_EQ(dataset.database[i].utm->north_m, number_after(expected, "northing", entry));
    EXPECT_EQ(dataset.database[i].position->lat, number_after(expected, "lat", entry));
    EXPECT_EQ(dataset.database[i].position->lon, number_after(expected, "lon", entry));
  }
  ASSERT_EQ(dataset.queries[4].group, "null_island");  // its note holds a slash
  EXPECT_EQ(dataset.queries[4].utm->east_m, 833922.84);
  EXPECT_EQ(dataset.queries[0].group, "");  // written None
}

// The texts between quotes that end with ".jpg", and the numbers in the list under `key`.
std::vector<std::string> names_in(const std::string& json) {
  std::vector<std::string> names;
  for (size_t end = json.find(".jpg\""); end != std::string::npos;
       end = json.find(".jpg\"", end + 1))
    names.push_back(json.substr(json.rfind('"', end) + 1, end + 4 - json.rfind('"', end) - 1));
  return names;
}

TEST_F(SharedData, GsvCitiesNamesAndPlacesAgreeWithItsTrainingCode) {
  const std::string folder = shared_ + "/golden/formats/gsv_cities";
  if (!file_info(folder).ok()) GTEST_SKIP() << "no golden formats here";
  const std::string expected = read_text_file(folder + "/expected.json").value();
  const std::vector<std::string> names = names_in(expected);
  ASSERT_GT(names.size(), 30u);
  const TestFiles files;
  for (const std::string& name : names)
    files.touch({"Images/" + name.substr(0, name.find('_')) + "/" + name});
  for (const char* city : {"Bangkok", "Boston"}) {
    const std::string csv = std::string("Dataframes/") + city + ".csv";
    files.write(csv, read_text_file(folder + "/" + csv).value());
  }
  const Dataset dataset = load_dataset(files.path()).value();  // no name that is not a file
  EXPECT_EQ(dataset.database.size(), names.size());
  std::set<std::string> found, places;
  for (const ImageRecord& record : dataset.database) {
    found.insert(record.path.substr(record.path.find_last_of('/') + 1));
    places.insert(record.place);
  }
  EXPECT_EQ(found, std::set<std::string>(names.begin(), names.end()));
  EXPECT_EQ(places,
            (std::set<std::string>{"1", "3", "4", "5", "100001", "100003", "100004", "100005"}));
}

}  // namespace
}  // namespace loci
