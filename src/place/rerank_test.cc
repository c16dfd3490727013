// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Geometric order, groups and proposed positions on a sketched town of real pictures.
#include "loci/place/rerank.h"

#include "loci/base/file.h"
#include "loci/describe/learn.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"
#include "loci/place/locate.h"

#include <filesystem>

#include <gtest/gtest.h>

namespace loci {
namespace {

constexpr uint64_t kPlaces = 10, kVisits = 3;

LatLon position_of(uint64_t place) {
  return {.lat = 48 + 0.01 * static_cast<double>(place), .lon = 2};
}

/// Ten places, three visits each; the third states no position.
class TownTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempFolder;
    std::vector<std::string> photos;
    for (uint64_t place = 0; place < kPlaces; ++place) {
      for (uint64_t visit = 0; visit < kVisits; ++visit) {
        PhotoInfo info;
        if (visit < 2) info.position = position_of(place);
        info.taken = civil_seconds(2015 + static_cast<int>(visit), 6, 1);
        ASSERT_TRUE(
            save_jpeg(path(place, visit), sketch_place(place, visit, 240, 180), 90, &info).ok());
        photos.push_back(path(place, visit));
      }
    }
    const auto model =
        learn_model(
            rootsift_vlad_spec(), {}, photos, {.num_clusters = 16, .features_per_image = 100})
            .value();
    db_ = PlaceDb::create(*folder_ / "db", model).value();
    ASSERT_EQ(db_->update(photos).value().added, static_cast<int64_t>(photos.size()));
    verifier_ = Verifier::create(db_->describer()).value();
  }
  static void TearDownTestSuite() {
    verifier_.reset();
    db_.reset();
    delete folder_;
  }
  static std::string path(uint64_t place, uint64_t visit) {
    return *folder_ / ("p" + std::to_string(place) + "_" + std::to_string(visit) + ".jpg");
  }
  static uint64_t place_of(const std::string& photo) {
    const std::string name = std::filesystem::path(photo).filename().string();
    return std::stoull(name.substr(1));
  }
  static inline TempFolder* folder_ = nullptr;
  static inline std::unique_ptr<PlaceDb> db_;
  static inline std::unique_ptr<Verifier> verifier_;
};

TEST_F(TownTest, VerifiedMatchesComeFirstAndDecideTheLocation) {
  for (uint64_t place = 0; place < kPlaces; ++place) {
    const Image image = load_image(path(place, 2)).value();
    QueryAnswer answer = db_->query(image, 20, {}, path(place, 2)).value();
    const float best = answer.matches[0].score;
    const auto features = verifier_->features(image, 1).value();
    ASSERT_TRUE(verify_answer(*verifier_, features, 5, &answer, 2).ok());
    ASSERT_EQ(answer.matches.size(), 5u);
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(place_of(answer.matches[i].image.path), place);
      ASSERT_TRUE(answer.matches[i].geometry.has_value());
      EXPECT_TRUE(answer.matches[i].geometry->verified);
    }
    const auto evidence = [&](const Match& match) {
      return match.geometry->inliers +
             verifier_->options().score_inliers * static_cast<double>(match.score / best);
    };
    for (size_t i = 1; i < 5; ++i)
      EXPECT_GE(evidence(answer.matches[i - 1]) + 1e-4, evidence(answer.matches[i]));
    EXPECT_TRUE(answer.known());
    ASSERT_TRUE(answer.location.has_value());
    EXPECT_LT(distance_m(answer.location->position, position_of(place)), 20);
  }
}

TEST_F(TownTest, AMatchWhosePhotographIsGoneSinksWithoutGeometry) {
  const Image image = load_image(path(0, 2)).value();
  QueryAnswer answer = db_->query(image, 3, {}, path(0, 2)).value();
  answer.matches[0].image.path = *folder_ / "gone.jpg";
  const int64_t gone = answer.matches[0].image.id;
  const auto features = verifier_->features(image, 1).value();
  ASSERT_TRUE(verify_answer(*verifier_, features, 3, &answer, 1).ok());
  EXPECT_EQ(answer.matches[2].image.id, gone);
  EXPECT_FALSE(answer.matches[2].geometry.has_value());
  EXPECT_EQ(verify_answer(*verifier_, features, 0, &answer, 1).code(), Code::kInvalidArgument);
}

TEST_F(TownTest, GroupsAreThePlacesWithoutLookingAtPositions) {
  const Grouping grouping = group_photos(*db_, *verifier_, {.least_confidence = 0}).value();
  std::map<int64_t, std::string> labels;
  for (const PlaceImage& image : db_->images().value())
    labels.emplace(image.id, std::to_string(place_of(image.path)));
  const PairScores scores = pairwise_scores(grouping, labels);
  EXPECT_GE(scores.precision, 0.9);
  EXPECT_GE(scores.recall, 0.7);
  int64_t grouped = 0;
  for (const PhotoGroup& group : grouping.groups) {
    grouped += std::ssize(group.ids);
    EXPECT_NE(std::find(group.ids.begin(), group.ids.end(), group.cover), group.ids.end());
    for (size_t i = 1; i < group.ids.size(); ++i)
      EXPECT_LE(db_->image(group.ids[i - 1])->taken, db_->image(group.ids[i])->taken);
  }
  EXPECT_EQ(grouped + grouping.ungrouped, grouping.photos);
  const Grouping again =
      group_photos(*db_, *verifier_, {.least_confidence = 0}, {.num_threads = 1}).value();
  EXPECT_EQ(again.links.size(), grouping.links.size());
}

TEST_F(TownTest, PositionsAreProposedFromTheGroupWithTheirEvidence) {
  const Grouping grouping = group_photos(*db_, *verifier_, {.least_confidence = 0}).value();
  const auto images = db_->images().value();
  const auto proposals = propose_positions(images, grouping);
  EXPECT_GE(proposals.size(), 6u);
  int right = 0;
  for (const PositionProposal& proposal : proposals) {
    const PlaceImage image = db_->image(proposal.id).value();
    EXPECT_FALSE(image.position.has_value());
    EXPECT_GT(proposal.confidence, 0);
    EXPECT_LT(proposal.confidence, 1);
    EXPECT_FALSE(proposal.evidence.empty());
    right += distance_m(proposal.position, position_of(place_of(image.path))) < 20 ? 1 : 0;
  }
  EXPECT_GE(right, static_cast<int>(proposals.size()) - 1);
}

TEST_F(TownTest, CancelledGroupingSaysSo) {
  const std::atomic<bool> cancel{true};
  EXPECT_EQ(group_photos(*db_, *verifier_, {}, {}, {.cancel = &cancel}).status().code(),
            Code::kCancelled);
  EXPECT_EQ(group_photos(*db_, *verifier_, {.neighbours = 0}).status().code(),
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci
