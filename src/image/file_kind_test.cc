// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/file_kind.h"

#include <string>

#include <gtest/gtest.h>

namespace loci {
namespace {

std::string kind_of(const std::string& head, std::string_view name) {
  const FileKind kind =
      file_kind({reinterpret_cast<const uint8_t*>(head.data()), head.size()}, name);
  const char* of = kind.kind == MediaKind::kPhoto     ? "photo "
                   : kind.kind == MediaKind::kPicture ? "picture "
                   : kind.kind == MediaKind::kVideo   ? "video "
                                                      : "other ";
  return of + std::string(kind.name);
}

std::string ftyp(const std::string& brands) {
  std::string box = {0, 0, 0, static_cast<char>(12 + brands.size())};
  return box + "ftyp" + brands.substr(0, 4) + std::string(4, '\0') + brands.substr(4) + "mdat";
}

TEST(FileKind, TheContentSpeaksBeforeTheName) {
  EXPECT_EQ(kind_of("\xFF\xD8\xFF\xE1..", "IMG_0001.HEIC"), "photo JPEG");
  EXPECT_EQ(kind_of("\xFF\xD8\xFF\xE1..", "clip.mp4"), "photo JPEG");
  EXPECT_EQ(kind_of(ftyp("heic"), "IMG_0002.jpg"), "picture HEIC");
  EXPECT_EQ(kind_of(ftyp("mif1heicavif"), "a"), "picture AVIF");
  EXPECT_EQ(kind_of(ftyp("isommp41"), "ok.insv"), "video MP4");
  EXPECT_EQ(kind_of(ftyp("qt  "), "a.jpg"), "video MOV");
  EXPECT_EQ(kind_of("#ROSBAG V2.0\n", "drive.bag.active"), "video ROS bag");
}

TEST(FileKind, ATiffBlockNamedAsRawIsRaw) {
  const std::string tiff("II*\0\x08\0\0\0", 8);
  EXPECT_EQ(kind_of(tiff, "scan.tif"), "photo TIFF");
  EXPECT_EQ(kind_of(tiff, "IMG.DNG"), "photo DNG");
  EXPECT_EQ(kind_of(std::string("II*\0\x10\0\0\0CR\x02\0", 12), "a"), "photo CR2");
}

TEST(FileKind, WhereTheContentSaysNothingTheNameDoes) {
  EXPECT_EQ(kind_of("", "a.mov"), "video MOV");
  EXPECT_EQ(kind_of("", "a.jpg"), "photo ");
  EXPECT_EQ(kind_of("hello", "notes.txt"), "other ");
  EXPECT_EQ(kind_of("", "noext"), "other ");
}

}  // namespace
}  // namespace loci
