// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The few steps that need particular instructions, for every 64-bit ARM.
#pragma once

#define LOCI_VECTOR_BYTES 16
#include "scan_vectors.inc.h"

#include <arm_neon.h>
#include <cstdint>

namespace loci::internal {
namespace {

/// A query's bytes are at most 127, so they are signed ones too.
inline VecI32 dot_step(VecI32 sums, const uint8_t* query, const int8_t* row) {
  const int8x16_t q = vreinterpretq_s8_u8(vld1q_u8(query));
  const int8x16_t r = vld1q_s8(row);
  const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(q), vget_low_s8(r)));
  const int32x4_t high = vpaddlq_s16(vmull_high_s8(q, r));
  return sums + reinterpret_cast<VecI32>(vpaddq_s32(low, high));
}

inline VecU64 byte_popcounts(VecU64 x) {
  return reinterpret_cast<VecU64>(vcntq_u8(reinterpret_cast<uint8x16_t>(x)));
}

inline VecU64 sum_bytes(VecU64 x) {
  return reinterpret_cast<VecU64>(
      vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(reinterpret_cast<uint8x16_t>(x)))));
}

inline VecF32 load_halfs(const uint16_t* from) {
  return reinterpret_cast<VecF32>(vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(from))));
}

}  // namespace
}  // namespace loci::internal
