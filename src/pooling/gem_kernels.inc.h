// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Powers as exponentials of logarithms, relative to the largest number of the column, so that none
// overflows.
#pragma once

#include "kernels.h"
#include "simd.inc.h"

namespace loci::internal {
namespace {

/// Natural logarithm of normal positive numbers: Cephes' polynomial, relative error 1e-7.
LOCI_INLINE VecF log_positive(VecF x) {
  const VecI bits = (VecI)x;
  VecI exponent = (bits >> 23) - 126;
  VecF m = (VecF)((bits & 0x7fffff) | 0x3f000000);  // in [1/2, 1)
  const VecI small = m < broadcast(0.707106781f);
  exponent += small;  // -1 where it holds
  m = m + (VecF)((VecI)m & small) - 1.0f;
  const VecF e = __builtin_convertvector(exponent, VecF);
  const VecF square = m * m;
  VecF p = m * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  p = p * m * square + e * -2.12194440e-4f - square * 0.5f;
  return m + p + e * 0.693359375f;
}

/// The first `count` numbers, `fill` in the other lanes.
LOCI_INLINE VecF load_some(const float* from, int64_t count, float fill) {
  if (count >= kLanes) return load(from);
  VecF v = broadcast(fill);
  for (int64_t i = 0; i < count; ++i) v[i] = from[i];
  return v;
}

void gem_lanes(
    const float* x, int64_t stride, int64_t rows, int64_t count, VecF p, float floor, float* out) {
  constexpr int64_t kGroup = 64;  // rows added in float32
  const VecF low = broadcast(floor);
  VecF most = low;
  VecF poison = {};  // stays 0 unless a number is NaN or infinite: comparisons would hide a NaN
  for (int64_t i = 0; i < rows; ++i) {
    const VecF v = load_some(x + i * stride, count, floor);
    poison += v * 0.0f;
    most = larger(v, most);
  }
  const VecF log_most = log_positive(most);
  double sums[kLanes] = {};
  for (int64_t begin = 0; begin < rows; begin += kGroup) {
    const int64_t end = begin + kGroup < rows ? begin + kGroup : rows;
    VecF sum = {};
    for (int64_t i = begin; i < end; ++i) {
      const VecF v = larger(load_some(x + i * stride, count, floor), low);
      VecF power = p * (log_positive(v) - log_most);
      power = power < VecF{} ? power : VecF{};
      sum += exp_nonpositive(power);
    }
    for (int lane = 0; lane < kLanes; ++lane) sums[lane] += static_cast<double>(sum[lane]);
  }
  for (int lane = 0; lane < kLanes && lane < count; ++lane) {
    const double root =
        __builtin_pow(sums[lane] / static_cast<double>(rows), 1 / static_cast<double>(p[lane]));
    out[lane] = static_cast<float>(static_cast<double>(most[lane]) * root) + poison[lane];
  }
}

void gem_columns(const float* x,
                 int64_t stride,
                 int64_t rows,
                 int64_t columns,
                 const float* p,
                 float floor,
                 float* out) {
  for (int64_t c = 0; c < columns; c += kLanes) {
    const int64_t count = columns - c < kLanes ? columns - c : kLanes;
    gem_lanes(x + c, stride, rows, count, load_some(p + c, count, 1), floor, out + c);
  }
}

}  // namespace
}  // namespace loci::internal
