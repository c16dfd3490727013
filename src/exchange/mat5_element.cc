// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "mat5_element.h"

#include <algorithm>
#include <string>

namespace loci {

MatElement next_element(ByteReader& in) {
  MatElement element;
  const uint32_t word = in.u32();
  if (word >> 16 != 0) {
    element.type = word & 0xffff;
    const uint32_t size = word >> 16;
    if (size > 4) fail_corrupt("a small element of " + std::to_string(size) + " bytes");
    element.data = in.take(4).first(size);
    return element;
  }
  element.type = word;
  const uint32_t size = in.u32();
  element.data = in.take(size);
  if (element.type != kMatCompressed) in.take(std::min<uint64_t>((8 - size % 8) % 8, in.left()));
  return element;
}

std::optional<NumberType> storage_type(uint32_t type) {
  switch (type) {
    case 1:
      return NumberType{'i', 1};
    case 2:
      return NumberType{'u', 1};
    case 3:
      return NumberType{'i', 2};
    case 4:
      return NumberType{'u', 2};
    case 5:
      return NumberType{'i', 4};
    case 6:
      return NumberType{'u', 4};
    case 7:
      return NumberType{'f', 4};
    case 9:
      return NumberType{'f', 8};
    case 12:
      return NumberType{'i', 8};
    case 13:
      return NumberType{'u', 8};
    default:
      return std::nullopt;
  }
}

}  // namespace loci
