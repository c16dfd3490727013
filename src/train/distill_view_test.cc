// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "distill_view.h"

#include "loci/image/sketch.h"
#include "loci/model/architectures.h"

#include <gtest/gtest.h>

namespace loci::train {
namespace {

TEST(MapGeometry, CellsLieWhereTheNetworksPaddingPutsThem) {
  // Padding on both sides: the first cell looks at pixel 0. TensorFlow's SAME pads below only, so
  // each of four halvings moves by its stride: 1 + 2 + 4 + 8.
  const MapGeometry mobilenet = map_geometry(architecture("mobilenet_v1").value(), 224);
  EXPECT_EQ(mobilenet.stride, 16);
  EXPECT_DOUBLE_EQ(mobilenet.first, 15);
  const MapGeometry resnet = map_geometry(architecture("resnet18_conv4").value(), 224);
  EXPECT_EQ(resnet.stride, 16);
  EXPECT_DOUBLE_EQ(resnet.first, 0);
  // Pools of 2x2 look between pixels: 0.5 (1 + 2 + 4 + 8).
  EXPECT_DOUBLE_EQ(map_geometry(architecture("vgg16").value(), 224).first, 7.5);
  for (const char* ours : {"placenet", "placenet_small"}) {
    const MapGeometry geometry = map_geometry(architecture(ours).value(), 224);
    EXPECT_EQ(geometry.stride, 16) << ours;
    EXPECT_DOUBLE_EQ(geometry.first, 8) << ours;
  }
}

AugmentKey key(int64_t image, int64_t epoch) {
  return {.seed = 7, .image = image, .epoch = epoch, .flip = false};
}

TEST(MakeViews, BothNetworksSeeTheSameSpotsShiftedByTheirCells) {
  const Image photo = sketch_place(3, 1, 200, 150);
  ViewOptions options{.crop = 64, .smallest_view = 0.5};
  options.augment.perspective = 0.1;
  options.augment.flip = 0.5;
  for (const int shift : {0, 7, -5}) {
    options.shift = shift;
    const ViewPair views = make_views(photo, options, key(4, 2));
    ASSERT_EQ(views.teacher.width, 64);
    ASSERT_EQ(views.clean.height, 64);
    int differing = 0;
    for (int y = 10; y < 50; ++y) {
      for (int x = 10; x < 50; ++x) {
        const uint8_t* ours = views.clean.at(x, y);
        const uint8_t* theirs = views.teacher.at(x + shift, y + shift);
        differing += std::equal(ours, ours + 3, theirs) ? 0 : 1;
      }
    }
    EXPECT_EQ(differing, 0) << shift;
    // Without photometric changes the student sees its window as it is.
    EXPECT_EQ(views.student.pixels, views.clean.pixels);
  }
}

TEST(MakeViews, OnlyTheStudentSeesLightAndWeather) {
  const Image photo = sketch_place(3, 1, 200, 150);
  ViewOptions options{.crop = 64};
  const ViewPair plain = make_views(photo, options, key(4, 2));
  options.augment.light = 1;
  options.augment.night = 1;
  const ViewPair changed = make_views(photo, options, key(4, 2));
  EXPECT_EQ(plain.teacher.pixels, changed.teacher.pixels);
  EXPECT_EQ(plain.clean.pixels, changed.clean.pixels);
  EXPECT_NE(plain.student.pixels, changed.student.pixels);
}

TEST(MakeViews, FollowFromTheKeyAlone) {
  const Image photo = sketch_place(3, 1, 90, 150);
  ViewOptions options{.crop = 48};
  options.augment.noise = 5;
  const ViewPair a = make_views(photo, options, key(4, 2)),
                 b = make_views(photo, options, key(4, 2));
  EXPECT_EQ(a.teacher.pixels, b.teacher.pixels);
  EXPECT_EQ(a.student.pixels, b.student.pixels);
  EXPECT_NE(a.teacher.pixels, make_views(photo, options, key(4, 3)).teacher.pixels);
  EXPECT_NE(a.teacher.pixels, make_views(photo, options, key(5, 2)).teacher.pixels);
}

}  // namespace
}  // namespace loci::train
