// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/status.h"

#include <cstdint>
#include <vector>

namespace loci {

/// Sums over pairs of vectors (a, b) of the same thing seen twice, in float64: all that a
/// discriminant projection needs of them, so that the pairs need not be kept.
/// Threads: one call at a time
class PairScatter {
 public:
  explicit PairScatter(int64_t dim);
  /// Row i of `a` and row i of `b` are a pair; both n x D, finite. The same calls in the same order
  /// give the same bits for any number of threads.
  /// Cost: 2 n D^2 multiply-adds
  void add(ConstMatrixView a, ConstMatrixView b, int num_threads = 0);

  int64_t dim() const { return differences_.rows(); }
  int64_t pairs() const { return pairs_; }
  std::vector<double> mean() const;  ///< m of all a and b, D
  MatrixOf<double> within() const;   ///< E[(a - b)(a - b)^T] / 2
  MatrixOf<double> total() const;    ///< covariance of all a and b about m

 private:
  int64_t pairs_ = 0;
  MatrixOf<double> differences_, sums_;  // of (a - b)(a - b)^T and (a + b)(a + b)^T, lower triangle
  std::vector<double> sum_;              // of a + b
};

struct DiscriminantOptions {
  int output_dim = 64;   ///< d, at most D
  double shrink = 0.05;  ///< of W towards a multiple of I, not below 0
  double power = 1;      ///< p: W^p takes the place of W; 0 keeps what varies most (PCA)
};

/// y = P x + bias.
struct Discriminant {
  Matrix projection;                ///< P, d x D, rows by falling eigenvalue
  std::vector<float> bias;          ///< d: -P m
  std::vector<double> eigenvalues;  ///< d: total variance over within-pair variance along each row
};

/// The projection that keeps pairs together and spreads everything else:
///
///   W = E[(a - b)(a - b)^T] / 2 + shrink * trace / D * I,   T = covariance of all a and b
///   P = (d leading eigenvectors of W^-1/2 T W^-1/2)^T W^-1/2
///
/// where `trace` is that of the expectation, and W^p stands for W where `power` is not 1: between 0
/// and 1 less is suppressed. So P W P^T = I, and P T P^T is diagonal. The sign of
/// every row is fixed: its entry of largest magnitude is positive.
///
/// Errors: InvalidArgument for an option out of range, no pairs, pairs that are all equal or not
///         finite, or a W that cannot be inverted (too few pairs without shrink)
/// Cost:   an eigenproblem of size D
/// Source: Fukunaga, Introduction to Statistical Pattern Recognition, 1990, sec. 10.2; for
///         descriptors Mikolajczyk and Matas, Improving descriptors for fast tree matching by
///         optimal linear projection, ICCV 2007
Result<Discriminant> fit_discriminant(const PairScatter& pairs, const DiscriminantOptions& options);

}  // namespace loci
