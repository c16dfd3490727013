// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/kmeans.h"

#include "test_matrices.h"

#include <cstring>
#include <limits>
#include <set>

#include <gtest/gtest.h>

namespace loci {
namespace {

/// `per` points around each of `count` far corners.
Matrix blobs(int64_t count, int64_t per, int64_t dim) {
  Matrix points = normal_matrix(count * per, dim, "blobs");
  for (int64_t i = 0; i < points.rows(); ++i)
    points(i, (i % count) % dim) += 40.0f * static_cast<float>(1 + (i % count) / dim);
  return points;
}

TEST(KMeans, FindsSeparatedBlobs) {
  const Matrix points = blobs(6, 50, 4);
  const KMeansResult r = kmeans(points, {.num_clusters = 6}).value();
  std::set<int32_t> used;
  for (int64_t i = 0; i < points.rows(); ++i) {
    EXPECT_EQ(r.assignment[static_cast<size_t>(i)], r.assignment[static_cast<size_t>(i % 6)]);
    used.insert(r.assignment[static_cast<size_t>(i)]);
  }
  EXPECT_EQ(used.size(), 6u);
  EXPECT_NEAR(r.mean_squared_distance, 4.0, 0.4);  // four coordinates of variance 1
}

TEST(KMeans, TwoClustersOnALineWorkedByHand) {
  Matrix points(4, 1);
  points(0, 0) = 0;
  points(1, 0) = 2;
  points(2, 0) = 10;
  points(3, 0) = 12;
  const KMeansResult r = kmeans(points, {.num_clusters = 2}).value();
  EXPECT_EQ(std::min(r.centers(0, 0), r.centers(1, 0)), 1.0f);
  EXPECT_EQ(std::max(r.centers(0, 0), r.centers(1, 0)), 11.0f);
  EXPECT_DOUBLE_EQ(r.mean_squared_distance, 1.0);
}

TEST(KMeans, SameBitsForAnyNumberOfThreads) {
  const Matrix points = normal_matrix(5000, 33, "threads");
  const KMeansResult one = kmeans(points, {.num_clusters = 40, .num_threads = 1}).value();
  const KMeansResult many = kmeans(points, {.num_clusters = 40, .num_threads = 4}).value();
  EXPECT_EQ(
      std::memcmp(one.centers.data(), many.centers.data(), one.centers.size() * sizeof(float)), 0);
  EXPECT_EQ(one.assignment, many.assignment);
  EXPECT_EQ(one.mean_squared_distance, many.mean_squared_distance);
}

TEST(KMeans, SeedsLeadToDifferentStarts) {
  const Matrix points = normal_matrix(500, 8, "seeds");
  const KMeansResult a =
      kmeans(points, {.num_clusters = 9, .max_iterations = 0, .seed = 1}).value();
  const KMeansResult b =
      kmeans(points, {.num_clusters = 9, .max_iterations = 0, .seed = 2}).value();
  EXPECT_NE(std::memcmp(a.centers.data(), b.centers.data(), a.centers.size() * sizeof(float)), 0);
}

TEST(KMeans, EachIterationLowersTheDistance) {
  const Matrix points = normal_matrix(2000, 16, "falls");
  double before = std::numeric_limits<double>::infinity();
  for (int iterations = 0; iterations < 8; ++iterations) {
    const KMeansResult r =
        kmeans(points, {.num_clusters = 20, .max_iterations = iterations, .tolerance = 0}).value();
    EXPECT_LE(r.mean_squared_distance, before * (1 + 1e-6));
    before = r.mean_squared_distance;
  }
}

TEST(KMeans, AsManyClustersAsPointsReachZero) {
  const Matrix points = normal_matrix(30, 5, "all");
  const KMeansResult r = kmeans(points, {.num_clusters = 30}).value();
  EXPECT_EQ(r.mean_squared_distance, 0.0);
  EXPECT_EQ(std::set<int32_t>(r.assignment.begin(), r.assignment.end()).size(), 30u);
}

TEST(KMeans, FewerDifferentRowsThanClustersIsInvalid) {
  Matrix points(50, 3);
  for (int64_t i = 0; i < 50; ++i) points(i, 0) = static_cast<float>(i % 4);
  EXPECT_TRUE(kmeans(points, {.num_clusters = 4}).ok());
  const Status status = kmeans(points, {.num_clusters = 5}).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("only 4 different"), std::string::npos) << status.message();
}

TEST(KMeans, ValuesThatAreNotFiniteAreInvalid) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Matrix points = normal_matrix(20, 3, "bad");
    points(17, 2) = bad;
    const Status status = kmeans(points, {.num_clusters = 2}).status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    EXPECT_NE(status.message().find("row 17"), std::string::npos);
  }
}

TEST(KMeans, StopsWhenCancelled) {
  const std::atomic<bool> stop = true;
  JobControl job;
  job.cancel = &stop;
  EXPECT_EQ(kmeans(normal_matrix(20, 3, "stop"), {.num_clusters = 2}, job).status().code(),
            Code::kCancelled);
}

TEST(AssignNearest, TieGoesToTheLowerIndex) {
  Matrix centers(3, 1), points(2, 1);
  centers(0, 0) = 5;
  centers(1, 0) = 1;
  centers(2, 0) = -1;
  std::vector<int32_t> out(2);
  assign_nearest(points, centers, 1, out);
  EXPECT_EQ(out, (std::vector<int32_t>{1, 1}));
}

TEST(AssignNearest, IsRightFarFromTheOrigin) {
  // float32 sums of the products cannot tell these centers apart: 1e4^2 has a step of 8.
  Matrix centers(2, 2), points(1, 2);
  centers(0, 0) = 10000.5f;
  centers(1, 0) = 10000.0f;
  points(0, 0) = 10000.125f;
  std::vector<int32_t> out(1);
  assign_nearest(points, centers, 1, out);
  EXPECT_EQ(out[0], 1);
}

}  // namespace
}  // namespace loci
