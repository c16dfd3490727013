// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace loci {

/// IEEE 754 binary16 and bfloat16 as raw bits; round to nearest even.
uint16_t float_to_half(float value);
float half_to_float(uint16_t bits);
inline uint16_t float_to_bf16(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  if ((bits & 0x7fffffffu) > 0x7f800000u)
    return static_cast<uint16_t>((bits >> 16) | 0x40u);  // keep a NaN one
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}
inline float bf16_to_float(uint16_t bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value;
  __builtin_memcpy(&value, &wide, 4);
  return value;
}
/// Arrays, by F16C, AVX-512 or NEON where there is one.
void floats_to_halfs(const float* in, uint16_t* out, size_t n);
void halfs_to_floats(const uint16_t* in, float* out, size_t n);

}  // namespace loci
