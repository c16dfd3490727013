// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Exponentials over vectors of LOCI_VECTOR floats; after winograd_vector.inc.h.

typedef int Ints __attribute__((vector_size(LOCI_VECTOR * 4), aligned(4), may_alias));

/// The nearest whole number (ties to even) of each |x| < 2^22.
LOCI_INLINE Ints nearest(Vec x) {
  const Vec shifted = x + 12582912.0f;  // the whole number in the low bits
  return reinterpret_cast<const Ints&>(shifted) - 0x4b400000;
}

/// e^x: 2^n times a polynomial of the rest, |rest| <= ln 2 / 2; relative error below 2e-7. x below -87 gives about 1e-38.
LOCI_INLINE Vec exponential(Vec x) {
  x = at_most(at_least(x, splat(-87.0f)), splat(88.0f));
  const Vec shifted =
      x * 1.44269504088896341f + 12582912.0f;  // the nearest whole number in the low bits
  const Vec n = shifted - 12582912.0f;
  const Vec r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Vec p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const Ints exponent = (reinterpret_cast<const Ints&>(shifted) - 0x4b400000 + 127) << 23;
  return p * reinterpret_cast<const Vec&>(exponent);
}

/// x / 2 * (1 + erf(x / sqrt(2))); erf by Abramowitz and Stegun 7.1.26, absolute error below 2e-7.
LOCI_INLINE Vec gelu(Vec x) {
  const Vec size = (x < 0.0f ? -x : x) * 0.70710678118654752f;
  const Vec t = 1.0f / (size * 0.3275911f + 1.0f);
  Vec p = splat(1.061405429f);
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const Vec rest = p * t * exponential(-size * size);  // 1 - erf(size)
  return 0.5f * x * (x < 0.0f ? rest : 2.0f - rest);
}
