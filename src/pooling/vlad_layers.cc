// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// NetVLAD and VLAD layers from the tensors of a model.
#include "netvlad.h"
#include "tensors.h"

#include <algorithm>

namespace loci::internal {
namespace {

struct Assignment {
  Matrix weight;
  std::vector<float> bias;
};

Result<Assignment> read_assignment(const TensorMap& tensors, ConstMatrixView centers) {
  Assignment assignment;
  LOCI_TRY(weight, finite_matrix(tensors, "pooling.weight", centers.rows(), centers.cols()));
  assignment.weight = std::move(weight);
  assignment.bias.assign(static_cast<size_t>(centers.rows()), 0.0f);
  if (tensors.contains("pooling.bias")) {
    LOCI_TRY(bias, finite_vector(tensors, "pooling.bias", centers.rows()));
    assignment.bias = std::move(bias);
  }
  return assignment;
}

/// The largest 2 c . x - |c|^2 belongs to the nearest center.
Assignment nearest_assignment(ConstMatrixView centers) {
  Assignment assignment{Matrix(centers.rows(), centers.cols()), {}};
  for (int64_t k = 0; k < centers.rows(); ++k) {
    double square = 0;
    for (int64_t d = 0; d < centers.cols(); ++d) {
      const double c = centers(k, d);
      assignment.weight(k, d) = static_cast<float>(2 * c);
      square += c * c;
    }
    assignment.bias.push_back(static_cast<float>(-square));
  }
  return assignment;
}

Result<Matrix> read_centers(const PoolingSpec& spec,
                            const TensorMap& tensors,
                            int64_t feature_dim) {
  const int64_t clusters = spec.num_clusters > 0 ? spec.num_clusters : -1;
  LOCI_TRY(centers,
           finite_matrix(tensors, "pooling.centers", clusters, feature_dim > 0 ? feature_dim : -1));
  if (centers.empty())
    return corrupt("tensor 'pooling.centers' is empty; expected at least one cluster");
  return centers;
}

}  // namespace

Result<VladTensors> read_vlad(const PoolingSpec& spec,
                              const TensorMap& tensors,
                              int64_t feature_dim,
                              bool hard) {
  LOCI_TRY(centers, read_centers(spec, tensors, feature_dim));
  Assignment assignment;
  if (hard && !tensors.contains("pooling.weight")) {
    assignment = nearest_assignment(centers);
  } else {
    LOCI_TRY(given, read_assignment(tensors, centers));
    assignment = std::move(given);
  }
  return VladTensors{
      std::move(assignment.weight), std::move(assignment.bias), std::move(centers), hard};
}

Result<std::unique_ptr<Pooling>> make_netvlad(const PoolingSpec& spec,
                                              const TensorMap& tensors,
                                              int64_t feature_dim,
                                              const NetvladKernels& kernels) {
  LOCI_TRY(read, read_vlad(spec, tensors, feature_dim, /*hard=*/false));
  return std::unique_ptr<Pooling>(
      new NetvladPooling(spec, read.weight, read.bias, read.centers, false, kernels));
}

Result<std::unique_ptr<Pooling>> make_vlad(const PoolingSpec& spec,
                                           const TensorMap& tensors,
                                           int64_t feature_dim,
                                           const NetvladKernels& kernels) {
  LOCI_TRY(read, read_vlad(spec, tensors, feature_dim, /*hard=*/true));
  return std::unique_ptr<Pooling>(
      new NetvladPooling(spec, read.weight, read.bias, read.centers, true, kernels));
}

}  // namespace loci::internal
