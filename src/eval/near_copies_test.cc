// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "near_copies.h"

#include "svg_bars.h"

#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/resize.h"
#include "loci/image/sketch.h"

#include <set>

#include <gtest/gtest.h>

namespace loci {
namespace {

using Pairs = std::set<std::pair<int64_t, int64_t>>;

Pairs pairs_of(const std::vector<NearPrint>& prints) {
  Pairs pairs;
  find_near_copies(prints, [&](int64_t i, int64_t j) { pairs.emplace(i, j); });
  return pairs;
}

TEST(NearCopies, EncodedAnewSmallerAndBrighterIsFoundAmongOtherVisitsOfThePlace) {
  std::vector<NearPrint> prints;
  for (uint64_t place = 0; place < 20; ++place) {
    for (uint64_t visit = 0; visit < 4; ++visit)
      prints.push_back(near_print(sketch_place(place, visit, 320, 240)));
  }
  Image image = resize(sketch_place(7, 2, 320, 240), 210, 158, Resampling::kArea);
  for (uint8_t& level : image.pixels) level = static_cast<uint8_t>(level * 9 / 10 + 20);
  const auto jpeg = encode_jpeg(image, 50).value();
  prints.push_back(near_print(decode_image(jpeg, "copy").value()));
  EXPECT_EQ(pairs_of(prints), (Pairs{{7 * 4 + 2, 80}}));
}

TEST(NearCopies, LikenessIsThatOfDifferences) {
  const NearPrint print = near_print(sketch_place(1, 1, 64, 48));
  NearPrint negative = print, brighter = print;
  for (uint8_t& level : negative.grey) level = static_cast<uint8_t>(255 - level);
  for (uint8_t& level : brighter.grey) level = static_cast<uint8_t>(level / 2 + 100);
  EXPECT_DOUBLE_EQ(likeness(print, print), 1);
  EXPECT_DOUBLE_EQ(likeness(print, negative), -1);
  EXPECT_GT(likeness(print, brighter), 0.99);
  EXPECT_EQ(likeness(print, NearPrint()), 0);
}

TEST(NearCopies, PicturesOfNothingAreNoCopiesOfEachOther) {
  EXPECT_TRUE(pairs_of({near_print(Image(64, 64)), near_print(Image(64, 64))}).empty());
  EXPECT_FALSE(near_print(Image()).usable);
}

TEST(NearCopies, ManyEqualPicturesCostNoMoreThanTheWindow) {
  const std::vector<NearPrint> prints(500, near_print(sketch_place(1, 1, 64, 48)));
  int64_t calls = 0;
  std::set<int64_t> met;
  find_near_copies(prints, [&](int64_t i, int64_t j) {
    ++calls;
    met.insert({i, j});
  });
  EXPECT_LE(calls, 8 * 64 * 500);
  EXPECT_EQ(met.size(), 500u);
}

TEST(HistogramBars, SmallValuesStandAloneAndLargeOnesTogether) {
  const std::vector<Bar> few = histogram_bars({{0, 2}, {3, 5}});
  ASSERT_EQ(few.size(), 4u);
  EXPECT_EQ(few[0].label, "0");
  EXPECT_EQ(few[1].count, 0);  // the gap shows
  const std::vector<Bar> many = histogram_bars({{1, 7}, {5, 1}, {9, 1}, {250, 3}});
  EXPECT_EQ(many.front().label, "1");  // no query without
  EXPECT_EQ(many.back().label, "200\u2013499");
  EXPECT_EQ(many.back().count, 3);
  EXPECT_EQ(many[3].count, 2);  // 5 to 9
  EXPECT_TRUE(histogram_bars({}).empty());
}

}  // namespace
}  // namespace loci
