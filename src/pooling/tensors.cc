// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "tensors.h"

#include "loci/math/gemm.h"

#include <cmath>

namespace loci::internal {
namespace {

Status check_finite(std::span<const float> values, const std::string& name) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      return corrupt("tensor '" + name + "': number " + std::to_string(i) +
                     " is not finite; train or export the model again");
    }
  }
  return {};
}

}  // namespace

Result<Matrix> finite_matrix(const TensorMap& tensors,
                             const std::string& name,
                             int64_t rows,
                             int64_t cols) {
  LOCI_TRY(matrix, find_matrix(tensors, name, rows, cols));
  LOCI_RETURN_IF_ERROR(check_finite({matrix.data(), matrix.size()}, name));
  return matrix;
}

Result<std::vector<float>> finite_vector(const TensorMap& tensors,
                                         const std::string& name,
                                         int64_t size) {
  LOCI_TRY(values, find_vector(tensors, name, size));
  LOCI_RETURN_IF_ERROR(check_finite(values, name));
  return values;
}

Result<Linear> find_linear(const TensorMap& tensors,
                           const std::string& name,
                           int64_t out,
                           int64_t in) {
  LOCI_TRY(weight, finite_matrix(tensors, name + ".weight", out, in));
  LOCI_TRY(bias, finite_vector(tensors, name + ".bias", weight.rows()));
  return Linear{std::move(weight), std::move(bias)};
}

Matrix Linear::operator()(ConstMatrixView x, int num_threads) const {
  Matrix y(x.rows(), out());
  for (int64_t i = 0; i < y.rows(); ++i) std::copy(bias.begin(), bias.end(), y.row(i).begin());
  if (!x.empty()) gemm_nt(x, weight, y, num_threads, /*accumulate=*/true);
  return y;
}

Matrix transposed(ConstMatrixView m) {
  Matrix out(m.cols(), m.rows());
  for (int64_t i = 0; i < m.rows(); ++i) {
    for (int64_t j = 0; j < m.cols(); ++j) out(j, i) = m(i, j);
  }
  return out;
}

}  // namespace loci::internal
