// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels.h"
#include "scratch.h"

#include "loci/pooling/pooling.h"

#include <memory>
#include <vector>

namespace loci::internal {

/// NetVLAD (arXiv 1511.07247, eq. 4) and, with hard assignment, VLAD (eq. 1):
///
///     a_ik = softmax_k(w_k . x_i + b_k),  V_k = sum_i a_ik x_i - (sum_i a_ik) c_k
///
/// then the normalisations of the spec. Where features have weights (Features::weights), a_ik is
/// multiplied by that of feature i. Threads share the features for the first half and the
/// columns of V for the second, so nothing is summed across threads and the bits do not depend on
/// their number. Scratch: N x K + K x D floats.
class NetvladPooling : public Pooling {
 public:
  /// weight, centers: K x D; bias: K.
  NetvladPooling(const PoolingSpec& spec,
                 ConstMatrixView weight,
                 std::span<const float> bias,
                 ConstMatrixView centers,
                 bool hard,
                 const NetvladKernels& kernels);
  int64_t feature_dim() const override { return layer_.dim; }
  int64_t output_dim(int64_t) const override { return layer_.clusters * layer_.dim; }
  void pool(const FeaturesView& features, std::span<float> out, int num_threads) const override;

 private:
  void assign(const FeaturesView& features,
              NetvladAssignment all,
              float* masses,
              int num_threads) const;
  std::vector<double> add_residuals(ConstMatrixView x,
                                    NetvladAssignment assignment,
                                    float* sums,
                                    int num_threads) const;
  void normalize(const float* residuals,
                 std::vector<double> squares,
                 std::span<float> out,
                 int num_threads) const;

  PoolingSpec spec_;
  NetvladKernels kernels_;
  AlignedBuffer<float> packed_, bias_, centers_;
  NetvladLayer layer_;
  mutable Scratch scratch_;
};

/// The numbers of a netvlad or vlad layer.
struct VladTensors {
  Matrix weight;            ///< K x D
  std::vector<float> bias;  ///< K
  Matrix centers;           ///< K x D
  bool hard = false;        ///< the largest w_k . x + b_k takes all
};

/// From `pooling.weight`, optional `pooling.bias`, `pooling.centers`. `hard` needs only the centers:
/// assignment is then to the nearest.
Result<VladTensors> read_vlad(const PoolingSpec& spec,
                              const TensorMap& tensors,
                              int64_t feature_dim,
                              bool hard);
/// From `pooling.weight`, optional `pooling.bias`, `pooling.centers`.
Result<std::unique_ptr<Pooling>> make_netvlad(
    const PoolingSpec& spec,
    const TensorMap& tensors,
    int64_t feature_dim,
    const NetvladKernels& kernels = pooling_kernels().netvlad);
/// From `pooling.centers`: assignment to the nearest center; or to the largest w_k . x + b_k where
/// `pooling.weight` is there.
Result<std::unique_ptr<Pooling>> make_vlad(
    const PoolingSpec& spec,
    const TensorMap& tensors,
    int64_t feature_dim,
    const NetvladKernels& kernels = pooling_kernels().netvlad);

}  // namespace loci::internal
