// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/status.h"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace loci {

enum class DType { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool };
size_t dtype_size(DType type);
const char* dtype_name(DType type);  ///< as safetensors writes it: "F32"

/// Numbers with a shape, row-major, little-endian, never changed after they are made. Copies share the bytes, which may lie
/// in a mapped file that `owner` keeps open.
struct Tensor {
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::span<const uint8_t> bytes;
  std::shared_ptr<const void> owner;

  int64_t size() const;  ///< product of the shape
  /// The values as float32 (a copy; F64 is rounded).
  std::vector<float> to_floats() const;
  /// The bytes as they are, for dtype F32 only (contract). Alignment is 4 at least.
  std::span<const float> floats() const;
  /// "F32 64x512"
  std::string to_string() const;
};

Tensor make_tensor(std::vector<int64_t> shape, std::span<const float> values);
Tensor make_tensor(std::vector<int64_t> shape, std::span<const uint16_t> bits, DType half_type);
Tensor make_tensor(std::vector<int64_t> shape, std::span<const int8_t> values);
Tensor make_tensor(ConstMatrixView matrix);

/// Tensors by name, in byte order of the names.
using TensorMap = std::map<std::string, Tensor>;

/// The tensor of that name as float32 with exactly that shape (-1 fits any length). NotFound or Corrupt with the name, what
/// was found and what was expected.
Result<Tensor> find_tensor(const TensorMap& tensors,
                           const std::string& name,
                           const std::vector<int64_t>& shape);
Result<Matrix> find_matrix(const TensorMap& tensors,
                           const std::string& name,
                           int64_t rows,
                           int64_t cols);
Result<std::vector<float>> find_vector(const TensorMap& tensors,
                                       const std::string& name,
                                       int64_t size);

}  // namespace loci
