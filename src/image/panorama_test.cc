// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/panorama.h"

#include "panorama_kernels.h"

#include "loci/base/cpu.h"
#include "loci/base/rng.h"

#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

constexpr double kDegree = 3.14159265358979323846 / 180;

/// A sphere painted with its own directions: the components east, north (the middle of the
/// panorama) and up of the unit vector, each as 128 + 120 * component. Smooth everywhere, seam and
/// poles included.
Image direction_sphere(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double longitude = ((x + 0.5) / width * 360 - 180) * kDegree;
      const double latitude = (0.5 - (y + 0.5) / height) * 180 * kDegree;
      const double v[3] = {std::cos(latitude) * std::sin(longitude),
                           std::cos(latitude) * std::cos(longitude),
                           std::sin(latitude)};
      for (int c = 0; c < 3; ++c)
        image.at(x, y)[c] = static_cast<uint8_t>(std::lround(128 + 120 * v[c]));
    }
  }
  return image;
}

/// The direction that a colour of direction_sphere stands for.
struct Direction {
  double heading_deg, pitch_deg;
};
Direction direction_of(const uint8_t* p) {
  const double east = p[0] - 128.0, north = p[1] - 128.0, up = p[2] - 128.0;
  return {std::atan2(east, north) / kDegree, std::atan2(up, std::hypot(east, north)) / kDegree};
}

Image cut(const Image& image, const PanoramaView& view, double yaw) {
  const Panorama panorama = Panorama::create(image, view.pixel_deg()).value();
  return cut_view(panorama, make_view_map(panorama, view).value(), yaw);
}

TEST(CutView, MiddleLooksWhereItWasAskedTo) {
  const Image sphere = direction_sphere(720, 360);
  for (double yaw : {0.0, 30.0, 90.0, 179.0, 180.0, 270.0, 330.0, -45.0}) {
    for (double pitch : {-40.0, 0.0, 4.0, 26.5}) {
      const PanoramaView view{.width = 65, .height = 49, .fov_deg = 60, .pitch_deg = pitch};
      const Direction d = direction_of(cut(sphere, view, yaw).at(32, 24));
      EXPECT_NEAR(std::remainder(d.heading_deg - yaw, 360), 0, 0.8) << yaw << ' ' << pitch;
      EXPECT_NEAR(d.pitch_deg, pitch, 0.5) << yaw << ' ' << pitch;
    }
  }
}

TEST(CutView, EdgesLieHalfTheFieldOfViewAway) {
  // At pitch 0 the middle of the right edge looks 45 degrees to the right of the yaw with 90
  // degrees of view; the top edge of a square view 45 degrees up.
  const PanoramaView view{.width = 201, .height = 201, .fov_deg = 90};
  const Image image = cut(direction_sphere(1440, 720), view, 10);
  EXPECT_NEAR(direction_of(image.at(200, 100)).heading_deg, 55, 0.7);
  EXPECT_NEAR(direction_of(image.at(0, 100)).heading_deg, -35, 0.7);
  EXPECT_NEAR(direction_of(image.at(100, 0)).pitch_deg, 45, 0.7);
  EXPECT_NEAR(direction_of(image.at(100, 200)).pitch_deg, -45, 0.7);
}

/// The largest step between neighbouring pixels.
int roughest(const Image& image) {
  int most = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 1; x < image.width; ++x) {
      for (int c = 0; c < 3; ++c)
        most = std::max(most, std::abs(image.at(x, y)[c] - image.at(x - 1, y)[c]));
    }
  }
  return most;
}

TEST(CutView, SeamAndPolesAreContinuous) {
  const Image sphere = direction_sphere(720, 360);
  // 60 degrees over 120 pixels: half a degree a pixel is at most 120 * pi / 360 = 1.05 levels, and
  // rounding twice adds one.
  EXPECT_LE(roughest(cut(sphere, {.width = 120, .height = 90, .fov_deg = 60}, 180)), 3);
  const Image up = cut(sphere, {.width = 121, .height = 121, .fov_deg = 60, .pitch_deg = 90}, 0);
  EXPECT_LE(roughest(up), 3);
  EXPECT_NEAR(direction_of(up.at(60, 60)).pitch_deg, 90, 1);
}

TEST(CutView, WholePixelsOfThePanoramaComeBackExactly) {
  // A view of one pixel at the horizon of a 4 x 2 panorama, as fine as its pixels (pixel_deg 0: no
  // averaging), looks between rows 0 and 1 and columns 1 and 2: the mean of four.
  Image image(4, 2);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i * 10);
  const Panorama panorama = Panorama::create(image, 0).value();
  const ViewMap map = make_view_map(panorama, {.width = 1, .height = 1, .fov_deg = 60}).value();
  const Image one = cut_view(panorama, map, 0);
  // Red of columns 1, 2: 30, 60 in row 0 and 150, 180 in row 1.
  EXPECT_EQ(one.at(0, 0)[0], (30 + 60 + 150 + 180) / 4);
  // Half a pixel to the right is 45 degrees: column 2 alone.
  EXPECT_EQ(cut_view(panorama, map, 45).at(0, 0)[0], (60 + 180) / 2);
  // 180 degrees away lies the seam: columns 3 and 0, red 90 and 0, 210 and 120.
  EXPECT_EQ(cut_view(panorama, map, 180).at(0, 0)[0], (90 + 0 + 210 + 120) / 4);
}

TEST(CutView, FineStripesAreAveragedAndNotAliased) {
  Image stripes(4096, 2048);
  for (int y = 0; y < stripes.height; ++y) {
    for (int x = 0; x < stripes.width; ++x) {
      for (int c = 0; c < 3; ++c) stripes.at(x, y)[c] = (x & 1) != 0 ? 255 : 0;
    }
  }
  const Image view = cut(stripes, {.width = 64, .height = 48, .fov_deg = 60}, 77);
  for (uint8_t p : view.pixels) EXPECT_NEAR(p, 127, 12);
}

#if defined(__x86_64__)
TEST(CutView, VectorsGiveTheBitsOfPlainLoops) {
  if (simd_level() < SimdLevel::kAvx2) GTEST_SKIP() << "this processor has no AVX2";
  constexpr int kWidth = 37, kHeight = 11, kPixels = 203;
  Rng rng(1, "CutView.VectorsGiveTheBitsOfPlainLoops");
  std::vector<uint8_t> pixels((kWidth + 1) * (kHeight + 1) * 4);
  for (uint8_t& p : pixels) {
    const uint64_t dice = rng.below(4);
    p = static_cast<uint8_t>(dice == 0 ? 0 : (dice == 1 ? 255 : rng.below(256)));
  }
  const internal::RemapSource source{pixels.data(), kWidth + 1, kWidth * internal::kRemapOne};
  std::vector<int32_t> x(kPixels), y(kPixels);
  for (int i = 0; i < kPixels; ++i) {
    x[i] = static_cast<int32_t>(rng.below(kWidth * internal::kRemapOne));
    y[i] = static_cast<int32_t>(rng.below((kHeight - 1) * internal::kRemapOne + 1));
  }
  for (int n : {0, 1, 7, 8, 9, 16, 17, 203}) {
    std::vector<uint8_t> plain(static_cast<size_t>(n) * 3 + 1, 99), vector = plain;
    internal::remap_row_plain(source, x.data(), y.data(), 1234, n, plain.data());
    internal::remap_row_avx2(source, x.data(), y.data(), 1234, n, vector.data());
    EXPECT_EQ(plain, vector) << n;
    EXPECT_EQ(vector.back(), 99) << "wrote past the end";
  }
}
#endif

TEST(Panorama, OtherShapesAreRefusedWithTheRemedy) {
  const auto wide = Panorama::create(Image(400, 150), 0.1);
  ASSERT_EQ(wide.status().code(), Code::kInvalidArgument);
  EXPECT_NE(wide.status().message().find("vertical_deg (here 135.0)"), std::string::npos)
      << wide.status().message();
  const auto told = Panorama::create(Image(400, 150), 0.1, 135);
  ASSERT_TRUE(told.ok());
  EXPECT_TRUE(make_view_map(*told, {.width = 64, .height = 48, .pitch_deg = 4}).ok());
  EXPECT_EQ(make_view_map(*told, {.width = 64, .height = 48, .pitch_deg = 60}).status().code(),
            Code::kInvalidArgument);
  EXPECT_FALSE(Panorama::create(Image(), 0.1).ok());
  EXPECT_FALSE(Panorama::create(Image(400, 200), 0.1, 0).ok());
}

TEST(ViewMap, RefusesViewsThatNoPinholeHas) {
  const Panorama panorama = Panorama::create(Image(40, 20), 1).value();
  for (const PanoramaView& view : {PanoramaView{.fov_deg = 180},
                                   PanoramaView{.fov_deg = 0},
                                   PanoramaView{.width = 0},
                                   PanoramaView{.pitch_deg = 91},
                                   PanoramaView{.fov_deg = std::nan("")}}) {
    EXPECT_EQ(make_view_map(panorama, view).status().code(), Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace loci
