// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inflate.h"
#include "numeric.h"

#include "loci/exchange/file_tree.h"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// A data set of an HDF5 file, or a group when `is_group`.
struct Hdf5Object {
  bool is_group = false;
  std::vector<std::pair<std::string, uint64_t>>
      links;                       ///< names and addresses of a group's members
  std::vector<int64_t> shape;      ///< as HDF5 has it: last axis runs fastest
  bool is_reference = false;       ///< elements are addresses of objects
  std::optional<NumberType> type;  ///< of numbers
  std::map<std::string, std::string> text_attributes;
  std::map<std::string, int64_t> number_attributes;
  int layout_class = -1;  ///< 0 compact, 1 contiguous, 2 chunked
  uint64_t data_at = 0;   ///< address of the data or of the chunks' tree
  std::span<const uint8_t> compact;
  std::vector<uint64_t> chunk;  ///< sides of a chunk
  bool deflate = false, shuffle = false;
  std::string unreadable;  ///< why the numbers cannot be read, if so
};

/// The part of HDF5 that MATLAB's "save -v7.3" and h5py's default write: superblock 0 to 3, object
/// headers 1 and 2, groups by symbol table or link messages, compact, contiguous and chunked
/// (B-tree 1) data, deflate and shuffle. Every address and size is checked; what is read twice is
/// counted. Throws Error.
/// Source:  The HDF Group, "HDF5 File Format Specification", version 3.0
class Hdf5Reader {
 public:
  Hdf5Reader(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner);
  static bool is_hdf5(std::span<const uint8_t> bytes);

  uint64_t root() const { return root_; }
  Hdf5Object object(uint64_t address);
  /// The raw elements of a data set, row-major in its shape.
  SharedSpan read(const Hdf5Object& object, const std::string& what);
  /// The addresses a reference data set holds.
  std::vector<uint64_t> references(const Hdf5Object& object, const std::string& what);

 private:
  std::span<const uint8_t> at(uint64_t address, uint64_t size) const;
  std::span<const uint8_t> from(uint64_t address) const;
  void read_superblock();
  void header_v1(uint64_t address, Hdf5Object* out);
  void header_v2(uint64_t address, Hdf5Object* out);
  void message(int type, std::span<const uint8_t> data, Hdf5Object* out);
  void dataspace(std::span<const uint8_t> data, Hdf5Object* out);
  void layout(std::span<const uint8_t> data, Hdf5Object* out);
  void filters(std::span<const uint8_t> data, Hdf5Object* out);
  void attribute(std::span<const uint8_t> data, Hdf5Object* out);
  void link(std::span<const uint8_t> data, Hdf5Object* out);
  void group_tree(uint64_t address, std::span<const uint8_t> heap, int depth, Hdf5Object* out);
  void chunks(uint64_t address, const Hdf5Object& object, int depth, std::span<uint8_t> out);
  void place_chunk(std::span<const uint8_t> chunk,
                   const std::vector<uint64_t>& offset,
                   const Hdf5Object& object,
                   std::span<uint8_t> out) const;
  void count(uint64_t amount);

  std::span<const uint8_t> bytes_;
  std::shared_ptr<const void> owner_;
  uint64_t base_ = 0, root_ = 0;
  InflateBudget budget_;
  uint64_t steps_left_ = uint64_t{1} << 22;
};

}  // namespace loci
