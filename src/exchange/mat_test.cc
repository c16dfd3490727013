// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_files.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using namespace testing_files;
using Kind = FileValue::Kind;

std::string sample() {
  return mat_struct({{"w", mat_floats({1, 4, 2, 5, 3, 6}, {2, 3})},
                     {"name", mat_text("conv1")},
                     {"list", mat_cell({mat_text("a"), mat_text("b")})}},
                    "net");
}

TEST(Mat5, StructuresCellsAndTextAreRead) {
  for (const bool compressed : {false, true}) {
    const auto tree = parse(mat_file({sample()}, compressed));
    ASSERT_TRUE(tree.ok()) << tree.status().to_string();
    EXPECT_EQ(tree->format, "MATLAB 5");
    const FileValue* net = tree->root.find("net");
    ASSERT_NE(net, nullptr);
    EXPECT_EQ(row_major(*net->find("w")).to_floats(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(net->find("name")->text, "conv1");
    EXPECT_EQ(net->find("list")->items[1].text, "b");
  }
}

TEST(Mat5, IntegersStoredForDoublesBecomeDoubles) {
  // A double array that MATLAB stored as uint8, in a small element: tag 2 | 3 << 16, three bytes.
  const std::string small = raw<uint32_t>(2 | 3u << 16) + std::string("\x05\x06\xff\x00", 4);
  const auto tree = parse(mat_file({mat_matrix(6, {1, 3}, "x", small)}, false));
  ASSERT_TRUE(tree.ok()) << tree.status().to_string();
  EXPECT_EQ(tree->root.find("x")->tensor.dtype, DType::kF64);
  EXPECT_EQ(tree->root.find("x")->tensor.to_floats(), (std::vector<float>{5, 6, 255}));
}

TEST(Mat5, EveryCutAndFlippedByteIsHandled) {
  const std::string whole = mat_file({sample()}, false);
  for (size_t size = 129; size < whole.size(); ++size) {
    const auto tree = parse(whole.substr(0, size));
    // Less than a tag behind the header is an empty file to MATLAB too.
    EXPECT_EQ(tree.ok(), size < 136) << size;
  }
  for (size_t i = 128; i < whole.size(); ++i) {
    for (const int flip : {1, 0x5a, 0xff}) {
      std::string broken = whole;
      broken[i] = static_cast<char>(broken[i] ^ flip);
      (void)parse(broken).ok();
    }
  }
}

TEST(Mat5, CountsThatLieAreCorrupt) {
  const int32_t huge = 0x7fffffff;
  EXPECT_EQ(parse(mat_file({mat_matrix(1, {huge, huge}, "c", "")}, true)).status().code(),
            Code::kCorrupt);
  EXPECT_EQ(parse(mat_file({mat_matrix(1, {1, 1000}, "c", mat_text("a"))}, true)).status().code(),
            Code::kCorrupt);
  EXPECT_EQ(parse(mat_file({mat_matrix(7, {1000, 1000}, "w", mat_element(7, floats({1})))}, true))
                .status()
                .code(),
            Code::kCorrupt);
  EXPECT_EQ(parse(mat_file({mat_matrix(7, {-1, 1}, "w", mat_element(7, floats({1})))}, true))
                .status()
                .code(),
            Code::kCorrupt);
  EXPECT_EQ(parse(mat_file({mat_matrix(2,
                                       {huge, 1},
                                       "s",
                                       mat_element(5, raw<int32_t>(32)) +
                                           mat_element(1, std::string(32, 'a')))},
                           true))
                .status()
                .code(),
            Code::kCorrupt);
}

TEST(Mat5, TheTensorIsNamed) {
  const Status status =
      parse(mat_file({mat_struct({{"w", mat_matrix(7, {9, 9}, "", mat_element(7, floats({1})))}},
                                 "net")},
                     true))
          .status();
  EXPECT_NE(status.message().find("'net.w'"), std::string::npos) << status.message();
}

TEST(Mat5, DeepNestingIsCorrupt) {
  std::string nested = mat_text("x");
  for (int i = 0; i < 200; ++i) nested = mat_cell({nested});
  EXPECT_EQ(parse(mat_file({nested}, true)).status().code(), Code::kCorrupt);
}

TEST(Mat5, ABombIsCorrupt) {
  const std::string zeros =
      mat_matrix(7, {7500000, 1}, "w", mat_element(7, std::string(30000000, '\0')));
  const Status status = parse(mat_file({zeros}, true)).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
}

}  // namespace
}  // namespace loci
