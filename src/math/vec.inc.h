// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Vectors of LOCI_VECTOR_BYTES bytes, for sources that are compiled once for each instruction set.
// Everything is in an anonymous namespace, so that the linker never merges code for different
// processors.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__clang__)
#define LOCI_UNROLL _Pragma("unroll")
#else
#define LOCI_UNROLL _Pragma("GCC unroll 16")
#endif
#define LOCI_INLINE inline __attribute__((always_inline))

namespace loci::internal {
namespace {

template <class T>
struct VecOf;
template <>
struct VecOf<float> {
  typedef float type __attribute__((vector_size(LOCI_VECTOR_BYTES)));
};
template <>
struct VecOf<double> {
  typedef double type __attribute__((vector_size(LOCI_VECTOR_BYTES)));
};
template <class T>
using Vec = typename VecOf<T>::type;
template <class T>
constexpr int kLanes = LOCI_VECTOR_BYTES / static_cast<int>(sizeof(T));

template <class T>
LOCI_INLINE Vec<T> load(const T* from) {
  Vec<T> v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
template <class T>
LOCI_INLINE void store(T* to, Vec<T> v) {
  __builtin_memcpy(to, &v, sizeof v);
}
template <class T>
LOCI_INLINE Vec<T> broadcast(T x) {
  return x - Vec<T>{};  // x - 0 is x for every x, which x + 0 is not for -0
}

}  // namespace
}  // namespace loci::internal
