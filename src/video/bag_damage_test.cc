// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Bags that are cut short or damaged end in a message, never in a crash: of value above all under
// the address sanitizer.
#include "bag_reader.h"
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

std::vector<uint8_t> test_bag(const BagStyle& style, int images = 6) {
  const TempFolder folder;
  BagWriter bag(folder / "drive.bag", style);
  for (int i = 0; i < images; ++i) {
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
  for (const char* style : {"Ros1", "Ros1Bz2", "Mcap", "Db3"}) {
    const auto whole = test_bag(bag_style(style));
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

class Damage : public testing::TestWithParam<BagStyle> {};
class Ros1Damage : public Damage {};

TEST_P(Ros1Damage, ABagThatIsCutShortIsRefusedWithWhatToDo) {
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
  const int rounds = GetParam().container == "ros1" ? 600 : 150;
  for (int round = 0; round < rounds; ++round) {
    auto bytes = whole;
    for (int i = 0; i < 1 + round % 4; ++i) {
      const bool near = round % 2 == 1 && !heads.empty();
      const size_t from = near ? heads[rng.below(heads.size())] : 13;
      const size_t reach = std::min<size_t>(near ? 60 : bytes.size(), bytes.size() - from);
      bytes[from + rng.below(reach)] = round % 3 == 0 ? 0xFF : static_cast<uint8_t>(rng.below(256));
    }
    put(path, bytes);
    refused += !read_all(path).ok();
  }
  // ROS 2 reads what it can; ROS 1 has nothing without its index.
  EXPECT_TRUE(refused > 60 || GetParam().container != "ros1");
}

TEST_P(Ros1Damage, ARecordingThatWasNotClosedIsNamedAsSuch) {
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

/// How many images of a bag can be read, and what its note says.
std::pair<int, std::string> count_images(const std::string& path) {
  const auto reader = open_bag(path, {});
  if (!reader.ok()) return {0, reader.status().message()};
  int count = 0;
  while (true) {
    const auto frame = (*reader)->next();
    if (!frame.ok() || !*frame) return {count, (*reader)->note()};
    ++count;
  }
}

class CutShort : public testing::TestWithParam<std::string> {};

TEST_P(CutShort, ABagOfRos2IsReadUpToTheCut) {
  const TempFolder folder;
  const std::string path = folder / "cut.bag";
  const auto whole = test_bag(bag_style(GetParam()), 60);
  put(path, whole);
  ASSERT_EQ(count_images(path).first, 60);
  int last = 0;
  for (const double part : {0.3, 0.6, 0.95}) {
    put(path,
        std::span(whole).first(static_cast<size_t>(part * static_cast<double>(whole.size()))));
    const auto [count, note] = count_images(path);
    EXPECT_GE(count, last) << part;
    EXPECT_THAT(note, HasSubstr("cut short")) << part;
    EXPECT_TRUE(count > 0 || part < 0.5) << part;
    last = count;
  }
  EXPECT_GE(last, 40);
}
INSTANTIATE_TEST_SUITE_P(Bag,
                         CutShort,
                         testing::Values("Mcap", "McapLz4", "McapZstd", "McapNotChunked", "Db3"));

const auto kName = [](const auto& each) { return each.param.name; };
INSTANTIATE_TEST_SUITE_P(Bag, Damage, testing::ValuesIn(bag_styles()), kName);
INSTANTIATE_TEST_SUITE_P(Bag,
                         Ros1Damage,
                         testing::Values(bag_style("Ros1"),
                                         bag_style("Ros1Bz2"),
                                         bag_style("Ros1Lz4")),
                         kName);

}  // namespace
}  // namespace loci::internal
