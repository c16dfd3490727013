// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "byte_reader.h"
#include "numeric.h"

#include <cstdint>
#include <optional>
#include <span>

namespace loci {

constexpr uint32_t kMatMatrix = 14, kMatCompressed = 15;

/// One data element of a MATLAB level 5 file: a type and its bytes.
struct MatElement {
  uint32_t type = 0;
  std::span<const uint8_t> data;
};

/// The next element; small ones keep up to four bytes in the tag itself. Elements of a matrix are
/// padded to 8 bytes. Throws Error.
MatElement next_element(ByteReader& in);

/// What numbers an element of that type holds; none for other elements.
std::optional<NumberType> storage_type(uint32_t type);

}  // namespace loci
