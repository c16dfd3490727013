// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/exchange/file_tree.h"
#include "loci/model/tensor.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// A number type as files have them: kind 'f' float, 'i' signed, 'u' unsigned, 'b' bool.
struct NumberType {
  char kind = 'f';
  int bytes = 4;
};

/// What that type becomes: unsigned types that loci's tensors lack become the next wider signed
/// one.
DType dtype_for(NumberType type);

/// Elements of a shape, overflow-safe; Corrupt naming `what` when it has a negative side or more
/// than 2^48 elements.
uint64_t count_elements(const std::vector<int64_t>& shape, const std::string& what);

/// `count` numbers of type `from` as a tensor of `to`. The bytes are shared when nothing changes
/// and they are aligned. Throws Corrupt when there are fewer bytes than the shape needs, or a
/// number does not fit.
Tensor numeric_tensor(NumberType from,
                      DType to,
                      std::vector<int64_t> shape,
                      std::span<const uint8_t> bytes,
                      std::shared_ptr<const void> owner,
                      const std::string& what);

/// NumPy's "<f4", "|u1", "f8" as a type; nothing for big-endian, text, objects and structures.
std::optional<NumberType> numpy_type(std::string_view descr);

/// One .npy file as a value; text arrays become lists. Throws.
FileValue parse_npy_value(std::span<const uint8_t> bytes,
                          std::shared_ptr<const void> owner,
                          const std::string& what);

}  // namespace loci
