// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/model/architectures.h"
#include "loci/model/model.h"

#include <memory>
#include <string>
#include <utility>

namespace loci::train {

inline Op small_conv(const std::string& name, int out, int kernel, int stride, Activation then) {
  Op op;
  op.name = name;
  op.out_channels = out;
  op.kernel_h = op.kernel_w = kernel;
  op.stride = stride;
  op.pad_top = op.pad_left = op.pad_bottom = op.pad_right = kernel / 2;
  op.activation = then;
  return op;
}

/// Two convolutions of random weights to 16 channels at stride 8, looking at 96 x 64 pixels.
inline ModelSpec small_spec() {
  ModelSpec spec;
  spec.name = "small";
  spec.network.ops = {small_conv("a", 8, 5, 4, Activation::kRelu),
                      small_conv("b", 16, 3, 2, Activation::kNone)};
  spec.preprocessing.resize = Preprocessing::Resize::kFixed;
  spec.preprocessing.width = 96;
  spec.preprocessing.height = 64;
  spec.preprocessing.scale = 1.0 / 64;
  spec.preprocessing.mean = {2, 2, 2};
  spec.pooling = PoolingSpec{.type = "mean"};
  return spec;
}

inline std::shared_ptr<const Model> small_model(ModelSpec spec = small_spec()) {
  TensorMap tensors = random_weights(spec.network, 3, 5).value();
  return make_model(std::move(spec), std::move(tensors));
}

/// Half of the 24 channels look at the normalised picture, half at its plain brightness: what a
/// projection should keep and what it should suppress.
inline ModelSpec half_steady_spec() {
  ModelSpec spec = small_spec();
  Op norm;
  norm.type = OpType::kInstanceNorm;
  norm.name = "norm";
  norm.inputs = {"input"};
  Op light = small_conv("light", 12, 8, 8, Activation::kNone);
  light.inputs = {"input"};
  light.pad_top = light.pad_left = light.pad_bottom = light.pad_right = 0;
  Op both;
  both.type = OpType::kConcat;
  both.name = "both";
  both.inputs = {"b", "light"};
  Op steady = small_conv("b", 12, 3, 2, Activation::kNone);
  spec.network.ops = {norm, small_conv("a", 12, 5, 4, Activation::kRelu), steady, light, both};
  return spec;
}

/// As XFeat: features in the middle of the operators, two maps more.
inline ModelSpec three_headed_spec() {
  ModelSpec spec = small_spec();
  Op logits = small_conv("logits", 5, 1, 1, Activation::kNone);
  logits.inputs = {"a"};
  Op reliability = small_conv("reliability", 1, 1, 1, Activation::kSigmoid);
  reliability.inputs = {"b"};
  spec.network.ops.push_back(std::move(logits));
  spec.network.ops.push_back(std::move(reliability));
  spec.network.outputs = {
      {"features", "b"}, {"keypoint_logits", "logits"}, {"reliability", "reliability"}};
  return spec;
}

}  // namespace loci::train
