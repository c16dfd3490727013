// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"

#include "loci/base/npy.h"
#include "loci/base/sha256.h"

#include <filesystem>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace loci {
namespace {

TEST(WriteFile, ReplacesTheOldContentWhole) {
  const TempFolder folder;
  ASSERT_TRUE(write_file(folder / "a", std::string_view("first")).ok());
  ASSERT_TRUE(write_file(folder / "a", std::string_view("second")).ok());
  EXPECT_EQ(read_text_file(folder / "a").value(), "second");
  EXPECT_EQ(list_files(folder.path(), {}).value().size(), 1u);
}

TEST(WriteFile, FullDiskLeavesTheOldContent) {
  // /dev/full cannot be renamed onto, so the full disk is a folder that vanished: creation fails, nothing appears.
  const TempFolder folder;
  EXPECT_EQ(write_file(folder / "gone/a", std::string_view("x")).code(), Code::kNotFound);
}

TEST(FileWriter, WithoutCommitNothingAppears) {
  const TempFolder folder;
  {
    auto writer = FileWriter::create(folder / "a").value();
    ASSERT_TRUE(writer.write("xyz", 3).ok());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ReadFile, TooLargeIsRefusedAndAFolderIsNoFile) {
  const TempFolder folder;
  ASSERT_TRUE(write_file(folder / "a", std::string_view("12345")).ok());
  EXPECT_EQ(read_file(folder / "a", 4).status().code(), Code::kCorrupt);
  EXPECT_EQ(read_file(folder.path()).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(read_file(folder / "b").status().code(), Code::kNotFound);
}

TEST(ListFiles, LoopsOfLinksEndAndOddNamesAreKept) {
  const TempFolder folder;
  ASSERT_TRUE(make_folders(folder / "sub").ok());
  for (const char* name :
       {"a b.jpg", "quote'\".JPG", "line\nbreak.jpg", "\xC3\xA9.jpg", "notes.txt", "sub/c.jpg"}) {
    ASSERT_TRUE(write_file(folder / name, std::string_view("x")).ok());
  }
  ASSERT_EQ(::symlink("..", (folder / "sub/up").c_str()), 0);
  ASSERT_EQ(::symlink("self", (folder / "self").c_str()), 0);
  std::vector<std::string> problems;
  const auto found = list_files(folder.path(), {".jpg"}, &problems).value();
  EXPECT_EQ(found,
            (std::vector<std::string>{
                "a b.jpg", "line\nbreak.jpg", "quote'\".JPG", "sub/c.jpg", "\xC3\xA9.jpg"}));
}

TEST(Npy, MatrixRoundTrips) {
  const TempFolder folder;
  Matrix matrix(2, 3);
  for (int i = 0; i < 6; ++i) matrix.data()[i] = static_cast<float>(i) - 2.5f;
  ASSERT_TRUE(write_npy(folder / "m.npy", matrix).ok());
  const NpyArray back = read_npy(folder / "m.npy").value();
  EXPECT_EQ(back.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(back.values, (std::vector<double>{-2.5, -1.5, -0.5, 0.5, 1.5, 2.5}));
}

TEST(Npy, PickledObjectsAndHugeShapesAreRefused) {
  const auto npy = [](const std::string& dict) {
    std::string text =
        std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(dict.size()) + '\0' + dict;
    return std::vector<uint8_t>(text.begin(), text.end());
  };
  EXPECT_EQ(
      parse_npy(npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,)}"), "f").status().code(),
      Code::kUnsupported);
  EXPECT_EQ(
      parse_npy(
          npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4)}"),
          "f")
          .status()
          .code(),
      Code::kCorrupt);
  EXPECT_EQ(parse_npy(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), "f")
                .status()
                .code(),
            Code::kCorrupt);
}

TEST(Sha256, MatchesTheStandardsExamples) {
  const std::string abc = "abc";
  EXPECT_EQ(sha256_hex({reinterpret_cast<const uint8_t*>(abc.data()), abc.size()}),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const std::vector<uint8_t> million(1'000'000, 'a');
  EXPECT_EQ(sha256_hex(million),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace loci
