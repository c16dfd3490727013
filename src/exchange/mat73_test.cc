// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_files.h"

#include <gtest/gtest.h>

#ifdef LOCI_TEST_MATIO
#include <matio.h>
#endif

namespace loci {
namespace {

using namespace testing_files;

TEST(Hdf5, GroupsByLinkAndBySymbolTableAreRead) {
  LOCI_GOLDEN_OR_SKIP(latest, "golden/formats/hloc/global-feats-netvlad.h5");
  LOCI_GOLDEN_OR_SKIP(usual, "golden/openibl/pca_params_model_best.h5");
  const auto hloc = read_tree(latest), pca = read_tree(usual);
  ASSERT_TRUE(hloc.ok()) << hloc.status().to_string();
  ASSERT_TRUE(pca.ok()) << pca.status().to_string();
  EXPECT_EQ(list_tensors(hloc->root).size(), 14u);
  EXPECT_EQ(pca->root.find("U")->describe(), "F32 256x44");
}

TEST(Hdf5, EveryFlippedByteIsHandled) {
  LOCI_GOLDEN_OR_SKIP(path, "golden/pca/n_gt_d/openibl_pca.h5");
  const auto bytes = read_file(path).value();
  for (size_t i = 0; i < bytes.size(); i += i < 2048 ? 1 : 7) {
    std::string broken(bytes.begin(), bytes.end());
    broken[i] = static_cast<char>(broken[i] ^ 0xff);
    (void)parse(broken).ok();
  }
  for (size_t size = 0; size < bytes.size(); size += 13) {
    (void)parse(std::string(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))).ok();
  }
}

#ifdef LOCI_TEST_MATIO

matvar_t* text_variable(const char* name, const std::string& text) {
  size_t shape[2] = {1, text.size()};
  return Mat_VarCreate(name, MAT_C_CHAR, MAT_T_UINT8, 2, shape, const_cast<char*>(text.data()), 0);
}

/// net = struct('name', 'conv1', 'w', single([1 2 3; 4 5 6]), 'list', {{'a', 'bc'}}), written by
/// matio through libhdf5.
void write_mat73(const std::string& path, matio_compression compression) {
  mat_t* file = Mat_CreateVer(path.c_str(), nullptr, MAT_FT_MAT73);
  ASSERT_NE(file, nullptr);
  const char* names[3] = {"name", "w", "list"};
  size_t one[2] = {1, 1}, shape[2] = {2, 3}, two[2] = {1, 2};
  matvar_t* net = Mat_VarCreateStruct("net", 2, one, names, 3);
  float values[6] = {1, 4, 2, 5, 3, 6};
  Mat_VarSetStructFieldByName(net, "name", 0, text_variable(nullptr, "conv1"));
  Mat_VarSetStructFieldByName(
      net, "w", 0, Mat_VarCreate(nullptr, MAT_C_SINGLE, MAT_T_SINGLE, 2, shape, values, 0));
  matvar_t* cells[2] = {text_variable(nullptr, "a"), text_variable(nullptr, "bc")};
  Mat_VarSetStructFieldByName(
      net, "list", 0, Mat_VarCreate(nullptr, MAT_C_CELL, MAT_T_CELL, 2, two, cells, 0));
  EXPECT_EQ(Mat_VarWrite(file, net, compression), 0);
  Mat_VarFree(net);
  std::vector<double> large(20000);
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<double>(i) / 7;
  size_t large_shape[2] = {100, 200};
  matvar_t* matrix =
      Mat_VarCreate("large", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, large_shape, large.data(), 0);
  EXPECT_EQ(Mat_VarWrite(file, matrix, compression), 0);
  Mat_VarFree(matrix);
  Mat_Close(file);
}

TEST(Mat73, WhatMatioWritesIsReadAsFromLevel5) {
  const TempFolder folder;
  for (const auto compression : {MAT_COMPRESSION_NONE, MAT_COMPRESSION_ZLIB}) {
    write_mat73(folder / "x.mat", compression);
    const auto tree = read_tree(folder / "x.mat");
    ASSERT_TRUE(tree.ok()) << tree.status().to_string();
    EXPECT_EQ(tree->format, "MATLAB 7.3");
    const FileValue* net = tree->root.find("net");
    ASSERT_NE(net, nullptr);
    EXPECT_EQ(net->find("name")->text, "conv1");
    EXPECT_EQ(net->find("w")->describe(), "F32 2x3");
    EXPECT_EQ(row_major(*net->find("w")).to_floats(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(net->find("list")->items.at(1).text, "bc");
    const Tensor large = row_major(*tree->root.find("large"), {1, 0});
    ASSERT_EQ(large.size(), 20000);
    EXPECT_EQ(large.to_floats()[12345], static_cast<float>(12345.0 / 7));
  }
}

#endif

}  // namespace
}  // namespace loci
