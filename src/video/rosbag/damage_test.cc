// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Bags that are cut short or damaged end in a message, never in a crash: of value above all under
// the address sanitizer.
#include "reader.h"
#include "test_picture.h"

#include "loci/base/file.h"
#include "loci/base/rng.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::internal {
namespace {

using testing::HasSubstr;

std::vector<uint8_t> test_bag(const std::string& compression) {
  const TempFolder folder;
  BagWriter bag(folder / "drive.bag", compression);
  for (int i = 0; i < 6; ++i) {
    bag.fix("/fix", i, 10 + i, 20);
    write_raw(bag, "/image", i, 10 * i);
  }
  bag.close();
  return read_file(folder / "drive.bag").value();
}

/// Without the care of write_file(): thousands of times.
void put(const std::string& path, std::span<const uint8_t> bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
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

TEST(ChangingBag, OneThatIsCutWhileItIsReadEndsInASentence) {
  const TempFolder folder;
  const std::string path = folder / "drive.bag";
  for (const char* compression : {"none", "bz2"}) {
    const auto whole = test_bag(compression);
    put(path, whole);
    const auto reader = open_bag(path, {.positions = true});
    ASSERT_TRUE(reader.ok()) << reader.status().to_string();
    ASSERT_TRUE((*reader)->next().ok());
    std::filesystem::resize_file(path, 100);
    Status status;
    for (int i = 0; i < 10 && status.ok(); ++i) status = (*reader)->next().status();
    EXPECT_EQ(status.code(), Code::kCorrupt);
    EXPECT_THAT(status.message(), HasSubstr("cut short while"));
  }
}

class Damage : public testing::TestWithParam<std::string> {};

TEST_P(Damage, ABagThatIsCutShortIsRefusedWithWhatToDo) {
  const TempFolder folder;
  const std::string path = folder / "cut.bag";
  const auto whole = test_bag(GetParam());
  const size_t step = whole.size() / 150 + 1;
  for (size_t size = 13; size < whole.size(); size += step) {
    put(path, std::span(whole).first(size));
    const Status status = read_all(path);
    ASSERT_EQ(status.code(), Code::kCorrupt) << size;
    ASSERT_THAT(status.message(), HasSubstr("rosbag reindex")) << size;
  }
  put(path, whole);
  EXPECT_TRUE(read_all(path).ok());
}

TEST_P(Damage, BytesThatAreWrongNeverCrash) {
  const TempFolder folder;
  const std::string path = folder / "damaged.bag";
  const auto whole = test_bag(GetParam());
  // Half of the rounds near the records' heads, which are small and full of lengths.
  std::vector<size_t> heads;
  const std::string_view op = "op=";
  for (auto at = whole.begin();; ++at) {
    at = std::search(at, whole.end(), op.begin(), op.end());
    if (at == whole.end()) break;
    heads.push_back(static_cast<size_t>(at - whole.begin()) - 8);
  }
  Rng rng(7);
  int refused = 0;
  for (int round = 0; round < 600; ++round) {
    auto bytes = whole;
    for (int i = 0; i < 1 + round % 4; ++i) {
      const size_t from = round % 2 == 0 ? 13 : heads[rng.below(heads.size())];
      const size_t reach =
          std::min<size_t>(round % 2 == 0 ? bytes.size() : 60, bytes.size() - from);
      bytes[from + rng.below(reach)] = round % 3 == 0 ? 0xFF : static_cast<uint8_t>(rng.below(256));
    }
    put(path, bytes);
    refused += !read_all(path).ok();
  }
  EXPECT_GT(refused, 60);
}

TEST_P(Damage, ARecordingThatWasNotClosedIsNamedAsSuch) {
  const TempFolder folder;
  auto bytes = test_bag(GetParam());
  const std::string_view name = "index_pos=";
  const auto at = std::search(bytes.begin(), bytes.end(), name.begin(), name.end());
  ASSERT_NE(at, bytes.end());
  std::fill_n(at + static_cast<ptrdiff_t>(name.size()), 8, uint8_t{0});
  put(folder / "open.bag", bytes);
  const Status status = open_bag(folder / "open.bag", {}).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_THAT(status.message(), HasSubstr("not closed"));
  EXPECT_THAT(status.message(), HasSubstr("rosbag reindex"));
}

INSTANTIATE_TEST_SUITE_P(Bag, Damage, testing::Values("none", "bz2", "lz4"));

}  // namespace
}  // namespace loci::internal
