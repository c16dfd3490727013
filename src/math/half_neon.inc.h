// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// float32 <-> binary16 by the instructions of every 64-bit ARM.
#pragma once

#include <arm_neon.h>
#include <cstddef>

namespace loci::internal {
namespace {

void floats_to_halfs_neon(const float* in, uint16_t* out, size_t n) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4)
    vst1_u16(out + i, vreinterpret_u16_f16(vcvt_f16_f32(vld1q_f32(in + i))));
  for (; i < n; ++i) {
    out[i] = vget_lane_u16(vreinterpret_u16_f16(vcvt_f16_f32(vdupq_n_f32(in[i]))), 0);
  }
}

void halfs_to_floats_neon(const uint16_t* in, float* out, size_t n) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4)
    vst1q_f32(out + i, vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(in + i))));
  for (; i < n; ++i) {
    out[i] = vgetq_lane_f32(vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(in[i]))), 0);
  }
}

}  // namespace
}  // namespace loci::internal
