// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_files.h"

#include "loci/exchange/inspect.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using namespace testing_files;

std::string npy(const std::string& descr,
                const std::string& shape,
                const std::string& data,
                const char* fortran = "False") {
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
  return "\x93NUMPY\x01" + std::string(1, '\0') + raw(static_cast<uint16_t>(header.size())) +
         header + data;
}

TEST(Npz, StoredAndDeflatedMembersAreEqual) {
  const std::string a = npy("<f4", "(2, 3)", floats({1, 2, 3, 4, 5, 6}));
  for (const bool deflated : {false, true}) {
    const auto tree = parse(make_zip(
        {{"w.npy", a, deflated}, {"n.npy", npy("<u2", "()", raw<uint16_t>(60000)), deflated}}));
    ASSERT_TRUE(tree.ok()) << tree.status().to_string();
    EXPECT_EQ(tree->format, "npz");
    EXPECT_EQ(tree->root.find("w")->describe(), "F32 2x3");
    EXPECT_EQ(row_major(*tree->root.find("w")).to_floats(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(tree->root.find("n")->number(), 60000);
  }
}

TEST(Npz, FortranOrderIsTurned) {
  // 1 2 3 / 4 5 6 column by column
  const auto tree = parse(npy("<f4", "(2, 3)", floats({1, 4, 2, 5, 3, 6}), "True"));
  ASSERT_TRUE(tree.ok());
  EXPECT_EQ(row_major(tree->root).to_floats(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(row_major(tree->root, {1, 0}).to_floats(), (std::vector<float>{1, 4, 2, 5, 3, 6}));
}

TEST(Npz, EveryCutAndFlippedByteIsHandled) {
  const std::string whole =
      make_zip({{"w.npy", npy("<f4", "(2, 3)", floats({1, 2, 3, 4, 5, 6})), true}});
  ASSERT_TRUE(parse(whole).ok());
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse(whole.substr(0, size)).ok()) << size;
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string broken = whole;
    broken[i] = static_cast<char>(broken[i] ^ 0x5a);
    (void)parse(broken).ok();  // must not crash; some bytes mean nothing
  }
}

TEST(Npz, DamagedDataFailTheChecksum) {
  std::string broken = make_zip({{"w.npy", npy("<f4", "(1,)", floats({1}))}});
  broken[broken.find(floats({1}))] = 7;
  const Status status = parse(broken).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("'w.npy' does not match its checksum"), std::string::npos)
      << status.message();
}

TEST(Npz, ABombIsCorruptBeforeItIsInflated) {
  const std::string zeros = npy("<f4", "(7500000,)", std::string(30000000, '\0'));
  const std::string bomb = make_zip({{"w.npy", zeros, true}});
  ASSERT_LT(bomb.size(), 200000u);
  const Status status = parse(bomb).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("would grow"), std::string::npos) << status.message();
  // A member that claims more than deflate can hold.
  EXPECT_EQ(parse(make_zip({{"w.npy", npy("<f4", "(1,)", floats({1})), true}}, 0x7fffffff))
                .status()
                .code(),
            Code::kCorrupt);
}

TEST(Npz, MembersThatShareBytesAreCorrupt) {
  std::string archive = make_zip({{"a.npy", npy("<f4", "(1000,)", std::string(4000, 'x'))},
                                  {"b.npy", npy("<f4", "(1,)", floats({1}))}});
  // Both directory entries point at the first member.
  const size_t first = archive.find(raw<uint32_t>(0x02014b50)),
               second = archive.find(raw<uint32_t>(0x02014b50), first + 1);
  archive.replace(second + 16, 12, archive.substr(first + 16, 12));
  archive.replace(second + 42, 4, archive.substr(first + 42, 4));
  EXPECT_EQ(parse(archive).status().code(), Code::kCorrupt);
}

TEST(Npy, ShapesThatLieAreCorrupt) {
  for (const std::string shape : {"(1000000000000, 1000000000000)",
                                  "(7,)",
                                  "(-1,)",
                                  "(9223372036854775807, 9223372036854775807)",
                                  "(0, 9223372036854775807)",
                                  "2"}) {
    EXPECT_EQ(parse(npy("<f4", shape, floats({1, 2}))).status().code(), Code::kCorrupt) << shape;
  }
  EXPECT_EQ(parse(npy(">f4", "(1,)", floats({1}))).status().code(), Code::kUnsupported);
}

TEST(Inspect, ShowsNamesTypesAndShapes) {
  const TempFolder folder;
  const std::string path = folder / "x.npz";
  ASSERT_TRUE(write_file(path,
                         std::string_view(make_zip(
                             {{"w.npy", npy("<f4", "(2, 3)", floats({1, 2, 3, 4, 5, 6}))}})))
                  .ok());
  const auto report = inspect_file(path);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->num_tensors, 1);
  EXPECT_EQ(report->num_values, 6);
  EXPECT_NE(report->to_text().find("w"), std::string::npos);
  EXPECT_NE(report->to_text().find("F32 2x3"), std::string::npos);
  EXPECT_NE(report->to_json().find("\"shape\":[2,3]"), std::string::npos);
}

TEST(Inspect, AnUnknownFileIsUnsupportedAndAMissingOneNotFound) {
  const TempFolder folder;
  ASSERT_TRUE(write_file(folder / "page.mat",
                         std::string_view("<!DOCTYPE html><html>Quota exceeded</html>"))
                  .ok());
  EXPECT_EQ(inspect_file(folder / "page.mat").status().code(), Code::kUnsupported);
  EXPECT_EQ(inspect_file(folder / "none.mat").status().code(), Code::kNotFound);
  EXPECT_EQ(inspect_file(folder.path()).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci
