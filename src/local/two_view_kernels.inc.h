// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// How far matched points are from a homography or an epipolar geometry. Needs lanes.inc.h.
#pragma once

#include "kernels.h"
#include "lanes.inc.h"

namespace loci::internal {
namespace {

constexpr float kNever = 1e30f;  // the squared distance of a pair that no camera could see so

LOCI_INLINE VecF load_some(const float* from, int64_t count) {
  if (count >= kLanes) return load(from);
  VecF v = {};
  for (int64_t i = 0; i < count; ++i) v[i] = from[i];
  return v;
}

/// Mean of the squared transfer distances in the two images.
struct HomographyDistance {
  const float* h;
  const float* inverse;

  LOCI_INLINE VecF one_way(const float* m, VecF x, VecF y, VecF u, VecF v, VecI& valid) const {
    const VecF w = x * m[6] + y * m[7] + m[8];
    valid &= w > 0.0f;
    const VecF scale = 1.0f / w;
    const VecF dx = (x * m[0] + y * m[1] + m[2]) * scale - u;
    const VecF dy = (x * m[3] + y * m[4] + m[5]) * scale - v;
    return dx * dx + dy * dy;
  }
  LOCI_INLINE VecF squared(VecF x1, VecF y1, VecF x2, VecF y2) const {
    VecI valid = VecI{} - 1;
    const VecF there = one_way(h, x1, y1, x2, y2, valid);
    const VecF back = one_way(inverse, x2, y2, x1, y1, valid);
    const VecF never = splat(kNever);
    return valid ? (there + back) * 0.5f : never;
  }
};

/// Sampson's approximation of the squared distance; with the two views' oriented epipolar geometry
/// (Chum, Werner and Matas, ICPR 2004).
struct EpipolarDistance {
  const float* f;
  const float* epipole;  // of the second image, with the sign that makes points in front positive

  LOCI_INLINE VecF squared(VecF x1, VecF y1, VecF x2, VecF y2) const {
    const VecF a = x1 * f[0] + y1 * f[1] + f[2];  // the line in the second image
    const VecF b = x1 * f[3] + y1 * f[4] + f[5];
    const VecF c = x1 * f[6] + y1 * f[7] + f[8];
    const VecF p = x2 * f[0] + y2 * f[3] + f[6];  // the line in the first
    const VecF q = x2 * f[1] + y2 * f[4] + f[7];
    const VecF error = x2 * a + y2 * b + c;
    const VecF front = a * (epipole[1] - y2 * epipole[2]) + b * (x2 * epipole[2] - epipole[0]) +
                       c * (y2 * epipole[0] - x2 * epipole[1]);
    const VecF tiny = splat(1e-30f), never = splat(kNever);
    const VecF distance = error * error / larger(a * a + b * b + (p * p + q * q), tiny);
    return front > 0.0f ? distance : never;
  }
};

/// Sum of max(0, 1 - d^2 / tolerance^2); less than `enough` and unfinished where that cannot be
/// reached.
template <class Distance>
float total_support(const PairsView& pairs,
                    const Distance& distance,
                    float inverse_square,
                    float enough) {
  constexpr int64_t kBatch = 4 * kLanes;
  const VecF zero = {};
  float sum = 0;
  for (int64_t first = 0; first < pairs.n; first += kBatch) {
    VecF support = {};
    for (int64_t i = first; i < pairs.n && i < first + kBatch; i += kLanes) {
      const int64_t left = pairs.n - i;
      const VecF d = distance.squared(load_some(pairs.x1 + i, left),
                                      load_some(pairs.y1 + i, left),
                                      load_some(pairs.x2 + i, left),
                                      load_some(pairs.y2 + i, left));
      VecF each = larger(1.0f - d * inverse_square, zero);
      if (left < kLanes) {
        for (int64_t lane = left; lane < kLanes; ++lane) each[lane] = 0;
      }
      support += each;
    }
    sum += sum_of_lanes(support);
    const auto rest = static_cast<float>(pairs.n - first - kBatch);
    if (sum + rest < enough) return sum;
  }
  return sum;
}

template <class Distance>
void all_squared(const PairsView& pairs, const Distance& distance, float* out) {
  for (int64_t i = 0; i < pairs.n; i += kLanes) {
    const int64_t left = pairs.n - i;
    const VecF d = distance.squared(load_some(pairs.x1 + i, left),
                                    load_some(pairs.y1 + i, left),
                                    load_some(pairs.x2 + i, left),
                                    load_some(pairs.y2 + i, left));
    if (left >= kLanes) {
      store(out + i, d);
    } else {
      for (int64_t lane = 0; lane < left; ++lane) out[i + lane] = d[lane];
    }
  }
}

float support_of_homography(const PairsView& pairs,
                            const float* h,
                            const float* inverse,
                            float inverse_square,
                            float enough) {
  return total_support(pairs, HomographyDistance{h, inverse}, inverse_square, enough);
}
float support_of_epipolar(const PairsView& pairs,
                          const float* f,
                          const float* epipole,
                          float inverse_square,
                          float enough) {
  return total_support(pairs, EpipolarDistance{f, epipole}, inverse_square, enough);
}
void squares_of_homography(const PairsView& pairs,
                           const float* h,
                           const float* inverse,
                           float* out) {
  all_squared(pairs, HomographyDistance{h, inverse}, out);
}
void squares_of_epipolar(const PairsView& pairs, const float* f, const float* epipole, float* out) {
  all_squared(pairs, EpipolarDistance{f, epipole}, out);
}

}  // namespace
}  // namespace loci::internal
