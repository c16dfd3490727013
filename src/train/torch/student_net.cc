// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "student_net.h"

#include "net_ops.h"

#include "loci/model/architectures.h"
#include "loci/model/fold.h"

#include <map>

namespace loci::train {
namespace {

constexpr double kNormEps = 1e-5;
constexpr double kNormMomentum = 0.1;  // of the running means, per step

}  // namespace

Result<std::unique_ptr<StudentNet>> StudentNet::create(const Network& network,
                                                       const TensorMap& tensors,
                                                       const Options& options) {
  LOCI_RETURN_IF_ERROR(validate(network));
  LOCI_TRY(channels, operator_channels(network, 3));
  auto net = std::make_unique<StudentNet>();
  net->device_ = options.device;
  net->feature_dim_ = channels[features_op(network)];
  std::map<std::string, size_t> index;
  for (size_t i = 0; i < network.ops.size(); ++i) {
    Layer layer{.op = network.ops[i], .inputs = network.ops[i].inputs};
    if (layer.inputs.empty()) layer.inputs = {i == 0 ? "input" : network.ops[i - 1].name};
    for (const std::string& input : layer.inputs) {
      if (input != "input") net->layers_[index.at(input)].last_use = i;
    }
    index[layer.op.name] = i;
    if (layer.op.type == OpType::kConv) {
      const std::string& from = layer.inputs[0];
      const int in = from == "input" ? 3 : channels[index.at(from)];
      const bool last = i + 1 == network.ops.size();
      LOCI_RETURN_IF_ERROR(
          net->add_conv(&layer, in, options.batch_norm && !last && layer.op.has_bias, tensors));
    }
    net->layers_.push_back(std::move(layer));
  }
  return net;
}

Status StudentNet::add_conv(Layer* layer, int in, bool norm, const TensorMap& tensors) {
  const Op& op = layer->op;
  const at::TensorOptions options = at::TensorOptions().dtype(at::kFloat).device(device_);
  LOCI_TRY(weight,
           find_tensor(tensors,
                       op.name + ".weight",
                       {op.out_channels, in / op.groups, op.kernel_h, op.kernel_w}));
  layer->weight = to_torch(weight).to(options).contiguous(at::MemoryFormat::ChannelsLast);
  layer->weight.requires_grad_(true);
  decaying_.push_back({op.name + ".weight", layer->weight});
  if (norm) {
    const auto filled = [&](double value) { return at::full({op.out_channels}, value, options); };
    layer->gamma = filled(1).requires_grad_(true);
    layer->beta = filled(0).requires_grad_(true);
    layer->mean = filled(0);
    layer->variance = filled(1);
    others_.push_back({op.name + ".gamma", layer->gamma});
    others_.push_back({op.name + ".beta", layer->beta});
    buffers_.push_back({op.name + ".mean", layer->mean});
    buffers_.push_back({op.name + ".variance", layer->variance});
  } else if (op.has_bias) {
    LOCI_TRY(bias, find_tensor(tensors, op.name + ".bias", {op.out_channels}));
    layer->bias = to_torch(bias).to(options).requires_grad_(true);
    others_.push_back({op.name + ".bias", layer->bias});
  }
  return {};
}

at::Tensor StudentNet::run(const at::Tensor& images, bool learn) {
  std::map<std::string, at::Tensor> maps;
  maps["input"] = images.to(device_).contiguous(at::MemoryFormat::ChannelsLast);
  at::Tensor out;
  for (size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    std::vector<at::Tensor> inputs;
    for (const std::string& input : layer.inputs) inputs.push_back(maps.at(input));
    if (layer.gamma.defined()) {
      Op plain = layer.op;
      plain.activation = Activation::kNone;
      out = run_op(plain, inputs, layer.weight, {}, false);
      out = at::batch_norm(out,
                           layer.gamma,
                           layer.beta,
                           layer.mean,
                           layer.variance,
                           learn,
                           kNormMomentum,
                           kNormEps,
                           /*cudnn_enabled=*/true);
      out = activated(layer.op, out);
    } else {
      out = run_op(layer.op, inputs, layer.weight, layer.bias, false);
    }
    for (size_t k = 0; k < i; ++k) {
      if (layers_[k].last_use == i) maps.erase(layers_[k].op.name);
    }
    maps[layer.op.name] = out;
  }
  return out;
}

TensorMap StudentNet::state() const {
  TensorMap tensors;
  for (const auto* part : {&decaying_, &others_, &buffers_}) {
    for (const Parameter& one : *part) tensors[one.name] = from_torch(one.value);
  }
  return tensors;
}

Status StudentNet::load_state(const TensorMap& tensors) {
  const c10::NoGradGuard no_gradients;
  for (const auto* part : {&decaying_, &others_, &buffers_}) {
    for (const Parameter& one : *part) {
      LOCI_TRY(found, find_tensor(tensors, one.name, one.value.sizes().vec()));
      at::Tensor value = one.value;
      value.copy_(to_torch(found));
    }
  }
  return {};
}

Result<TensorMap> StudentNet::folded() const {
  TensorMap tensors;
  for (const Layer& layer : layers_) {
    if (!layer.weight.defined()) continue;
    const std::string& name = layer.op.name;
    if (!layer.gamma.defined()) {
      tensors[name + ".weight"] = from_torch(layer.weight);
      if (layer.bias.defined()) tensors[name + ".bias"] = from_torch(layer.bias);
      continue;
    }
    const BatchNorm norm{.gamma = from_torch(layer.gamma),
                         .beta = from_torch(layer.beta),
                         .mean = from_torch(layer.mean),
                         .variance = from_torch(layer.variance),
                         .eps = kNormEps};
    LOCI_TRY(conv, fold_batch_norm(name, from_torch(layer.weight), nullptr, norm));
    tensors[name + ".weight"] = std::move(conv.weight);
    tensors[name + ".bias"] = std::move(conv.bias);
  }
  return tensors;
}

}  // namespace loci::train
