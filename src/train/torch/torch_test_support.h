// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "convert.h"

#include "loci/base/npy.h"
#include "loci/base/rng.h"

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace loci::train {

#define LOCI_NEEDS_SHARED_DATA() \
  if (std::getenv("LOCI_SHARED_DIR") == nullptr) GTEST_SKIP() << "LOCI_SHARED_DIR is not set"

/// An array of the golden data as a float64 tensor.
inline at::Tensor golden(const std::string& name) {
  const NpyArray array =
      read_npy(std::string(std::getenv("LOCI_SHARED_DIR")) + "/golden/" + name).value();
  at::Tensor tensor = at::empty(array.shape, at::kDouble);
  if (!array.values.empty()) {
    std::memcpy(tensor.data_ptr<double>(), array.values.data(), array.values.size() * 8);
  }
  return tensor;
}

/// Standard normal numbers that depend on the seed alone.
inline at::Tensor normal(at::IntArrayRef shape, uint64_t seed, at::ScalarType type = at::kDouble) {
  Rng rng(seed, "normal");
  at::Tensor tensor = at::empty(shape, at::kDouble);
  double* values = tensor.data_ptr<double>();
  for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = rng.normal();
  return tensor.to(type);
}

/// The largest difference divided by the largest magnitude of `expected` (or by 1e-3, if that is
/// larger).
inline double relative_error(const at::Tensor& found, const at::Tensor& expected) {
  if (expected.numel() == 0) return found.numel() == 0 ? 0 : HUGE_VAL;
  const double peak = std::max(1e-3, expected.abs().max().item<double>());
  return (found.to(at::kDouble) - expected).abs().max().item<double>() / peak;
}

}  // namespace loci::train
