// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bag.h"
#include "bag_reader.h"
#include "write_bag.h"

#include "loci/base/file.h"
#include "loci/base/progress.h"

#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

/// 2,000 images without compression, from memory as often as not: the bar is 500 MB/s, for the messages and for the pictures.
TEST(BagSpeed, UncompressedImagesComeAtHalfAGigabyteASecond) {
  if (std::getenv("LOCI_SLOW_TESTS") == nullptr) GTEST_SKIP() << "LOCI_SLOW_TESTS is not set";
  const TempFolder folder;
  constexpr int kImages = 2000, kWidth = 640, kHeight = 480;
  const std::vector<uint8_t> pixels(size_t{kWidth} * kHeight * 3, 77);
  for (const char* style : {"Ros1", "Mcap", "McapNotChunked", "Db3"}) {
    const std::string path = folder / style;
    BagWriter bag(path, style);
    for (int i = 0; i < kImages; ++i)
      bag.raw_image("/image", 0.1 * i, "rgb8", kWidth, kHeight, pixels);
    bag.close();
    const double megabytes = 1e-6 * kImages * static_cast<double>(pixels.size());
    const auto opened = open_any_bag(path).value();
    const Stopwatch messages;
    for (const MessagePlace& place : opened->places(opened->topics().front()).value())
      ASSERT_TRUE(opened->message(place).ok());
    const double message_rate = megabytes / messages.seconds();
    const Stopwatch pictures;
    const auto reader = open_bag(path, {}).value();
    int count = 0;
    while (reader->next().value()) ++count;
    const double picture_rate = megabytes / pictures.seconds();
    EXPECT_EQ(count, kImages);
    std::printf(
        "%-16s %6.0f MB/s messages, %6.0f MB/s pictures\n", style, message_rate, picture_rate);
    EXPECT_GE(picture_rate, 500) << style;
  }
}

}  // namespace
}  // namespace loci::internal
