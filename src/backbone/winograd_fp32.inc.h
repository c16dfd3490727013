// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Float32 maps, planes and weights for winograd_kernel.inc.h; included after
// winograd_vector.inc.h.

typedef float Element;
constexpr long kDepth = 1;  // channels in that lie side by side in the packed weights

LOCI_INLINE Vec load_map(const Element* p) { return load(p); }
LOCI_INLINE void store_map(Element* p, Vec v) { store(p, v); }
LOCI_INLINE void store_weights(Element* p, const Vec* u) { store(p, u[0]); }

/// ROWS tiles x VECTORS vectors of channels out, summed over all channels in.
template <int ROWS, int VECTORS>
void product(const Element* a, long a_row, const Element* b, long depth, float* c) {
  Vec sum[ROWS][VECTORS];
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; ++i) {
#pragma GCC unroll 2
    for (int j = 0; j < VECTORS; ++j) sum[i][j] = Vec{};
  }
  for (long k = 0; k < depth; ++k) {
    Vec w[VECTORS];
#pragma GCC unroll 2
    for (int j = 0; j < VECTORS; ++j) w[j] = load(b + j * kV);
    b += kOut;
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; ++i) {
      const Vec x = splat(a[i * a_row + k]);
#pragma GCC unroll 2
      for (int j = 0; j < VECTORS; ++j) sum[i][j] += x * w[j];
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; ++i) {
#pragma GCC unroll 2
    for (int j = 0; j < VECTORS; ++j) store(c + i * kOut + j * kV, sum[i][j]);
  }
}
