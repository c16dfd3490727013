// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "convert.h"
#include "pooling.h"
#include "training_depth.h"

#include "loci/base/status.h"
#include "loci/model/model.h"

#include <memory>
#include <string>
#include <vector>

namespace loci::train {

struct NetOptions {
  std::string train_from;  ///< see training_depth()
  at::Device device = at::kCPU;
  at::ScalarType type = at::kFloat;  ///< double for checks of gradients
  bool half = false;                 ///< convolutions in bfloat16 (CUDA)
};

/// The network of a model's spec with its weights, as a graph that learns: the third reader of
/// model/spec beside `backbone` and `exchange`. Whitening is not part of it.
///
/// Threads: one at a time
class Net {
 public:
  /// Errors: InvalidArgument for a model without a network; NotFound for an unknown train_from;
  ///         NotFound or Corrupt with the tensor's name; Unsupported pooling
  static Result<std::unique_ptr<Net>> create(const ModelSpec& spec,
                                             const TensorMap& tensors,
                                             const NetOptions& options);

  /// images [B, 3, H, W] -> maps at the cut [B, C, h, w]; nothing is remembered for gradients.
  at::Tensor run_fixed(const at::Tensor& images) const;
  /// maps at the cut -> the network's feature map [B, D, h, w].
  at::Tensor run_tail(const at::Tensor& maps) const;
  /// Bytes that the results of all operators behind the cut take for `maps`: what a training step
  /// keeps for its way back.
  uint64_t tail_bytes(const at::Tensor& maps) const;
  /// maps at the cut -> descriptors [B, M].
  at::Tensor describe(const at::Tensor& maps) const { return pooling_->pool(run_tail(maps)); }

  const TrainingDepth& depth() const { return depth_; }
  const at::TensorOptions& options() const { return options_; }
  int64_t output_dim() const { return pooling_->output_dim(); }
  /// Everything that learns, in the order of the operators, the pooling layer last.
  const std::vector<Parameter>& parameters() const { return parameters_; }
  /// The parameters' present values under the model's names.
  TensorMap trained() const;
  /// Sets parameters to stored values.
  /// Errors:  NotFound, Corrupt for other names or shapes
  Status load_trained(const TensorMap& tensors);

 private:
  struct Weights {
    at::Tensor weight, bias;
  };
  at::Tensor run(size_t begin,
                 size_t end,
                 const std::string& name,
                 const at::Tensor& x,
                 uint64_t* bytes = nullptr) const;
  Network network_;
  std::vector<std::vector<std::string>> inputs_;  ///< of every operator, none empty
  std::vector<size_t> last_use_;                  ///< operator that reads this one's result last
  std::vector<Weights> weights_;
  std::vector<Parameter> parameters_;
  std::unique_ptr<TorchPooling> pooling_;
  TrainingDepth depth_;
  at::TensorOptions options_;
  bool half_ = false;
};

}  // namespace loci::train
