// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/status.h"
#include "loci/model/tensor.h"

#include <span>
#include <string>
#include <vector>

namespace loci::internal {

/// find_matrix and find_vector that also refuse infinities and NaN, by name and position.
Result<Matrix> finite_matrix(const TensorMap& tensors,
                             const std::string& name,
                             int64_t rows,
                             int64_t cols);
Result<std::vector<float>> finite_vector(const TensorMap& tensors,
                                         const std::string& name,
                                         int64_t size);

/// y = W x + b for the rows of a matrix.
struct Linear {
  Matrix weight;            ///< out x in
  std::vector<float> bias;  ///< out
  int64_t in() const { return weight.cols(); }
  int64_t out() const { return weight.rows(); }
  Matrix operator()(ConstMatrixView x, int num_threads) const;
};
/// `name`.weight and `name`.bias; -1 for a side of any length.
Result<Linear> find_linear(const TensorMap& tensors,
                           const std::string& name,
                           int64_t out,
                           int64_t in);

/// out(relu(hidden(x)))
struct Perceptron {
  Linear hidden, out;
  Matrix operator()(ConstMatrixView x, int num_threads) const;
};
/// `name`.hidden and `name`.out, of any hidden width; -1 for an output of any width.
Result<Perceptron> find_perceptron(const TensorMap& tensors,
                                   const std::string& name,
                                   int64_t in,
                                   int64_t out = -1);

/// sign(x) (|x| + 1e-6)^power + x
void add_signed_power(std::span<float> x, double power);

Matrix transposed(ConstMatrixView m);

}  // namespace loci::internal
