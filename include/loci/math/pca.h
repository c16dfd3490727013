// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"

#include <cstdint>
#include <vector>

namespace loci {

/// A linear map learnt from descriptors: y = W (x - mean), W = diag((lambda + eps)^(-power/2)) U^T. Power 1 whitens, 0 is
/// plain PCA, between them directions of much variance are held back without those of little being blown up. To be
/// followed by L2 normalisation.
struct Pca {
  Matrix projection;                ///< M x D, rows by falling eigenvalue
  std::vector<float> bias;          ///< M: -W * mean, so that y = W x + bias
  std::vector<float> mean;          ///< D
  std::vector<double> eigenvalues;  ///< M, of the covariance divided by n - 1
};

struct PcaOptions {
  /// M; at most min(n - 1, D) directions carry variance, and no more are kept.
  int output_dim = 512;
  double power = 1;
  double epsilon = 1e-9;  ///< added to each eigenvalue under the root
  int num_threads = 0;
};

/// PCA-whitening fitted on the n rows of `samples` (Relja/netvlad addPCA.m and relja_PCA.m). Works on the D x D
/// covariance when n > D and on the n x n Gram matrix otherwise, so never on a matrix larger than the smaller of the two.
/// The sign of every row of W is fixed: its entry of largest magnitude is positive.
/// Errors: InvalidArgument for n < 2 or values that are not finite
/// Cost:   min(n, D)^2 * max(n, D) multiply-adds and an eigenproblem of size min(n, D)
Result<Pca> fit_pca(ConstMatrixView samples, const PcaOptions& options, const JobControl& job = {});

}  // namespace loci
