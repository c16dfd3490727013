// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/dbstruct.h"

#include "test_files.h"

#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace loci {
namespace {

using namespace testing_files;
using Json = nlohmann::json;

std::string mat_doubles(const std::vector<double>& values, const std::vector<int32_t>& shape) {
  return mat_matrix(
      6,
      shape,
      "",
      mat_element(9, {reinterpret_cast<const char*>(values.data()), values.size() * 8}));
}

std::vector<std::pair<std::string, std::string>> fields() {
  return {{"utmQ", mat_doubles({585000.25, 4477000.75}, {2, 1})},
          {"qImageFns", mat_cell({mat_text("q.jpg")})},
          {"utmDb", mat_doubles({1, 2, 3, 4}, {2, 2})},
          {"dbImageFns", mat_cell({mat_text("a.jpg"), mat_text("b.jpg")})}};
}

Result<DbStruct> read(const std::vector<std::pair<std::string, std::string>>& content) {
  LOCI_TRY(tree, parse(mat_file({mat_struct(content, "dbStruct")}, true)));
  return parse_dbstruct(tree);
}

TEST(DbStruct, FieldsAreFoundByName) {
  const auto db = read(fields());
  ASSERT_TRUE(db.ok()) << db.status().to_string();
  EXPECT_EQ(db->db_images, (std::vector<std::string>{"a.jpg", "b.jpg"}));
  EXPECT_EQ(db->db_utm[1], std::pair(3.0, 4.0));
  EXPECT_EQ(db->q_utm[0], std::pair(585000.25, 4477000.75));
  EXPECT_EQ(db->pos_dist_thr_m, 25);
}

TEST(DbStruct, AMissingFieldIsNamed) {
  for (size_t drop = 0; drop < 4; ++drop) {
    auto content = fields();
    const std::string name = content[drop].first;
    content.erase(content.begin() + static_cast<std::ptrdiff_t>(drop));
    const Status status = read(content).status();
    EXPECT_EQ(status.code(), Code::kCorrupt);
    EXPECT_NE(status.message().find(name), std::string::npos) << status.message();
  }
}

TEST(DbStruct, LengthsThatDisagreeAreCorrupt) {
  auto content = fields();
  content[2].second = mat_doubles({1, 2, 3, 4, 5, 6}, {2, 3});
  EXPECT_EQ(read(content).status().code(), Code::kCorrupt);
  content = fields();
  content[0].second = mat_doubles({1, std::nan("")}, {2, 1});
  EXPECT_EQ(read(content).status().code(), Code::kCorrupt);
  content = fields();
  content.emplace_back("numImages", mat_doubles({7}, {1, 1}));
  EXPECT_EQ(read(content).status().code(), Code::kCorrupt);
  content = fields();
  content.emplace_back("qTimeStamp", mat_doubles({1, 2}, {1, 2}));
  EXPECT_EQ(read(content).status().code(), Code::kCorrupt);
}

TEST(DbStruct, APhotographWithoutAPositionRefusesNoneOfTheOthers) {
  auto content = fields();
  content[2].second = mat_doubles({1, 2, std::nan(""), 4}, {2, 2});
  const auto read_back = read(content);
  ASSERT_TRUE(read_back.ok()) << read_back.status().message();
  DbStructArrays arrays;
  arrays.db_images = read_back->db_images;
  arrays.q_images = read_back->q_images;
  arrays.db_utm = read_back->db_utm;
  arrays.q_utm = read_back->q_utm;
  const Dataset dataset = dataset_from_dbstruct(arrays, "/nowhere", "set", {}).value();
  EXPECT_TRUE(dataset.database[0].utm.has_value());
  EXPECT_FALSE(dataset.database[1].utm.has_value());
  EXPECT_NE(dataset.notes.front().find("1 database images have no position"), std::string::npos);
  content[2].second = mat_doubles({1, std::nan(""), std::nan(""), 4}, {2, 2});
  EXPECT_EQ(read(content).status().code(), Code::kCorrupt);
}

TEST(DbStruct, AFileWithoutItIsUnsupportedAndSaysWhatItHas) {
  const Status status =
      parse_dbstruct(*parse(mat_file({mat_text("x", "dbfnames")}, true))).status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_NE(status.message().find("but dbfnames"), std::string::npos) << status.message();
}

// A list and tiny files of its images where Relja/netvlad's data sets have them.
struct ListOnDisk {
  TempFolder folder{"loci-dbstruct"};
  void put(const std::string& name, const std::string& content = "x") const {
    const std::string path = folder / name;
    ASSERT_TRUE(make_folders(path.substr(0, path.find_last_of('/'))).ok());
    ASSERT_TRUE(write_file(path, content).ok());
  }
};

// 24 database images in two panoramas of 12, 2 queries; stamps where wanted.
std::string tokyo_list(bool stamps) {
  std::vector<std::string> names;
  std::vector<double> utm, times;
  for (int i = 0; i < 24; ++i) {
    names.push_back(mat_text("p/" + std::to_string(i) + ".jpg"));
    utm.insert(utm.end(), {i < 12 ? 0.0 : 100.0, 0.0});
    times.push_back(i < 12 ? 201207 : 201301);
  }
  std::vector<std::pair<std::string, std::string>> content = {
      {"nonTrivPosDistSqThr", mat_doubles({100}, {1, 1})},
      {"utmDb", mat_doubles(utm, {2, 24})},
      {"posDistThr", mat_doubles({25}, {1, 1})},
      {"qImageFns", mat_cell({mat_text("q/0.jpg"), mat_text("q/1.jpg")})},
      {"dbImageFns", mat_cell(names)},
      {"utmQ", mat_doubles({3, 4, 100, 25}, {2, 2})}};
  if (stamps) {
    content.emplace_back("qTimeStamp", mat_doubles({201301, 201301}, {1, 2}));
    content.insert(content.begin(), {"dbTimeStamp", mat_doubles(times, {1, 24})});
  }
  return mat_file({mat_struct(content, "dbStruct")}, true);
}

TEST(LoadDbStruct, Tokyo247CountsOneResultAPanoramaAndFindsPng) {
  for (const char* name : {"tokyo247.mat", "datasets/Tokyo24_7_test.mat"}) {
    const ListOnDisk set;
    set.put(name, tokyo_list(false));
    for (int i = 0; i < 24; ++i) set.put("images/p/" + std::to_string(i) + ".png");
    for (int i = 0; i < 2; ++i) set.put("query/q/" + std::to_string(i) + ".jpg");
    const auto dataset = load_dbstruct(set.folder / name);
    ASSERT_TRUE(dataset.ok()) << dataset.status().message();
    EXPECT_TRUE(dataset->rule.one_result_per_group);
    EXPECT_FALSE(dataset->rule.other_time_only);
    EXPECT_EQ(dataset->database[11].group, dataset->database[0].group);
    EXPECT_NE(dataset->database[12].group, dataset->database[0].group);
    EXPECT_TRUE(image_path(*dataset, dataset->database[0]).ends_with("images/p/0.png"));
    EXPECT_EQ(ground_truth(*dataset).value()[1].size(), 12u);  // exactly 25 m
  }
}

TEST(LoadDbStruct, TimeStampsOfTokyoTimeMachineAreMonths) {
  const ListOnDisk set;
  set.put("tokyoTM_val.mat", tokyo_list(true));
  for (int i = 0; i < 24; ++i) set.put("images/p/" + std::to_string(i) + ".jpg");
  for (int i = 0; i < 2; ++i) set.put("images/q/" + std::to_string(i) + ".jpg");
  const auto dataset = load_dbstruct(set.folder / "tokyoTM_val.mat");
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  EXPECT_TRUE(dataset->rule.other_time_only);
  EXPECT_FALSE(dataset->rule.one_result_per_group);
  EXPECT_EQ(dataset->database[0].time, civil_seconds(2012, 7, 1));
  EXPECT_EQ(ground_truth(*dataset).value()[0].size(), 12u);
  EXPECT_TRUE(ground_truth(*dataset).value()[1].empty());  // near, but of the same month
}

TEST(LoadDbStruct, AbsentImagesAreRefusedOrLeftOut) {
  const ListOnDisk set;
  set.put("pitts.mat", tokyo_list(false));
  for (int i = 0; i < 23; ++i) set.put("images/p/" + std::to_string(i) + ".jpg");
  for (int i = 0; i < 2; ++i) set.put("queries_real/q/" + std::to_string(i) + ".jpg");
  const Status refused = load_dbstruct(set.folder / "pitts.mat").status();
  EXPECT_EQ(refused.code(), Code::kNotFound);
  EXPECT_NE(refused.message().find("p/23.jpg"), std::string::npos) << refused.message();
  const auto dataset = load_dbstruct(set.folder / "pitts.mat", {.skip_missing = true});
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  EXPECT_EQ(dataset->database.size(), 23u);
  EXPECT_EQ(dataset->missing, (std::vector<std::string>{"images/p/23.jpg"}));
}

TEST(GoldenDbStruct, SevenWritersSayTheSame) {
  LOCI_GOLDEN_OR_SKIP(folder, "golden/formats/dbstruct");
  const Json expected = Json::parse(read_text_file(folder + "/expected.json").value());
  for (const std::string name : {"pitts30k_test.mat",
                                 "pitts30k_test_octave_v6.mat",
                                 "pitts30k_test_scipy.mat",
                                 "pitts30k_test_uncompressed.mat",
                                 "minimal_other_order.mat",
                                 "tokyoTM_train.mat",
                                 "tokyoTM_train_octave.mat"}) {
    const auto db = read_dbstruct(folder + "/" + name);
    ASSERT_TRUE(db.ok()) << name << " " << db.status().to_string();
    EXPECT_EQ(db->db_images, expected["dbImageFns"].get<std::vector<std::string>>()) << name;
    EXPECT_EQ(db->q_images, expected["qImageFns"].get<std::vector<std::string>>()) << name;
    ASSERT_EQ(db->db_utm.size(), expected["utmDb"].size());
    for (size_t i = 0; i < db->db_utm.size(); ++i) {
      EXPECT_EQ(db->db_utm[i].first, expected["utmDb"][i][0].get<double>()) << name;
      EXPECT_EQ(db->db_utm[i].second, expected["utmDb"][i][1].get<double>()) << name;
    }
    const bool stamped = name.starts_with("tokyo");
    EXPECT_EQ(db->db_time,
              stamped ? expected["dbTimeStamp"].get<std::vector<double>>() : std::vector<double>())
        << name;
    EXPECT_EQ(db->q_time,
              stamped ? expected["qTimeStamp"].get<std::vector<double>>() : std::vector<double>())
        << name;
    EXPECT_EQ(db->pos_dist_thr_m, 25);
    EXPECT_EQ(db->non_triv_pos_dist_sq_thr, 100);
  }
}

TEST(GoldenDbStruct, BecomesADataset) {
  LOCI_GOLDEN_OR_SKIP(folder, "golden/formats/dbstruct");
  const auto dataset = load_dbstruct(folder + "/tokyoTM_train.mat");
  ASSERT_TRUE(dataset.ok()) << dataset.status().to_string();
  EXPECT_EQ(dataset->database.size(), 13u);
  EXPECT_EQ(dataset->queries.size(), 4u);
  EXPECT_TRUE(dataset->rule.other_time_only);
  EXPECT_EQ(dataset->rule.radius_m, 25);
}

}  // namespace
}  // namespace loci
