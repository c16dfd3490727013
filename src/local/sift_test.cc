// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/sift.h"

#include "dense_sift.h"

#include "loci/base/rng.h"
#include "loci/image/resize.h"
#include "loci/image/sketch.h"

#include <cmath>
#include <thread>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/features2d.hpp>
#include <opencv2/imgproc.hpp>

namespace loci {
namespace {

using internal::GreyImage;
using internal::kSiftDim;

SiftOptions sparse() {
  SiftOptions options;
  options.dense = false;
  return options;
}

template <class F>
GreyImage draw(int width, int height, F value) {
  GreyImage image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) image.pixels.push_back(static_cast<float>(value(x, y)));
  }
  return image;
}

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

TEST(DenseHistograms, RampPutsAllWeightIntoItsDirection) {
  // Brightness grows by 3 to the right: direction 0. By 2 upwards: direction 2. By both alike:
  // direction 1, halfway in between.
  struct Case {
    double right, up;
    int direction;
  };
  for (const Case& c : {Case{3, 0, 0},
                        {2, 2, 1},
                        {0, 2, 2},
                        {-2, 2, 3},
                        {-3, 0, 4},
                        {-1, -1, 5},
                        {0, -4, 6},
                        {1, -1, 7}}) {
    const GreyImage ramp = draw(40, 40, [&](int x, int y) { return c.right * x - c.up * y + 100; });
    std::vector<float> values;
    std::vector<Keypoint> points;
    internal::dense_histograms(ramp, 4, 8, values, points);
    ASSERT_FALSE(points.empty());
    const float length = static_cast<float>(std::hypot(c.right, c.up));
    for (size_t i = 0; i < values.size(); ++i) {
      if (static_cast<int>(i % 8) == c.direction) {
        EXPECT_GT(values[i], 0.5f * length);
        EXPECT_LE(values[i], 1.001f * length);
      } else {
        EXPECT_NEAR(values[i], 0, 1e-3f);
      }
    }
  }
}

TEST(DenseHistograms, DirectionBetweenTwoIsSharedLinearly) {
  // 15 degrees is a third of the way from direction 0 to direction 1.
  const double slope = std::tan(15 * M_PI / 180);
  const GreyImage ramp = draw(30, 30, [&](int x, int y) { return 2 * (x - slope * y) + 100; });
  std::vector<float> values;
  std::vector<Keypoint> points;
  internal::dense_histograms(ramp, 4, 8, values, points);
  ASSERT_FALSE(points.empty());
  EXPECT_NEAR(values[1] / (values[0] + values[1]), 1.0 / 3, 1e-4);
}

TEST(DenseHistograms, GridIsRegularAndWithinTheImage) {
  for (int cell : {1, 3, 4, 7}) {
    for (const auto& [w, h] : {std::pair{64, 48}, {33, 57}, {100, 30}}) {
      std::vector<float> values;
      std::vector<Keypoint> points;
      internal::dense_histograms(
          draw(w, h, [](int x, int y) { return x * y % 50; }), cell, 5, values, points);
      ASSERT_EQ(values.size(), points.size() * kSiftDim);
      const float half = 2 * static_cast<float>(cell);
      for (const Keypoint& k : points) {
        EXPECT_GE(k.x - half, -1);
        EXPECT_LE(k.x + half, static_cast<float>(w));
        EXPECT_GE(k.y - half, -1);
        EXPECT_LE(k.y + half, static_cast<float>(h));
      }
      for (size_t i = 1; i < points.size(); ++i) {
        EXPECT_TRUE(points[i].x - points[i - 1].x == 5 || points[i].y - points[i - 1].y == 5);
      }
    }
  }
}

TEST(DenseHistograms, ShiftedImageHasShiftedFeatures) {
  Rng rng(3, "shift");
  GreyImage big = draw(120, 80, [&](int, int) { return rng.uniform(0, 255); });
  const GreyImage here =
      draw(80, 60, [&](int x, int y) { return big.pixels[static_cast<size_t>(y * 120 + x)]; });
  const GreyImage there = draw(80, 60, [&](int x, int y) {
    return big.pixels[static_cast<size_t>((y + 8) * 120 + x + 16)];
  });
  std::vector<float> a, b;
  std::vector<Keypoint> at_a, at_b;
  internal::dense_histograms(here, 4, 8, a, at_a);
  internal::dense_histograms(there, 4, 8, b, at_b);
  int compared = 0;
  for (size_t i = 0; i < at_a.size(); ++i) {
    for (size_t j = 0; j < at_b.size(); ++j) {
      const bool inside = at_a[i].x > 28 && at_a[i].y > 20 && at_b[j].x < 60 && at_b[j].y < 46;
      if (!inside || at_a[i].x != at_b[j].x + 16 || at_a[i].y != at_b[j].y + 8) continue;
      ++compared;
      for (size_t d = 0; d < kSiftDim; ++d)
        ASSERT_NEAR(a[i * kSiftDim + d], b[j * kSiftDim + d], 1e-3f);
    }
  }
  EXPECT_GT(compared, 3);
}

TEST(DenseHistograms, AgreesWithOpenCvSift) {
  const Image scene = sketch_place(5, 1, 320, 240);
  const std::vector<uint8_t> bytes = to_grey(scene);
  cv::Mat grey(240, 320, CV_8UC1, const_cast<uint8_t*>(bytes.data()));
  // OpenCV blurs its first layer to sigma 1.6, taking half a pixel as there already.
  const GreyImage blurred =
      internal::blur({320, 240, {bytes.begin(), bytes.end()}}, std::sqrt(1.6 * 1.6 - 0.25));
  std::vector<float> values;
  std::vector<Keypoint> points;
  internal::dense_histograms(blurred, 5, 16, values, points);
  std::vector<cv::KeyPoint> same;
  for (const Keypoint& k : points) same.emplace_back(k.x, k.y, 5 / 1.5f, 0.0f, 1.0f, 0);
  cv::Mat theirs;
  cv::SIFT::create()->compute(grey, same, theirs);
  ASSERT_EQ(static_cast<size_t>(theirs.rows), points.size());
  double sum = 0;
  int count = 0;
  for (int i = 0; i < theirs.rows; ++i) {
    float* ours = values.data() + static_cast<size_t>(i) * kSiftDim;
    float* other = theirs.ptr<float>(i);
    float strength = 0;
    for (int d = 0; d < kSiftDim; ++d) strength += ours[d];
    if (strength < 30) continue;  // flat surfaces: OpenCV's rounding to bytes decides
    internal::root_sift(ours);
    internal::root_sift(other);
    const double cosine = dot({ours, kSiftDim}, {other, kSiftDim});
    EXPECT_GT(cosine, 0.9) << "feature at " << points[static_cast<size_t>(i)].x;
    sum += cosine;
    ++count;
  }
  ASSERT_GT(count, 50);
  EXPECT_GT(sum / count, 0.97);
}

TEST(RootSift, WorkedByHand) {
  // (3, 4) has norm 5: .6 and .8, both cut to .2, so each is half of the L1 norm.
  std::vector<float> histogram(kSiftDim, 0.0f);
  histogram[3] = 3;
  histogram[100] = 4;
  internal::root_sift(histogram.data());
  EXPECT_FLOAT_EQ(histogram[3], std::sqrt(0.5f));
  EXPECT_FLOAT_EQ(histogram[100], std::sqrt(0.5f));
  std::vector<float> zero(kSiftDim, 0.0f);
  internal::root_sift(zero.data());
  EXPECT_EQ(zero, std::vector<float>(kSiftDim, 0.0f));
}

TEST(Blur, KeepsFlatImagesAndWidensByItsSigma) {
  for (float p : internal::blur(draw(9, 7, [](int, int) { return 80; }), 2).pixels)
    EXPECT_NEAR(p, 80, 1e-3);
  const GreyImage dot_image =
      draw(41, 41, [](int x, int y) { return x == 20 && y == 20 ? 1000 : 0; });
  const GreyImage spread = internal::blur(dot_image, 1.5);
  double mass = 0, second = 0;
  for (int y = 0; y < 41; ++y) {
    for (int x = 0; x < 41; ++x) {
      const double p = static_cast<double>(spread.pixels[static_cast<size_t>(y * 41 + x)]);
      mass += p;
      second += p * (x - 20) * (x - 20);
    }
  }
  EXPECT_NEAR(mass, 1000, 0.1);
  EXPECT_NEAR(std::sqrt(second / mass), 1.5, 0.05);
}

TEST(ExtractRootSift, RowsHaveUnitNorm) {
  const Image scene = sketch_place(2, 1, 320, 240);
  for (const SiftOptions& options : {SiftOptions(), sparse()}) {
    const LocalFeatures found = extract_root_sift(scene, options).value();
    ASSERT_GT(found.features.values.rows(), 50);
    ASSERT_EQ(found.features.values.cols(), kSiftDim);
    ASSERT_EQ(found.keypoints.size(), static_cast<size_t>(found.features.values.rows()));
    for (int64_t i = 0; i < found.features.values.rows(); ++i) {
      EXPECT_NEAR(dot(found.features.values.row(i), found.features.values.row(i)), 1, 1e-4);
    }
    for (const Keypoint& k : found.keypoints) {
      EXPECT_TRUE(k.x > -1 && k.x < 320 && k.y > -1 && k.y < 240);
      EXPECT_GT(k.size_px, 0);
    }
  }
}

TEST(ExtractRootSift, BrightnessAndContrastOfTheLightDoNotMatter) {
  Image scene = sketch_place(2, 1, 320, 240), dim = scene;
  for (uint8_t& p : scene.pixels) p = static_cast<uint8_t>(p / 2 * 2);
  for (size_t i = 0; i < dim.pixels.size(); ++i)
    dim.pixels[i] = static_cast<uint8_t>(scene.pixels[i] / 2 + 40);
  SiftOptions options;
  options.min_contrast = 0;
  const auto a = extract_root_sift(scene, options).value(),
             b = extract_root_sift(dim, options).value();
  ASSERT_EQ(a.keypoints.size(), b.keypoints.size());
  double sum = 0;
  for (int64_t i = 0; i < a.features.values.rows(); ++i) {
    sum += dot(a.features.values.row(i), b.features.values.row(i));
  }
  EXPECT_GT(sum / static_cast<double>(a.features.values.rows()), 0.97);
}

TEST(ExtractRootSift, ImagesOfAnySizeAndFlatOnesAreSurvived) {
  for (const auto& [w, h] :
       {std::pair{1, 1}, {1, 300}, {700, 1}, {2, 3}, {17, 16}, {3000, 20}, {20, 20}}) {
    Image noise(w, h), flat(w, h);
    Rng rng(9, "sizes");
    for (uint8_t& p : noise.pixels) p = static_cast<uint8_t>(rng.next());
    for (const SiftOptions& options : {SiftOptions(), sparse()}) {
      EXPECT_TRUE(extract_root_sift(noise, options).ok()) << w << " x " << h;
      const auto nothing = extract_root_sift(flat, options);
      ASSERT_TRUE(nothing.ok()) << nothing.status().to_string();
      EXPECT_EQ(nothing->features.values.rows(), 0);
    }
  }
}

TEST(ExtractRootSift, SameFeaturesFromManyThreads) {
  const Image scene = sketch_place(6, 1, 320, 240);
  for (const SiftOptions& options : {SiftOptions(), sparse()}) {
    const LocalFeatures alone = extract_root_sift(scene, options).value();
    std::vector<LocalFeatures> found(4);
    std::vector<std::thread> threads;
    for (LocalFeatures& f : found) {
      threads.emplace_back([&] { f = extract_root_sift(scene, options).value(); });
    }
    for (std::thread& t : threads) t.join();
    for (const LocalFeatures& f : found) {
      ASSERT_EQ(f.features.values.size(), alone.features.values.size());
      EXPECT_TRUE(std::equal(f.features.values.data(),
                             f.features.values.data() + f.features.values.size(),
                             alone.features.values.data()));
    }
  }
}

TEST(ExtractRootSift, SparseKeepsTheStrongest) {
  SiftOptions few = sparse();
  few.max_features = 40;
  const Image scene = sketch_place(6, 1, 320, 240);
  const auto all = extract_root_sift(scene, sparse()).value(),
             some = extract_root_sift(scene, few).value();
  ASSERT_GT(all.keypoints.size(), 40u);
  ASSERT_EQ(some.keypoints.size(), 40u);
  for (size_t i = 0; i < 40; ++i) EXPECT_EQ(some.keypoints[i].x, all.keypoints[i].x);
}

TEST(ExtractRootSift, WrongOptionsAreNamed) {
  SiftOptions options;
  options.step_px = 0;
  const auto result = extract_root_sift(sketch_place(1, 1, 32, 32), options);
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  EXPECT_NE(result.status().message().find("step_px"), std::string::npos);
}

TEST(SiftWorkingSize, ShrinksGrowsAndStaysBounded) {
  const SiftOptions o;  // 240 to 640
  EXPECT_EQ(sift_working_size(640, 480, o), (std::pair{640, 480}));
  EXPECT_EQ(sift_working_size(4000, 3000, o), (std::pair{640, 480}));
  EXPECT_EQ(sift_working_size(97, 58, o), (std::pair{401, 240}));
  EXPECT_EQ(sift_working_size(4000, 500, o), (std::pair{640, 80}));
  EXPECT_EQ(sift_working_size(1, 1, o), (std::pair{240, 240}));
  EXPECT_EQ(sift_working_size(1, 10000, o), (std::pair{1, 640}));
}

}  // namespace
}  // namespace loci
