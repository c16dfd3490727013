// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/gemm.h"

#include "gemm_driver.h"
#include "kernels.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"
#include "loci/math/vector.h"

#include <algorithm>

namespace loci {
namespace {

/// So few rows of a are not worth packing b.
bool few_rows(ConstMatrixView a) { return a.rows() <= (a.cols() >= 2048 ? 16 : 3); }

void clear(MatrixView<float> out) {
  for (int64_t i = 0; i < out.rows(); ++i) std::ranges::fill(out.row(i), 0.0f);
}

void few_rows_nt(
    ConstMatrixView a, ConstMatrixView b, MatrixView<float> out, int num_threads, bool accumulate) {
  const auto length = static_cast<size_t>(a.cols());
  const int64_t grain = std::max<int64_t>(1, (1 << 16) / std::max<int64_t>(1, a.cols()));
  parallel_for(b.rows(), grain, num_threads, [&](int64_t begin, int64_t end) {
    for (int64_t j = begin; j < end; ++j) {
      for (int64_t i = 0; i < a.rows(); ++i) {
        const float value = dot(a.row_data(i), b.row_data(j), length);
        out(i, j) = accumulate ? out(i, j) + value : value;
      }
    }
  });
}

}  // namespace

void gemm_nt(
    ConstMatrixView a, ConstMatrixView b, MatrixView<float> out, int num_threads, bool accumulate) {
  LOCI_REQUIRE(a.cols() == b.cols(), "a and b have rows of the same length");
  LOCI_REQUIRE(out.rows() == a.rows() && out.cols() == b.rows(), "out is a.rows() x b.rows()");
  if (out.empty()) return;
  if (a.cols() == 0) {
    if (!accumulate) clear(out);
  } else if (few_rows(a)) {
    few_rows_nt(a, b, out, num_threads, accumulate);
  } else {
    internal::gemm<float>(
        a, b, false, out, num_threads, accumulate, internal::math_kernels().gemm_f32);
  }
}

void gemm_nn(
    ConstMatrixView a, ConstMatrixView b, MatrixView<float> out, int num_threads, bool accumulate) {
  LOCI_REQUIRE(a.cols() == b.rows(), "a has as many columns as b has rows");
  LOCI_REQUIRE(out.rows() == a.rows() && out.cols() == b.cols(), "out is a.rows() x b.cols()");
  if (out.empty()) return;
  if (a.cols() == 0) {
    if (!accumulate) clear(out);
  } else {
    internal::gemm<float>(
        a, b, true, out, num_threads, accumulate, internal::math_kernels().gemm_f32);
  }
}

}  // namespace loci
