// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Bags that are cut short or damaged end in a message, never in a crash: of value above all under
// the address sanitizer.
#include "reader.h"

#include "test_bag.h"

#include "loci/base/file.h"
#include "loci/base/rng.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::internal {
namespace {

using testing::HasSubstr;

std::vector<uint8_t> test_bag(rosbag::CompressionType compression) {
  const TempFolder folder;
  TestBag bag(folder / "drive.bag", compression);
  for (int i = 0; i < 6; ++i) {
    bag.write("/fix", i, fix_message(10 + i, 20));
    bag.write("/image", i, raw_message(test_picture(10 * i)));
  }
  bag.close();
  return read_file(folder / "drive.bag").value();
}

/// Reads all that can be read; what went wrong, if anything.
Status read_all(const std::string& path) {
  const auto reader = open_bag(path, {.positions = true});
  if (!reader.ok()) return reader.status();
  while (true) {
    const auto frame = (*reader)->next();
    if (!frame.ok() || !*frame) return frame.status();
  }
}

class Damage : public testing::TestWithParam<rosbag::CompressionType> {};

TEST_P(Damage, ABagThatIsCutShortIsRefusedWithWhatToDo) {
  const TempFolder folder;
  const std::string path = folder / "cut.bag";
  const auto whole = test_bag(GetParam());
  const size_t step = whole.size() / 150 + 1;
  for (size_t size = 13; size < whole.size(); size += step) {
    ASSERT_TRUE(write_file(path, std::span(whole).first(size)).ok());
    const Status status = read_all(path);
    ASSERT_EQ(status.code(), Code::kCorrupt) << size;
    ASSERT_THAT(status.message(), HasSubstr("rosbag reindex")) << size;
  }
  ASSERT_TRUE(write_file(path, std::span<const uint8_t>(whole)).ok());
  EXPECT_TRUE(read_all(path).ok());
}

TEST_P(Damage, BytesThatAreWrongNeverCrash) {
  const TempFolder folder;
  const std::string path = folder / "damaged.bag";
  const auto whole = test_bag(GetParam());
  Rng rng(7);
  int refused = 0;
  for (int round = 0; round < 400; ++round) {
    auto bytes = whole;
    // Half of the rounds in the index at the end, which is small and full of lengths.
    const size_t from = round % 2 == 0 ? 13 : bytes.size() - bytes.size() / 20;
    for (int i = 0; i < 1 + round % 4; ++i) {
      const auto at = from + static_cast<size_t>(rng.below(bytes.size() - from));
      bytes[at] = round % 3 == 0 ? 0xFF : static_cast<uint8_t>(rng.below(256));
    }
    ASSERT_TRUE(write_file(path, std::span<const uint8_t>(bytes)).ok());
    refused += !read_all(path).ok();
  }
  EXPECT_GT(refused, 50);
}

TEST_P(Damage, ARecordingThatWasNotClosedIsNamedAsSuch) {
  const TempFolder folder;
  auto bytes = test_bag(GetParam());
  const std::string_view name = "index_pos=";
  const auto at = std::search(bytes.begin(), bytes.end(), name.begin(), name.end());
  ASSERT_NE(at, bytes.end());
  std::fill_n(at + static_cast<ptrdiff_t>(name.size()), 8, uint8_t{0});
  ASSERT_TRUE(write_file(folder / "open.bag", std::span<const uint8_t>(bytes)).ok());
  const Status status = open_bag(folder / "open.bag", {}).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_THAT(status.message(), HasSubstr("not closed"));
  EXPECT_THAT(status.message(), HasSubstr("rosbag reindex"));
}

INSTANTIATE_TEST_SUITE_P(Bag,
                         Damage,
                         testing::Values(rosbag::compression::Uncompressed,
                                         rosbag::compression::BZ2,
                                         rosbag::compression::LZ4));

}  // namespace
}  // namespace loci::internal
