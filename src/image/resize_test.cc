// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/resize.h"

#include "loci/base/npy.h"
#include "loci/base/rng.h"
#include "loci/image/decode.h"
#include "loci/image/sketch.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace loci {
namespace {

constexpr Resampling kAll[] = {Resampling::kArea,
                               Resampling::kBilinear,
                               Resampling::kBilinearAntialias,
                               Resampling::kBicubicAntialias};

Image noise(int width, int height) {
  Rng rng(5, "noise");
  Image image(width, height);
  for (uint8_t& p : image.pixels) p = static_cast<uint8_t>(rng.next());
  return image;
}

Image row(std::initializer_list<uint8_t> values) {
  Image image(static_cast<int>(values.size()), 1);
  size_t i = 0;
  for (uint8_t v : values) {
    for (int c = 0; c < 3; ++c) image.pixels[i++] = v;
  }
  return image;
}

std::vector<int> red(const Image& image) {
  std::vector<int> values;
  for (size_t i = 0; i < image.pixels.size(); i += 3) values.push_back(image.pixels[i]);
  return values;
}

template <class T>
ImageOf<T> by_opencv(const ImageOf<T>& image, int width, int height, int how) {
  const int type = sizeof(T) == 1 ? CV_8UC3 : CV_32FC3;
  const cv::Mat from(image.height, image.width, type, const_cast<T*>(image.pixels.data()));
  ImageOf<T> out(width, height);
  cv::Mat to(height, width, type, out.pixels.data());
  cv::resize(from, to, to.size(), 0, 0, how);
  return out;
}

template <class T>
double worst(const ImageOf<T>& a, const ImageOf<T>& b) {
  EXPECT_EQ(a.pixels.size(), b.pixels.size());
  double most = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) {
    most = std::max(most,
                    std::abs(static_cast<double>(a.pixels[i]) - static_cast<double>(b.pixels[i])));
  }
  return most;
}

TEST(Resize, AreaAveragesWorkedByHand) {
  // 5 to 2: each target covers 2.5 sources: (10 + 20 + 30/2) / 2.5 = 18, (30/2 + 40 + 50) / 2.5
  // = 42.
  EXPECT_EQ(red(resize(row({10, 20, 30, 40, 50}), 2, 1, Resampling::kArea)), (std::vector{18, 42}));
}

TEST(Resize, BilinearInterpolatesBetweenPixelCentres) {
  // 2 to 4: centres at -0.25, 0.25, 0.75, 1.25 of the source, held at the ends.
  EXPECT_EQ(red(resize(row({0, 100}), 4, 1, Resampling::kBilinear)), (std::vector{0, 25, 75, 100}));
  EXPECT_EQ(red(resize(row({0, 100}), 4, 1, Resampling::kArea)), (std::vector{0, 25, 75, 100}));
}

TEST(Resize, AntialiasTriangleWorkedByHand) {
  // 4 to 2, the triangle is 4 wide: weights 3/8 3/8 1/8 of the first three plus 1/8 cut off at the
  // left edge, so 3/7 3/7 1/7: (3*70 + 3*140 + 1*210) / 7 = 120.
  EXPECT_EQ(red(resize(row({70, 140, 210, 0}), 2, 1, Resampling::kBilinearAntialias))[0], 120);
}

TEST(Resize, FlatImagesStayFlat) {
  for (Resampling how : kAll) {
    for (const auto& [w, h] : {std::pair{7, 5}, {40, 31}, {1, 1}, {13, 60}}) {
      Image flat(13, 11);
      std::fill(flat.pixels.begin(), flat.pixels.end(), uint8_t{255});
      for (uint8_t p : resize(flat, w, h, how).pixels) ASSERT_EQ(p, 255);
      for (float p : resize(to_float(flat), w, h, how).pixels) ASSERT_NEAR(p, 255, 1e-3);
    }
  }
}

TEST(Resize, SameSizeIsTheSameImage) {
  const Image image = noise(9, 6);
  for (Resampling how : kAll) EXPECT_EQ(resize(image, 9, 6, how).pixels, image.pixels);
}

TEST(Resize, AreaKeepsTheMean) {
  const FloatImage image = to_float(noise(50, 40));
  const auto mean = [](const FloatImage& i) {
    double sum = 0;
    for (float p : i.pixels) sum += static_cast<double>(p);
    return sum / static_cast<double>(i.pixels.size());
  };
  EXPECT_NEAR(mean(resize(image, 17, 13, Resampling::kArea)), mean(image), 1e-3);
}

TEST(Resize, BilinearEqualsOpenCv) {
  const Image image = noise(61, 47);
  for (const auto& [w, h] : {std::pair{40, 30}, {61, 20}, {122, 94}, {100, 33}, {1, 1}, {30, 23}}) {
    EXPECT_EQ(
        worst(resize(image, w, h, Resampling::kBilinear), by_opencv(image, w, h, cv::INTER_LINEAR)),
        0)
        << w << " x " << h;
    // OpenCV rounds positions up to 61 to float, 4e-6 of a step of up to 255.
    const FloatImage exact = to_float(image);
    EXPECT_LT(
        worst(resize(exact, w, h, Resampling::kBilinear), by_opencv(exact, w, h, cv::INTER_LINEAR)),
        3e-3);
  }
}

TEST(Resize, AreaEqualsOpenCv) {
  const Image image = noise(120, 90);
  for (const auto& [w, h] : {std::pair{60, 45}, {40, 30}, {77, 51}, {120, 13}, {1, 1}, {119, 89}}) {
    // Sums are taken in another order, so values within rounding of a half may fall the other way.
    EXPECT_LE(worst(resize(image, w, h, Resampling::kArea), by_opencv(image, w, h, cv::INTER_AREA)),
              1)
        << w << " x " << h;
    const FloatImage exact = to_float(image);
    EXPECT_LT(worst(resize(exact, w, h, Resampling::kArea), by_opencv(exact, w, h, cv::INTER_AREA)),
              2e-3);
  }
}

TEST(Resize, ImpossibleSizesBreakTheContract) {
  EXPECT_THROW(static_cast<void>(resize(noise(3, 3), 0, 2, Resampling::kArea)),
               std::invalid_argument);
  EXPECT_THROW(static_cast<void>(resize(Image(), 2, 2, Resampling::kArea)), std::invalid_argument);
}

class GoldenResize : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("LOCI_SHARED_DIR");
    folder_ = std::string(shared == nullptr ? "" : shared) + "/golden/preprocess/";
    if (!std::ifstream(folder_ + "case.json").good())
      GTEST_SKIP() << "golden/preprocess is not there";
    const std::string name = GetParam();
    image_ = load_image(folder_ + name).value();
    stem_ = name.substr(0, name.find('.'));
  }
  NpyArray expected(const std::string& what) { return read_npy(folder_ + stem_ + what).value(); }
  /// Largest |pixel * scale + offset[c] - expected| for a [3, H, W] corner.
  static double worst_planar(const FloatImage& image,
                             const NpyArray& want,
                             std::array<double, 3> mean = {0, 0, 0},
                             std::array<double, 3> deviation = {1, 1, 1}) {
    double most = 0;
    size_t i = 0;
    for (int c = 0; c < 3; ++c) {
      for (int y = 0; y < want.shape[1]; ++y) {
        for (int x = 0; x < want.shape[2]; ++x) {
          const auto k = static_cast<size_t>(c);
          const double value =
              (static_cast<double>(image.at(x, y)[c]) / 255 - mean[k]) / deviation[k];
          most = std::max(most, std::abs(value - want.values[i++]));
        }
      }
    }
    return most;
  }
  static void expect_pixels(const Image& image, const NpyArray& want) {
    size_t i = 0;
    for (int y = 0; y < want.shape[0]; ++y) {
      for (int x = 0; x < want.shape[1]; ++x) {
        for (int c = 0; c < 3; ++c)
          ASSERT_EQ(image.at(x, y)[c], want.values[i++]) << x << ", " << y;
      }
    }
  }
  static constexpr std::array<double, 3> kMean{0.485, 0.456, 0.406},
      kDeviation{0.229, 0.224, 0.225};
  std::string folder_, stem_;
  Image image_;
};

TEST_P(GoldenResize, AreaShrinkingEqualsHloc) {
  const NpyArray want = expected("_hloc_shrink.npy");
  const auto resized = resize(to_float(image_),
                              static_cast<int>(want.shape[2]),
                              static_cast<int>(want.shape[1]),
                              Resampling::kArea);
  EXPECT_LT(255 * worst_planar(resized, want), 2e-3);
}

TEST_P(GoldenResize, AreaEnlargingEqualsHloc) {
  const double scale = 200.0 / std::max(image_.width, image_.height);
  const auto resized = resize(to_float(image_),
                              static_cast<int>(std::nearbyint(image_.width * scale)),
                              static_cast<int>(std::nearbyint(image_.height * scale)),
                              Resampling::kArea);
  EXPECT_LT(255 * worst_planar(resized, expected("_hloc_enlarge.npy")), 2e-2);
}

TEST_P(GoldenResize, AntialiasEqualsPillowToTheBit) {
  expect_pixels(resize(image_, 72, 60, Resampling::kBilinearAntialias),
                expected("_pil_bilinear_60x72.npy"));
  expect_pixels(resize(image_, 72, 60, Resampling::kBicubicAntialias),
                expected("_pil_bicubic_60x72.npy"));
  expect_pixels(resize(image_, 210, 190, Resampling::kBilinearAntialias),
                expected("_pil_bilinear_up_corner.npy"));
}

TEST_P(GoldenResize, FloatFiltersEqualTorchvision) {
  const FloatImage exact = to_float(image_);
  EXPECT_LT(worst_planar(resize(exact, 72, 60, Resampling::kBilinearAntialias),
                         expected("_vpreval_60x72.npy"),
                         kMean,
                         kDeviation),
            2e-5);
  EXPECT_LT(worst_planar(resize(exact, 72, 60, Resampling::kBilinear),
                         expected("_dvgl_hard_60x72.npy"),
                         kMean,
                         kDeviation),
            2e-5);
}

INSTANTIATE_TEST_SUITE_P(Photos, GoldenResize, testing::Values("wide.jpg", "tall.png", "tie.jpg"));

TEST(Orient, TurnsThreePixelsAsExifSays) {
  // A 3 x 2 picture, pixels named by number in reading order; as it is seen for each orientation.
  Image image(3, 2);
  for (size_t i = 0; i < 6; ++i) {
    for (size_t c = 0; c < 3; ++c) image.pixels[i * 3 + c] = static_cast<uint8_t>(i + 10 * c);
  }
  const std::vector<std::vector<int>> seen = {{0, 1, 2, 3, 4, 5},
                                              {2, 1, 0, 5, 4, 3},
                                              {5, 4, 3, 2, 1, 0},
                                              {3, 4, 5, 0, 1, 2},
                                              {0, 3, 1, 4, 2, 5},
                                              {3, 0, 4, 1, 5, 2},
                                              {5, 2, 4, 1, 3, 0},
                                              {2, 5, 1, 4, 0, 3}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image turned = orient(image, orientation);
    EXPECT_EQ(red(turned), seen[static_cast<size_t>(orientation - 1)]) << orientation;
    EXPECT_EQ(turned.width, orientation >= 5 ? 2 : 3);
    EXPECT_EQ(turned.at(0, 0)[1], turned.at(0, 0)[0] + 10);
  }
  EXPECT_EQ(orient(image, 0).pixels, image.pixels);
  EXPECT_EQ(orient(image, 9).pixels, image.pixels);
}

TEST(Orient, LargeImagesTurnBackToThemselves) {
  const Image image = noise(150, 90);
  EXPECT_EQ(orient(orient(image, 6), 8).pixels, image.pixels);
  for (int mirror : {2, 3, 4, 5, 7})
    EXPECT_EQ(orient(orient(image, mirror), mirror).pixels, image.pixels);
}

TEST(ToGrey, WeighsChannelsAndKeepsGreys) {
  Image image(4, 1);
  image.pixels = {255, 255, 255, 100, 100, 100, 255, 0, 0, 0, 0, 255};
  EXPECT_EQ(to_grey(image), (std::vector<uint8_t>{255, 100, 76, 29}));  // 76.245 and 29.07
}

}  // namespace
}  // namespace loci
