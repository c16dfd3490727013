// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "net.h"

#include "net_ops.h"

#include "loci/model/architectures.h"

#include <algorithm>
#include <map>

namespace loci::train {

Result<std::unique_ptr<Net>> Net::create(const ModelSpec& spec,
                                         const TensorMap& tensors,
                                         const NetOptions& options) {
  if (!spec.branches.empty()) {
    return invalid_argument("the model '" + spec.name +
                            "' has several branches, and training takes one network: name "
                            "placenet, or a model of one network");
  }
  if (spec.features != "network" || spec.network.empty()) {
    return invalid_argument("the model has no network to train (its features are '" +
                            spec.features + "')");
  }
  LOCI_RETURN_IF_ERROR(validate(spec.network));
  LOCI_TRY(depth, training_depth(spec.network, options.train_from));
  LOCI_TRY(channels, operator_channels(spec.network, 3));
  auto net = std::make_unique<Net>();
  net->network_ = spec.network;
  net->depth_ = depth;
  net->half_ = options.half;
  net->options_ = at::TensorOptions().dtype(options.type).device(options.device);
  const std::vector<Op>& ops = net->network_.ops;
  std::map<std::string, size_t> index;
  net->last_use_.assign(ops.size(), 0);
  for (size_t i = 0; i < ops.size(); ++i) {
    std::vector<std::string> inputs = ops[i].inputs;
    if (inputs.empty()) inputs = {i == 0 ? "input" : ops[i - 1].name};
    for (const std::string& input : inputs) {
      if (input != "input") net->last_use_[index.at(input)] = i;
    }
    index[ops[i].name] = i;
    Weights weights;
    if (ops[i].type == OpType::kConv) {
      const int in = inputs[0] == "input" ? 3 : channels[index.at(inputs[0])];
      const bool learns = i >= depth.first_trained;
      const auto load = [&](const std::string& name,
                            const std::vector<int64_t>& shape,
                            at::Tensor* out) -> Status {
        LOCI_TRY(found, find_tensor(tensors, name, shape));
        *out = to_torch(found).to(net->options_).requires_grad_(learns);
        if (learns) net->parameters_.push_back({name, *out});
        return {};
      };
      const Op& op = ops[i];
      LOCI_RETURN_IF_ERROR(load(op.name + ".weight",
                                {op.out_channels, in / op.groups, op.kernel_h, op.kernel_w},
                                &weights.weight));
      if (op.has_bias)
        LOCI_RETURN_IF_ERROR(load(op.name + ".bias", {op.out_channels}, &weights.bias));
    }
    net->weights_.push_back(std::move(weights));
    net->inputs_.push_back(std::move(inputs));
  }
  LOCI_TRY(pooling,
           TorchPooling::create(
               spec.pooling, tensors, channels[features_op(spec.network)], net->options_));
  net->pooling_ = std::move(pooling);
  for (const Parameter& parameter : net->pooling_->parameters()) {
    net->parameters_.push_back(parameter);
  }
  return net;
}

at::Tensor Net::run(
    size_t begin, size_t end, const std::string& name, const at::Tensor& x, uint64_t* bytes) const {
  std::map<std::string, at::Tensor> maps = {{name, x}};
  at::Tensor out = x;
  for (size_t i = begin; i < end; ++i) {
    std::vector<at::Tensor> inputs;
    for (const std::string& input : inputs_[i]) inputs.push_back(maps.at(input));
    out = run_op(network_.ops[i], inputs, weights_[i].weight, weights_[i].bias, half_);
    if (bytes != nullptr) *bytes += static_cast<uint64_t>(out.numel()) * out.element_size();
    // What nothing reads any more is let go, so that a pass without gradients holds few maps.
    for (size_t k = 0; k < i; ++k) {
      if (last_use_[k] == i) maps.erase(network_.ops[k].name);
    }
    maps[network_.ops[i].name] = out;
  }
  return out;
}

at::Tensor Net::run_fixed(const at::Tensor& images) const {
  const c10::NoGradGuard no_gradients;
  return run(0, depth_.cut, "input", images).to(options_.dtype());
}

at::Tensor Net::run_tail(const at::Tensor& maps) const {
  return run(depth_.cut, network_.ops.size(), depth_.cut_name, maps).to(options_.dtype());
}

uint64_t Net::tail_bytes(const at::Tensor& maps) const {
  const c10::NoGradGuard no_gradients;
  uint64_t bytes = 0;
  run(depth_.cut, network_.ops.size(), depth_.cut_name, maps, &bytes);
  return bytes;
}

TensorMap Net::trained() const {
  TensorMap tensors;
  for (const Parameter& parameter : parameters_) {
    tensors[parameter.name] = from_torch(parameter.value);
  }
  return tensors;
}

Status Net::load_trained(const TensorMap& tensors) {
  std::vector<at::Tensor> values;
  for (const Parameter& parameter : parameters_) {
    LOCI_TRY(found, find_tensor(tensors, parameter.name, parameter.value.sizes().vec()));
    values.push_back(to_torch(found));
  }
  const c10::NoGradGuard no_gradients;
  for (size_t i = 0; i < values.size(); ++i) parameters_[i].value.copy_(values[i]);
  return {};
}

}  // namespace loci::train
