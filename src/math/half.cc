// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/half.h"

#include "kernels.h"

namespace loci {

uint16_t float_to_half(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  const uint32_t sign = (bits >> 16) & 0x8000u;
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude >
      0x7f800000u) {  // a NaN keeps its upper payload bits and becomes quiet, as F16C does
    return static_cast<uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu));
  }
  if (magnitude >= 0x477ff000u)
    return static_cast<uint16_t>(sign | 0x7c00u);  // 65520 and more round to infinity
  if (magnitude < 0x38800000u) {  // below 2^-14: a multiple of 2^-24, rounded by adding 0.5 whose
                                  // last bit is 2^-24
    float small;
    __builtin_memcpy(&small, &magnitude, 4);
    small += 0.5f;
    uint32_t rounded;
    __builtin_memcpy(&rounded, &small, 4);
    return static_cast<uint16_t>(sign | (rounded - 0x3f000000u));
  }
  const uint32_t odd = (magnitude >> 13) & 1u;
  return static_cast<uint16_t>(sign | ((magnitude - 0x38000000u + 0xfffu + odd) >> 13));
}

float half_to_float(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t magnitude = half & 0x7fffu;
  uint32_t bits;
  float value;
  if (magnitude >= 0x7c00u) {  // infinity, or a NaN made quiet
    bits = 0x7f800000u | ((magnitude & 0x3ffu) << 13) | (magnitude > 0x7c00u ? 0x400000u : 0u);
  } else if (magnitude >= 0x400u) {
    bits = (magnitude << 13) + 0x38000000u;
  } else {
    value = static_cast<float>(magnitude) * 0x1p-24f;
    __builtin_memcpy(&bits, &value, 4);
  }
  bits |= sign;
  __builtin_memcpy(&value, &bits, 4);
  return value;
}

void floats_to_halfs(const float* in, uint16_t* out, size_t n) {
  internal::math_kernels().to_halfs(in, out, n);
}
void halfs_to_floats(const uint16_t* in, float* out, size_t n) {
  internal::math_kernels().from_halfs(in, out, n);
}

}  // namespace loci
