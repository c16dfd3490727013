// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The few steps that need particular instructions, here in plain C++ for vectors of 16 bytes.
#pragma once

#define LOCI_VECTOR_BYTES 16
#include "scan_vectors.inc.h"

#include "loci/math/half.h"

#include <cstdint>

namespace loci::internal {
namespace {

/// sums[lane] += products of the lane's four bytes.
inline VecI32 dot_step(VecI32 sums, const uint8_t* query, const int8_t* row) {
  for (int lane = 0; lane < 4; ++lane) {
    int32_t sum = 0;
    for (int i = 4 * lane; i < 4 * lane + 4; ++i) sum += static_cast<int32_t>(query[i]) * row[i];
    sums[lane] += sum;
  }
  return sums;
}

/// The number of ones of each byte.
inline VecU64 byte_popcounts(VecU64 x) {
  x = x - ((x >> 1) & 0x5555555555555555u);
  x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
  return (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
}

/// The sum of the eight bytes of each lane.
inline VecU64 sum_bytes(VecU64 x) {
  x = (x & 0x00ff00ff00ff00ffu) + ((x >> 8) & 0x00ff00ff00ff00ffu);
  return (x * 0x0001000100010001u) >> 48;
}

inline VecF32 load_halfs(const uint16_t* from) {
  return VecF32{half_to_float(from[0]),
                half_to_float(from[1]),
                half_to_float(from[2]),
                half_to_float(from[3])};
}

}  // namespace
}  // namespace loci::internal
