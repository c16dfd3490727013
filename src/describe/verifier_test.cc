// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/verifier.h"

#include "loci/base/file.h"
#include "loci/describe/learn.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"
#include "loci/local/sift.h"
#include "loci/model/architectures.h"
#include "loci/model/vit.h"

#include <thread>

#include <gtest/gtest.h>

namespace loci {
namespace {

/// Six places drawn twice, as files, and RootSIFT + VLAD learnt from them.
class VerifierTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempFolder;
    for (uint64_t place = 0; place < 6; ++place) {
      for (uint64_t visit = 0; visit < 2; ++visit) {
        ASSERT_TRUE(save_jpeg(path(place, visit), sketch_place(place, visit, 240, 180)).ok());
        photos_.push_back(path(place, visit));
      }
    }
    model_ = learn_model(
                 rootsift_vlad_spec(), {}, photos_, {.num_clusters = 8, .features_per_image = 100})
                 .value();
    describer_ = Describer::create(model_).value();
  }
  static void TearDownTestSuite() {
    describer_.reset();
    model_.reset();
    photos_.clear();
    delete folder_;
  }
  static std::string path(uint64_t place, uint64_t visit) {
    return *folder_ / (std::to_string(place) + "_" + std::to_string(visit) + ".jpg");
  }
  static inline TempFolder* folder_ = nullptr;
  static inline std::vector<std::string> photos_;
  static inline std::shared_ptr<const Model> model_;
  static inline std::unique_ptr<Describer> describer_;
};

TEST_F(VerifierTest, TheSamePlaceHasTheMostInliers) {
  const auto verifier = Verifier::create(*describer_).value();
  EXPECT_EQ(verifier->method(), "rootsift");
  for (uint64_t place = 0; place < 6; ++place) {
    std::vector<std::string> others;
    for (uint64_t other = 0; other < 6; ++other) others.push_back(path(other, 1));
    const auto query = verifier->features_of(path(place, 0)).value();
    const auto found = verifier->check_files(*query, others, 2);
    const std::vector<size_t> order = order_by_inliers(found, std::vector<float>(6, 1.F), 30);
    EXPECT_EQ(order.front(), place);
    EXPECT_TRUE(verifier->verified(found[place].matched, found[place].inliers));
  }
}

TEST_F(VerifierTest, AnUnreadableCandidateHasItsStatusAndComesLast) {
  const auto verifier = Verifier::create(*describer_).value();
  const auto query = verifier->features_of(path(0, 0)).value();
  const std::vector<std::string> paths{*folder_ / "none.jpg", path(0, 1)};
  const auto found = verifier->check_files(*query, paths, 1);
  EXPECT_EQ(found[0].status.code(), Code::kNotFound);
  EXPECT_EQ(order_by_inliers(found, std::vector<float>{1, .1F}, 30), (std::vector<size_t>{1, 0}));
}

TEST_F(VerifierTest, EqualInliersKeepTheirOrder) {
  const std::vector<VerifiedCandidate> candidates{
      {.inliers = 3}, {.inliers = 9}, {.inliers = 3}, {.inliers = 9}};
  EXPECT_EQ(order_by_inliers(candidates, std::vector<float>{.9F, .9F, .9F, .9F}, 30),
            (std::vector<size_t>{1, 3, 0, 2}));
}

TEST_F(VerifierTest, AWorseScoreNeedsMoreInliers) {
  const std::vector<VerifiedCandidate> candidates{
      {.inliers = 20}, {.inliers = 22}, {.inliers = 30}};
  const std::vector<float> scores{.8F, .72F, .6F};  // 3 and 7.5 inliers worse
  EXPECT_EQ(order_by_inliers(candidates, scores, 30), (std::vector<size_t>{2, 0, 1}));
  EXPECT_EQ(order_by_inliers(candidates, scores, 0), (std::vector<size_t>{2, 1, 0}));
  EXPECT_EQ(order_by_inliers(candidates, std::vector<float>{0, -.1F, -.2F}, 30),
            (std::vector<size_t>{2, 1, 0}));
}

TEST_F(VerifierTest, AFileThatChangesIsReadAgain) {
  const auto verifier = Verifier::create(*describer_).value();
  const std::string changing = *folder_ / "changing.jpg";
  ASSERT_TRUE(save_jpeg(changing, sketch_place(20, 0, 240, 180)).ok());
  const auto before = verifier->features_of(changing).value();
  EXPECT_EQ(verifier->features_of(changing).value(), before);  // the kept one
  ASSERT_TRUE(save_jpeg(changing, sketch_place(21, 0, 200, 150)).ok());
  const auto after = verifier->features_of(changing).value();
  EXPECT_NE(after, before);
  EXPECT_EQ(after->width, 200);
}

TEST_F(VerifierTest, ManyThreadsMayCheckAtOnce) {
  const auto verifier = Verifier::create(*describer_, {.cache_mib = 1}).value();
  const auto query = verifier->features_of(path(0, 0)).value();
  const auto expected = verifier->check_files(*query, photos_, 1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      const auto found = verifier->check_files(*query, photos_, 2);
      for (size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].inliers, expected[i].inliers);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

/// A little transformer of random weights; its features are the patches and then the class token, or answers alone.
std::unique_ptr<Describer> transformer(bool answers) {
  VitShape shape;
  shape.width = 64;
  shape.heads = 1;
  shape.depth = 1;
  shape.hidden = 64;
  shape.registers = 4;
  shape.table_height = shape.table_width = 5;
  TokenBuilder b;
  const std::string x = vit_block(b, shape, 0, vit_embed(b, shape));
  const std::string patches = b.rows("patches", shape.first_patch(), 0, x);
  const std::string token = b.rows("class_token", 0, 1, x);
  b.output("features", answers ? b.rows("answers", 0, 3, x) : b.join_rows("all", patches, token));
  ModelSpec spec;
  spec.name = "transformer";
  spec.network = b.network;
  spec.preprocessing.resize = Preprocessing::Resize::kFixed;
  spec.preprocessing.width = 140;
  spec.preprocessing.height = 112;
  spec.pooling.type = "mean";
  TensorMap tensors = random_weights(spec.network, 3, 1).value();
  return Describer::create(make_model(std::move(spec), std::move(tensors))).value();
}

TEST(VerifierOfTokens, MatchesThePatchesWhereTheyLieAndNotTheClassToken) {
  const auto describer = transformer(false);
  const auto verifier = Verifier::create(*describer).value();
  EXPECT_EQ(verifier->method(), "backbone");
  const Image photo = sketch_place(3, 0, 280, 224);
  const LocatedFeatures all = describer->located_features(photo, 1).value();
  ASSERT_EQ(all.features.values.rows(), 80);
  EXPECT_EQ(all.features.height, 8);
  EXPECT_EQ(all.features.width, 10);
  ASSERT_EQ(all.keypoints.size(), 80u);
  EXPECT_FLOAT_EQ(all.keypoints[23].x, 3.5F * 28 - .5F);
  EXPECT_FLOAT_EQ(all.keypoints[23].y, 2.5F * 28 - .5F);
  const Matrix pooled = describer->features(photo, 1).value().values;
  ASSERT_EQ(pooled.rows(), 81);
  for (int64_t c = 0; c < 64; ++c) ASSERT_EQ(all.features.values(79, c), pooled(79, c));
  // The descriptor is still that of all rows, and what comes with it the same patches.
  std::vector<float> alone(64), beside(64);
  DescribedFeatures made;
  ASSERT_TRUE(describer->describe(photo, alone, 1).ok());
  ASSERT_TRUE(describer->describe(photo, beside, 1, nullptr, &made).ok());
  EXPECT_EQ(alone, beside);
  EXPECT_EQ(made.map.features.values.rows(), 80);
  const LocatedFeatures own = verifier->features(photo, 1, nullptr).value();
  EXPECT_EQ(verifier->check(own, own)->inliers, 80);
}

TEST(VerifierOfTokens, AnswersToLearntTokensLieNowhere) {
  const auto describer = transformer(true);
  const auto refused = Verifier::create(*describer, {.verify_features = "backbone"});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.status().message().find("lie nowhere"), std::string::npos);
  if (has_sparse_sift()) {
    EXPECT_EQ(Verifier::create(*describer).value()->method(), "rootsift");
  }
}

TEST_F(VerifierTest, WrongOptionsAreRefused) {
  for (const VerifyOptions& options : {VerifyOptions{.verify_features = "orb"},
                                       VerifyOptions{.verify_features = "backbone"},
                                       VerifyOptions{.num_candidates = 0},
                                       VerifyOptions{.max_keypoints = 1},
                                       VerifyOptions{.cache_mib = -1}}) {
    EXPECT_EQ(Verifier::create(*describer_, options).status().code(), Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace loci
