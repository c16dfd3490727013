// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels.h"

#include "loci/base/cpu.h"
#include "loci/base/npy.h"
#include "loci/base/rng.h"
#include "loci/pooling/pooling.h"

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace loci {

/// An array of the shared golden data.
inline NpyArray golden(const std::string& name) {
  return read_npy(std::string(std::getenv("LOCI_SHARED_DIR")) + "/golden/" + name).value();
}

#define LOCI_NEEDS_SHARED_DATA() \
  if (std::getenv("LOCI_SHARED_DIR") == nullptr) GTEST_SKIP() << "LOCI_SHARED_DIR is not set"

/// The numbers with the sides of length 1 dropped down to `rank` (convolution weights are stored as
/// [out, in, 1, 1]).
inline Tensor tensor_of(const NpyArray& array, size_t rank) {
  std::vector<int64_t> shape = array.shape;
  while (shape.size() > rank && shape.back() == 1) shape.pop_back();
  const std::vector<float> values(array.values.begin(), array.values.end());
  return make_tensor(shape, std::span<const float>(values));
}

/// Image `b` of [B, C, h, w], or [C, N] with b = 0, as rows of width C.
inline Features features_of(const NpyArray& map, int64_t b = 0) {
  const bool batch = map.shape.size() == 4;
  const int64_t channels = map.shape[batch ? 1 : 0];
  Features f;
  f.height = batch ? map.shape[2] : (map.shape.size() == 3 ? map.shape[1] : 0);
  f.width = batch ? map.shape[3] : (map.shape.size() == 3 ? map.shape[2] : 0);
  const int64_t n = f.height > 0 ? f.height * f.width : map.shape[1];
  f.values = Matrix(n, channels);
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t i = 0; i < n; ++i) {
      f.values(i, c) =
          static_cast<float>(map.values[static_cast<size_t>((b * channels + c) * n + i)]);
    }
  }
  return f;
}

inline Matrix random_matrix(uint64_t seed, int64_t rows, int64_t cols, double size = 1) {
  Rng rng(seed);
  Matrix m(rows, cols);
  for (size_t i = 0; i < m.size(); ++i) m.data()[i] = static_cast<float>(size * rng.normal());
  return m;
}

inline std::vector<float> pooled(const Pooling& layer,
                                 const FeaturesView& features,
                                 int num_threads = 1) {
  std::vector<float> out(static_cast<size_t>(layer.output_dim(features.values.cols())), NAN);
  layer.pool(features, out, num_threads);
  return out;
}

inline std::vector<float> pooled(const Pooling& layer, ConstMatrixView bag, int num_threads = 1) {
  return pooled(layer, FeaturesView(bag), num_threads);
}

/// The largest difference of two arrays, NaN if any number is.
template <class A, class B>
double difference(const A& a, const B& b) {
  EXPECT_EQ(a.size(), b.size());
  double most = 0;
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const double d = std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!(d <= most)) most = d;
  }
  return most;
}

inline double norm(const std::vector<float>& x) {
  double sum = 0;
  for (const float v : x) sum += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(sum);
}

/// Every set of kernels that this processor can run.
inline std::vector<internal::PoolingKernels> all_kernels() {
  std::vector<internal::PoolingKernels> kernels{internal::plain_pooling_kernels()};
#if defined(__x86_64__)
  if (simd_level() >= SimdLevel::kAvx2) kernels.push_back(internal::avx2_pooling_kernels());
  if (simd_level() >= SimdLevel::kAvx512) kernels.push_back(internal::avx512_pooling_kernels());
#endif
  return kernels;
}

}  // namespace loci
