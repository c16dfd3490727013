// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Vectors of LOCI_VECTOR floats for the Winograd kernels; included inside the anonymous namespace
// of the source file of one instruction set. Plain loops and pointers only, so that nothing
// compiled here for one instruction set can be merged with code of another.

#define LOCI_INLINE inline __attribute__((always_inline))

typedef float Vec __attribute__((vector_size(LOCI_VECTOR * 4), aligned(4), may_alias));
constexpr long kV = LOCI_VECTOR;
constexpr long kOut = 2 * kV;  // channels out a block

LOCI_INLINE Vec load(const float* p) { return *reinterpret_cast<const Vec*>(p); }
LOCI_INLINE void store(float* p, Vec v) { *reinterpret_cast<Vec*>(p) = v; }
LOCI_INLINE Vec splat(float x) { return x - Vec{}; }
LOCI_INLINE Vec at_least(Vec v, Vec low) { return v < low ? low : v; }
LOCI_INLINE Vec at_most(Vec v, Vec high) { return v > high ? high : v; }
