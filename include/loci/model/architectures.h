// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/spec.h"
#include "loci/model/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci {

/// Networks known by name, each cropped to the feature map that place recognition uses:
///
///   vgg16                    conv5_3 before its ReLU, stride 16, 512 channels
///                            (Arandjelović et al. 2016)
///   alexnet_caffe            the paper's AlexNet: groups and LRN, conv5 before its ReLU,
///                            256 channels, pools round up
///   alexnet                  torchvision's and pytorch-NetVlad's: no groups, no LRN, other
///                            widths, the same crop
///   resnet18, resnet50       to layer4 (stride 32)
///   resnet18_conv4,          to layer3 (stride 16)
///   resnet50_conv4
///   mobilenet_v1             TensorFlow's, to the last 512-channel map of stride 16
///   mobilenet_v2             torchvision's, to the last block of stride 16 (96 channels)
///   mobilenet_v2_full        all of mobilenet_v2 (1280 channels)
///   mobilenet_v2_tf          mobilenet_v2 with TensorFlow's padding
///   squeezenet1_1            to fire9, stride 16, 512 channels
///   efficientnet_lite0 to 4  EfficientNet-Lite (Tan and Le 2019, without squeeze-and-excitation)
///                            to the last block of stride 16 (112 channels in Lite0),
///                            TensorFlow's padding
///   efficientnet_lite0_full  to the head's 1280 channels, and so for 1 to 4
///   xfeat                    XFeat (Potje et al. 2024) with its heads: features (64 channels),
///                            keypoint_logits (65), reliability (1), all of stride 8; sides in
///                            multiples of 32
///   placenet,                loci's own for distillation: residual blocks of plain 3x3
///   placenet_small           convolutions to 128 channels at stride 16; 1.7 and 0.7 million
///                            parameters, 7.4 and 3.4 GFLOP at 640x480
///
///   dinov2_vits14, _vitb14,  DINOv2 (Oquab et al. 2024) to its last norm, patches of 14 pixels; with
///   _vitl14, _vitg14         `_reg` the models with four registers. Outputs: features (the patches)
///                            and class_token
///   vit_tiny, _small, _base  Vision transformers (Dosovitskiy et al. 2021) and DeiT (Touvron et al.
///   and _large_patch16_224,  2021) by timm's names, patches of 16 pixels; the same outputs
///   deit_tiny, _small and
///   _base_patch16_224
///
/// Batch normalisation is not there: fold_batch_norm() puts it into the convolutions when weights
/// are imported.
/// Errors:  NotFound with the names there are
Result<Network> architecture(const std::string& name);
std::vector<std::string> architecture_names();

/// What the published weights of an architecture expect, at native image size.
Preprocessing default_preprocessing(const std::string& architecture);

/// Where one convolution's weights are in a state dict: `conv` + ".weight" (and ".bias"); `norm` +
/// ".weight", ".bias", ".running_mean", ".running_var", or empty where no batch normalisation
/// follows.
struct TorchName {
  std::string op, conv, norm;
  double norm_eps = 1e-5;   ///< added to the variance
  bool norm_affine = true;  ///< false: no ".weight" and ".bias"
};
/// One entry a convolution, in the order of the operators; empty for architectures torchvision does
/// not have.
std::vector<TorchName> torchvision_names(const std::string& architecture);
/// The same for networks published as a state dict of their own names: efficientnet_lite* and
/// xfeat; empty for others.
std::vector<TorchName> published_names(const std::string& architecture);

/// The network up to and including operator `last`, which becomes its one output. NotFound when there is none of that name.
Result<Network> crop_network(const Network& network, const std::string& last);

/// The network with the widths that `tensors` have: out_channels of every convolution from its
/// weight, and groups of depthwise ones. Published networks come in several widths; in MobileNetV2
/// the sums follow them (a block of stride 1 that keeps its width has one).
/// Errors:  NotFound or Corrupt with the tensor's name
Result<Network> with_widths_of(const Network& network, const TensorMap& tensors);

/// Channels of every operator's output for an image of `in_channels`, in the order of the
/// operators.
Result<std::vector<int>> operator_channels(const Network& network, int in_channels);

/// Channels of every operator's first input.
Result<std::vector<int>> input_channels(const Network& network, int in_channels);

/// A tensor that an operator needs.
struct Parameter {
  std::string name;
  std::vector<int64_t> shape;
};
/// Those of one operator whose first input has `in_channels`.
std::vector<Parameter> parameters_of(const Op& op, int in_channels);

/// Weights for benchmarks and tests: uniform with He's variance (2 / fan-in before a ReLU, 1 /
/// fan-in elsewhere), small biases. Depends on the seed and the operators' names only.
/// Errors:  InvalidArgument for a network that validate() refuses
Result<TensorMap> random_weights(const Network& network, int in_channels, uint64_t seed);

}  // namespace loci
