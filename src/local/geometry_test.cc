// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/geometry.h"

#include "loci/base/rng.h"
#include "loci/image/sketch.h"
#include "loci/local/sift.h"
#include "loci/math/vector.h"

#include <array>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace loci {
namespace {

constexpr int64_t kDim = 32;
constexpr int kWidth = 640, kHeight = 480;

/// Features at random places; feature i of any two sets of one `seed` is alike but for `noise`.
LocatedFeatures features(uint64_t seed, int64_t count, double noise, uint64_t noise_seed) {
  Rng rng(seed), grain(noise_seed);
  LocatedFeatures f;
  f.features.values = Matrix(count, kDim);
  f.width = kWidth;
  f.height = kHeight;
  for (int64_t i = 0; i < count; ++i) {
    for (float& v : f.features.values.row(i))
      v = static_cast<float>(rng.normal() + noise * grain.normal());
    l2_normalize(f.features.values.row(i));
    f.keypoints.push_back({.x = static_cast<float>(rng.uniform() * kWidth),
                           .y = static_cast<float>(rng.uniform() * kHeight)});
  }
  return f;
}

/// Moves the keypoints as a homography does.
void warp(LocatedFeatures& f, const std::array<double, 9>& h) {
  for (Keypoint& k : f.keypoints) {
    const double x = static_cast<double>(k.x), y = static_cast<double>(k.y),
                 w = h[6] * x + h[7] * y + h[8];
    k.x = static_cast<float>((h[0] * x + h[1] * y + h[2]) / w);
    k.y = static_cast<float>((h[3] * x + h[4] * y + h[5]) / w);
  }
}

TEST(CheckGeometry, FindsTheInliersOfAHomographyAmongWrongMatches) {
  const LocatedFeatures first = features(1, 200, 0, 9);
  LocatedFeatures second = features(1, 200, 0.1, 8);
  const std::array<double, 9> h{0.9, 0.1, 30, -0.05, 1.1, 20, 1e-4, -5e-5, 1};
  warp(second, h);
  Rng rng(3);
  std::set<int64_t> moved;
  for (const int64_t i : rng.sample(200, 80)) {
    moved.insert(i);
    second.keypoints[static_cast<size_t>(i)].x = static_cast<float>(rng.uniform() * kWidth);
    second.keypoints[static_cast<size_t>(i)].y = static_cast<float>(rng.uniform() * kHeight);
  }
  const GeometricCheck check = check_geometry(first, second).value();
  ASSERT_EQ(check.matches.size(), 200u);
  EXPECT_GE(check.inliers, 118);
  EXPECT_LE(check.inliers, 125);  // a few of the moved ones land where they should by chance
  int wrong = 0;
  for (const FeatureMatch& match : check.matches) {
    EXPECT_EQ(match.first, match.second);
    wrong += match.inlier && moved.contains(match.first) ? 1 : 0;
  }
  EXPECT_LE(wrong, 5);
}

TEST(CheckGeometry, EpipolarGeometryExplainsASceneThatNoPlaneDoes) {
  // A camera that moves sideways sees each point shifted by its own disparity.
  LocatedFeatures first = features(2, 150, 0, 9), second = features(2, 150, 0.05, 8);
  Rng rng(4);
  for (Keypoint& k : second.keypoints) k.x += static_cast<float>(20 + 200 * rng.uniform());
  const int plane = check_geometry(first, second).value().inliers;
  const int rigid =
      check_geometry(first, second, {.geometry = "fundamental", .epipolar_tolerance = 0.005})
          .value()
          .inliers;
  EXPECT_GE(rigid, 140);
  EXPECT_LT(plane, 90);
}

TEST(CheckGeometry, AutoTakesThePlaneWhereOneExplainsAllAndElseTheRigidScene) {
  const GeometryOptions options{.geometry = "auto"};
  const LocatedFeatures first = features(2, 150, 0, 9);
  LocatedFeatures flat = features(2, 150, 0.05, 8), rigid = features(2, 150, 0.05, 8);
  warp(flat, {0.9, 0.1, 30, -0.05, 1.1, 20, 1e-4, -5e-5, 1});
  Rng rng(4);
  for (Keypoint& k : rigid.keypoints) k.x += static_cast<float>(20 + 200 * rng.uniform());
  const GeometricCheck on_plane = check_geometry(first, flat, options).value(),
                       in_space = check_geometry(first, rigid, options).value();
  EXPECT_EQ(on_plane.geometry, Geometry::kHomography);
  EXPECT_GE(on_plane.inliers, 145);
  EXPECT_EQ(in_space.geometry, Geometry::kFundamental);
  EXPECT_GE(in_space.inliers, 140);
}

TEST(CheckGeometry, TheMatrixIsInPixelsOfBothImages) {
  const LocatedFeatures first = features(1, 100, 0, 9);
  LocatedFeatures second = features(1, 100, 0.1, 8);
  const std::array<double, 9> h{0.45, 0.05, 15, -0.025, 0.55, 10, 1e-4, -5e-5, 1};
  warp(second, h);
  second.width = kWidth / 2;
  second.height = kHeight / 2;
  const GeometricCheck plane = check_geometry(first, second).value();
  const GeometricCheck rigid = check_geometry(first, second, {.geometry = "fundamental"}).value();
  for (size_t i = 0; i < 9; ++i)
    EXPECT_NEAR(plane.matrix[i] / plane.matrix[8], h[i], 1e-3 * (1 + std::abs(h[i])));
  for (size_t i = 0; i < 100; ++i) {
    const Keypoint &p = first.keypoints[i], &q = second.keypoints[i];
    const auto& f = rigid.matrix;
    const double a = f[0] * p.x + f[1] * p.y + f[2], b = f[3] * p.x + f[4] * p.y + f[5],
                 c = f[6] * p.x + f[7] * p.y + f[8];
    EXPECT_LT(std::abs(q.x * a + q.y * b + c) / std::hypot(a, b), 0.1);
  }
  EXPECT_LT(plane.mean_residual, 1e-4);
  EXPECT_STREQ(geometry_name(plane.geometry), "homography");
}

TEST(CheckGeometry, SpreadIsTheFractionOfCellsWithInliersWhereItIsLess) {
  const LocatedFeatures first = features(3, 600, 0, 9);
  LocatedFeatures second = features(3, 600, 0.05, 8);
  EXPECT_EQ(check_geometry(first, second).value().spread, 1);
  // Half as wide and high: a quarter of the cells.
  warp(second, {0.5, 0, 0, 0, 0.5, 0, 0, 0, 1});
  const GeometricCheck check = check_geometry(first, second).value();
  EXPECT_GE(check.inliers, 595);
  EXPECT_EQ(check.spread, 0.25);
  EXPECT_EQ(check_geometry(LocatedFeatures{}, second).value().spread, 0);
}

TEST(CheckGeometry, ResidualsSayHowWellTheInliersFit) {
  const LocatedFeatures first = features(4, 200, 0, 9);
  LocatedFeatures second = features(4, 200, 0.05, 8);
  Rng rng(1);
  for (Keypoint& k : second.keypoints) {
    k.x += static_cast<float>(2 * rng.normal());
    k.y += static_cast<float>(2 * rng.normal());
  }
  // Two pixels in x and in y: 2.8 of 640.
  EXPECT_NEAR(check_geometry(first, second).value().mean_residual, std::sqrt(8.0) / 640, 4e-4);
}

TEST(CheckGeometry, KeptFeaturesGiveTheAnswerOfTheirOriginals) {
  const LocatedFeatures first = features(1, 200, 0, 9);
  LocatedFeatures second = features(1, 200, 0.1, 8);
  warp(second, {0.9, 0.1, 30, -0.05, 0.9, 40, 1e-4, -5e-5, 1});
  const GeometricCheck of_floats = check_geometry(first, second).value(),
                       of_bytes = check_geometry(keep(first), keep(second)).value();
  EXPECT_EQ(of_bytes.matches.size(), of_floats.matches.size());
  EXPECT_NEAR(of_bytes.inliers, of_floats.inliers, 2);
  // Kept features match from .75 on unless another bound is given.
  const LocatedFeatures stranger = features(77, 200, 0, 3);
  EXPECT_LT(check_geometry(keep(first), keep(stranger)).value().matches.size(), 3u);
  EXPECT_GT(
      check_geometry(keep(first), keep(stranger), {.min_similarity = 0}).value().matches.size(),
      30u);
}

TEST(ExplainMatches, IndicesOutsideOfTheKeypointsBreakTheContract) {
  const std::vector<Keypoint> places(10);
  const std::vector<FeatureMatch> matches(9, {.first = 0, .second = 10});
  EXPECT_THROW((void)explain_matches(matches, {places, 10, 10}, {places, 10, 10}),
               std::invalid_argument);
}

TEST(CheckGeometry, AMirroredPictureIsNoViewOfThePlace) {
  const LocatedFeatures first = features(5, 100, 0, 9);
  LocatedFeatures second = features(5, 100, 0.1, 8);
  const std::array<double, 9> mirror{-1, 0, kWidth, 0, 1, 0, 0, 0, 1};
  warp(second, mirror);
  for (const char* geometry : {"homography", "fundamental", "auto"}) {
    // At most what chance gives among a hundred pairs.
    EXPECT_LE(check_geometry(first, second, {.geometry = geometry}).value().inliers, 15)
        << geometry;
  }
}

TEST(CheckGeometry, TheSameFeaturesGiveTheSameAnswer) {
  const LocatedFeatures first = features(6, 120, 0, 1), second = features(6, 120, 0.4, 2);
  const GeometricCheck a = check_geometry(first, second).value(),
                       b = check_geometry(first, second).value();
  EXPECT_EQ(a.inliers, b.inliers);
  ASSERT_EQ(a.matches.size(), b.matches.size());
  for (size_t i = 0; i < a.matches.size(); ++i) EXPECT_EQ(a.matches[i].inlier, b.matches[i].inlier);
}

TEST(CheckGeometry, TooFewMatchesAndNoFeaturesHaveNoInliers) {
  EXPECT_EQ(check_geometry(LocatedFeatures{}, LocatedFeatures{}).value().inliers, 0);
  const LocatedFeatures few = features(7, 5, 0, 1);
  const GeometricCheck check = check_geometry(few, few).value();
  EXPECT_EQ(check.matches.size(), 5u);
  EXPECT_EQ(check.inliers, 0);
}

TEST(CheckGeometry, ASketchedPlaceHasMoreInliersThanAnother) {
  SiftOptions sparse;
  sparse.dense = false;
  if (!has_sparse_sift()) GTEST_SKIP() << "a build without OpenCV detects no points";
  const auto of = [&](uint64_t place, uint64_t visit) {
    const Image image = sketch_place(place, visit, 320, 240);
    LocalFeatures local = extract_root_sift(image, sparse).value();
    return LocatedFeatures{
        std::move(local.features), std::move(local.keypoints), image.width, image.height, 1};
  };
  for (uint64_t place = 0; place < 4; ++place) {
    const int same = check_geometry(of(place, 0), of(place, 1)).value().inliers;
    const int other = check_geometry(of(place, 0), of(place + 10, 1)).value().inliers;
    EXPECT_GT(same, 2 * other) << place;
  }
}

TEST(CheckGeometry, WrongOptionsAndWidthsAreRefused) {
  const LocatedFeatures f = features(8, 10, 0, 1);
  for (const GeometryOptions& options : {GeometryOptions{.geometry = "affine"},
                                         GeometryOptions{.tolerance = 0},
                                         GeometryOptions{.tolerance = 1},
                                         GeometryOptions{.epipolar_tolerance = 0},
                                         GeometryOptions{.min_similarity = 1.5},
                                         GeometryOptions{.max_ratio = 0},
                                         GeometryOptions{.max_ratio = 1.5},
                                         GeometryOptions{.max_iterations = 0}})
    EXPECT_EQ(check_geometry(f, f, options).status().code(), Code::kInvalidArgument);
  LocatedFeatures narrow = f;
  narrow.features.values = Matrix(10, kDim / 2);
  EXPECT_EQ(check_geometry(f, narrow).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci
