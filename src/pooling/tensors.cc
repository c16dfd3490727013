// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "tensors.h"

#include "loci/math/gemm.h"

#include <algorithm>
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

Matrix Perceptron::operator()(ConstMatrixView x, int num_threads) const {
  Matrix h = hidden(x, num_threads);
  for (int64_t i = 0; i < h.rows(); ++i) {
    for (float& v : h.row(i)) v = std::max(v, 0.0f);
  }
  return out(h, num_threads);
}

Result<Perceptron> find_perceptron(const TensorMap& tensors,
                                   const std::string& name,
                                   int64_t in,
                                   int64_t out) {
  LOCI_TRY(hidden, find_linear(tensors, name + ".hidden", -1, in));
  LOCI_TRY(last, find_linear(tensors, name + ".out", out, hidden.out()));
  return Perceptron{std::move(hidden), std::move(last)};
}

void add_signed_power(std::span<float> x, double power) {
  for (float& v : x) {
    const double raised = std::pow(std::abs(static_cast<double>(v)) + 1e-6, power);
    v += static_cast<float>(v > 0 ? raised : v < 0 ? -raised : 0);
  }
}

Matrix transposed(ConstMatrixView m) {
  Matrix out(m.cols(), m.rows());
  for (int64_t i = 0; i < m.rows(); ++i) {
    for (int64_t j = 0; j < m.cols(); ++j) out(j, i) = m(i, j);
  }
  return out;
}

}  // namespace loci::internal
