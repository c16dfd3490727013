// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "convert.h"

#include "loci/base/status.h"
#include "loci/model/model.h"

#include <memory>
#include <string>
#include <vector>

namespace loci::train {

/// A network that learns from random numbers: its spec's convolutions, each but the last with batch
/// normalisation behind it and before its activation (Ioffe and Szegedy, 2015), maps channels-last.
///
/// Threads: one at a time
class StudentNet {
 public:
  struct Options {
    bool batch_norm = true;  ///< else the convolutions' own biases learn
    at::Device device = at::kCPU;
  };
  /// Errors: those of validate(); NotFound or Corrupt with the tensor's name
  static Result<std::unique_ptr<StudentNet>> create(const Network& network,
                                                    const TensorMap& tensors,
                                                    const Options& options);

  /// images [B, 3, H, W] -> features [B, D, h, w]. `learn`: normalised by the batch, running means
  /// follow; else by the running means, as the folded network computes.
  at::Tensor run(const at::Tensor& images, bool learn);

  int64_t feature_dim() const { return feature_dim_; }
  /// Weights of convolutions, which decay.
  const std::vector<Parameter>& decaying() const { return decaying_; }
  /// Biases and what normalisations learn, which do not.
  const std::vector<Parameter>& others() const { return others_; }

  /// Everything, running means too, for checkpoints.
  TensorMap state() const;
  Status load_state(const TensorMap& tensors);
  /// The network's tensors with the normalisations folded in (loci/model/fold.h).
  Result<TensorMap> folded() const;

 private:
  struct Layer {
    Op op;
    std::vector<std::string> inputs;
    at::Tensor weight, bias;
    at::Tensor gamma, beta, mean, variance;  ///< undefined without normalisation
    size_t last_use = 0;
  };
  Status add_conv(Layer* layer, int in, bool norm, const TensorMap& tensors);
  std::vector<Layer> layers_;
  std::vector<Parameter> decaying_, others_;
  std::vector<Parameter> buffers_;  ///< running means, which no gradient moves
  at::Device device_ = at::kCPU;
  int64_t feature_dim_ = 0;
};

}  // namespace loci::train
