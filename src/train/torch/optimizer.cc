// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "optimizer.h"

#include <cmath>
#include <cstring>
#include <memory>

namespace loci::train {
namespace {

constexpr const char* kFirst = "optimizer.first.";
constexpr const char* kSecond = "optimizer.second.";
constexpr const char* kSteps = "optimizer.steps";

loci::Tensor number(int64_t value) {
  auto owner = std::make_shared<int64_t>(value);
  loci::Tensor tensor;
  tensor.dtype = DType::kI64;
  tensor.shape = {1};
  tensor.bytes = {reinterpret_cast<const uint8_t*>(owner.get()), sizeof(int64_t)};
  tensor.owner = owner;
  return tensor;
}

}  // namespace

Result<Optimizer> Optimizer::create(const OptimizerOptions& options,
                                    const std::vector<Parameter>& parameters) {
  if (options.name != "sgd" && options.name != "adam" && options.name != "adamw") {
    return invalid_argument("optimizer '" + options.name +
                            "' is not known; it is one of sgd, adam, adamw");
  }
  Optimizer optimizer;
  optimizer.options_ = options;
  optimizer.parameters_ = parameters;
  for (const Parameter& parameter : parameters) {
    optimizer.first_.push_back(at::zeros_like(parameter.value));
    if (options.name != "sgd") optimizer.second_.push_back(at::zeros_like(parameter.value));
  }
  return optimizer;
}

void Optimizer::step(double learning_rate, double scale) {
  const c10::NoGradGuard no_gradients;
  ++steps_;
  const OptimizerOptions& o = options_;
  const double correct1 = 1 - std::pow(o.beta1, static_cast<double>(steps_));
  const double correct2 = 1 - std::pow(o.beta2, static_cast<double>(steps_));
  for (size_t i = 0; i < parameters_.size(); ++i) {
    at::Tensor& w = parameters_[i].value;
    at::Tensor& gradient = w.mutable_grad();
    if (!gradient.defined()) continue;
    at::Tensor g = gradient * scale;
    if (o.name == "sgd") {
      first_[i].mul_(o.momentum).sub_(w, o.weight_decay).sub_(g);
      w.add_(first_[i], learning_rate);
    } else {
      if (o.name == "adamw") {
        w.mul_(1 - learning_rate * o.weight_decay);
      } else {
        g.add_(w, o.weight_decay);
      }
      first_[i].mul_(o.beta1).add_(g, 1 - o.beta1);
      second_[i].mul_(o.beta2).addcmul_(g, g, 1 - o.beta2);
      w.addcdiv_(first_[i], (second_[i] / correct2).sqrt_().add_(o.eps), -learning_rate / correct1);
    }
    gradient.reset();
  }
}

TensorMap Optimizer::state() const {
  TensorMap tensors = {{kSteps, number(steps_)}};
  for (size_t i = 0; i < parameters_.size(); ++i) {
    tensors[kFirst + parameters_[i].name] = from_torch(first_[i]);
    if (!second_.empty()) tensors[kSecond + parameters_[i].name] = from_torch(second_[i]);
  }
  return tensors;
}

Status Optimizer::load_state(const TensorMap& tensors) {
  const auto steps = tensors.find(kSteps);
  if (steps == tensors.end() || steps->second.bytes.size() != sizeof(int64_t)) {
    return corrupt("the optimiser's step count is missing");
  }
  std::memcpy(&steps_, steps->second.bytes.data(), sizeof(int64_t));
  const c10::NoGradGuard no_gradients;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const std::vector<int64_t> shape = parameters_[i].value.sizes().vec();
    LOCI_TRY(first, find_tensor(tensors, kFirst + parameters_[i].name, shape));
    first_[i].copy_(to_torch(first));
    if (second_.empty()) continue;
    LOCI_TRY(second, find_tensor(tensors, kSecond + parameters_[i].name, shape));
    second_[i].copy_(to_torch(second));
  }
  return {};
}

}  // namespace loci::train
