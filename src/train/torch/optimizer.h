// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "convert.h"

#include "loci/base/status.h"

#include <span>
#include <string>
#include <vector>

namespace loci::train {

struct OptimizerOptions {
  std::string name = "sgd";  ///< sgd, adam, adamw
  double momentum = 0.9;
  double weight_decay = 1e-3;
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
};

/// Moves parameters along their gradients. With g the gradient, l the learning rate, d the decay:
///
///   sgd    v <- momentum v - d w - g,  w <- w + l v        (Relja/netvlad trainWeakly.m)
///   adam   g <- g + d w, then Kingma and Ba (2015) with bias correction
///   adamw  w <- (1 - l d) w, then Adam on g alone (Loshchilov and Hutter, 2019)
///
/// Its whole state goes into checkpoints and comes back bit for bit.
class Optimizer {
 public:
  /// Errors: InvalidArgument for an unknown name
  static Result<Optimizer> create(const OptimizerOptions& options,
                                  const std::vector<Parameter>& parameters);
  /// One step with the gradients that the parameters hold, each times `scale`; clears them.
  void step(double learning_rate, double scale);
  int64_t steps() const { return steps_; }

  /// Tensors "optimizer.first.<name>", "optimizer.second.<name>" and "optimizer.steps".
  TensorMap state() const;
  Status load_state(const TensorMap& tensors);

 private:
  OptimizerOptions options_;
  std::vector<Parameter> parameters_;
  std::vector<at::Tensor> first_, second_;
  int64_t steps_ = 0;
};

}  // namespace loci::train
