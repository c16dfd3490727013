// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// HDF5 files that refer to other files and to paths, written by libhdf5.
#include "loci/base/file.h"
#include "loci/exchange/file_tree.h"

#include <gtest/gtest.h>

#ifdef LOCI_WITH_HDF5
#include <hdf5.h>

namespace loci {
namespace {

hid_t new_file(const std::string& path) {
  return H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
}

void add_numbers(hid_t file, const char* name, hid_t properties) {
  const hsize_t size = 1;
  const double value = 42;
  const hid_t space = H5Screate_simple(1, &size, nullptr);
  const hid_t set =
      H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  ASSERT_GE(set, 0);
  H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value);
  H5Dclose(set);
  H5Sclose(space);
}

TEST(Hdf5Links, NumbersKeptInAnotherFileAreNotReadAsZeros) {
  const TempFolder folder;
  const hid_t file = new_file(folder / "a.h5");
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(properties, (folder / "one.bin").c_str(), 0, 8);
  add_numbers(file, "x", properties);
  add_numbers(file, "y", H5P_DEFAULT);
  H5Pclose(properties);
  H5Fclose(file);
  const auto tree = read_tree(folder / "a.h5");
  ASSERT_TRUE(tree.ok()) << tree.status().to_string();
  EXPECT_EQ(list_tensors(tree->root).size(), 1u);
  ASSERT_NE(tree->root.find("x"), nullptr);
  EXPECT_NE(tree->root.find("x")->describe().find("another file"), std::string::npos);
}

TEST(Hdf5Links, ASoftLinkOfAnOldGroupLeavesTheFileReadable) {
  const TempFolder folder;
  const hid_t file = new_file(folder / "a.h5");
  add_numbers(file, "x", H5P_DEFAULT);
  H5Lcreate_soft("/x", file, "again", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/nowhere", file, "dangling", H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(file);
  const auto tree = read_tree(folder / "a.h5");
  ASSERT_TRUE(tree.ok()) << tree.status().to_string();
  EXPECT_EQ(list_tensors(tree->root).size(), 1u);
}

}  // namespace
}  // namespace loci
#endif
