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

TEST(DbStruct, AFileWithoutItIsUnsupported) {
  EXPECT_EQ(parse_dbstruct(*parse(mat_file({mat_text("x", "y")}, true))).status().code(),
            Code::kUnsupported);
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
