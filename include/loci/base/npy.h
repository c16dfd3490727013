// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/status.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci {

/// An n-dimensional array read from a NumPy .npy file: little-endian numbers in C order, converted to double.
struct NpyArray {
  std::vector<int64_t> shape;
  std::string dtype;  ///< as in the file, such as "<f4"
  std::vector<double> values;
  int64_t size() const { return static_cast<int64_t>(values.size()); }
};

/// Reads formats 1.0 to 3.0 with f2, f4, f8, integer and bool elements, C or Fortran order (turned into C order).
/// Unsupported for object arrays (they are pickles) and text.
Result<NpyArray> read_npy(const std::string& path);
Result<NpyArray> parse_npy(std::span<const uint8_t> bytes, const std::string& where);
/// A float32 matrix as .npy format 1.0.
Status write_npy(const std::string& path, ConstMatrixView matrix);

}  // namespace loci
