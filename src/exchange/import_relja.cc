// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Relja/netvlad's networks: a MatConvNet "SimpleNN" whose classes were turned into structures
// (Arandjelovic et al. 2016, addLayers.m, addPCA.m). Layers are found by name first and by type
// second; the numbering differs between scripts.

#include "import_families.h"
#include "matconvnet_layer.h"

#include "loci/base/text.h"

#include <cmath>

namespace loci {
namespace {

using Kind = FileValue::Kind;

const FileValue* find_net(const FileTree& tree) {
  const FileValue* net = tree.root.find("net");
  return net != nullptr ? net : tree.root.find("layers") != nullptr ? &tree.root : nullptr;
}

bool detect(const FileTree& tree) {
  const FileValue* net = find_net(tree);
  return net != nullptr && net->find("layers") != nullptr && net->find("layers")->is(Kind::kList);
}

class ReljaImporter {
 public:
  explicit ReljaImporter(ImportBuilder& builder) : b_(builder) {}

  void run() {
    const FileValue& net = *find_net(b_.tree);
    const FileValue& layers = *net.find("layers");
    for (size_t i = 0; i < layers.items.size(); ++i) layer(MatconvnetLayer(layers.items[i], i));
    if (b_.spec.network.ops.empty()) fail_corrupt("the network has no layers");
    name_network();
    preprocessing(net);
    if (!pooled_) b_.set_untrained_pooling("netvlad");
    b_.spec.pooling.eps = NormEps::kRoot;
    b_.spec.pooling.dimension_outer = true;
    b_.spec.pooling.normalize_features = pre_l2_;
    b_.spec.pooling.intra_norm = intra_norm_;
    b_.spec.pooling.final_norm = true;
  }

 private:
  void layer(const MatconvnetLayer& layer) {
    name_ = layer.name();
    path_ = layer.path();
    const std::string type = layer.text("type");
    if (name_ == "vlad:core") return vlad(layer);
    if (name_ == "max:core" || name_ == "avg:core") {
      b_.spec.pooling.type = name_ == "max:core" ? "max" : "mean";
      pooled_ = true;
    } else if (name_ == "preL2") {
      pre_l2_ = true;
    } else if (name_ == "vlad:intranorm") {
      intra_norm_ = true;
    } else if (name_ == "WPCA") {
      whitening(layer);
    } else if (name_ == "postL2" || name_ == "finalL2") {
      // always there in the published nets; the descriptor is normalised in any case
    } else if (pooled_) {
      fail_unsupported(path_ + ": a layer of type '" + printable(type) +
                       "' behind the pooling is not known");
    } else if (type == "conv") {
      convolution(layer);
    } else if (type == "relu") {
      relu();
    } else if (type == "pool") {
      pool(layer);
    } else if (type == "normalize" || type == "lrn") {
      normalise(layer);
    } else {
      fail_unsupported(path_ + ": a layer of type '" + printable(type) + "' is not known");
    }
  }

  void vector(const MatconvnetLayer& layer, size_t which, int64_t size, const std::string& to) {
    const FileValue& value = layer.weight(which);
    b_.use(layer.tensor_path(which),
           value,
           to,
           reshaped(row_major(value), {size}, layer.tensor_path(which)));
  }

  Op& add(OpType type) {
    Op op;
    op.type = type;
    op.name = name_.empty() ? "layer" + std::to_string(b_.spec.network.ops.size() + 1) : name_;
    b_.spec.network.ops.push_back(op);
    return b_.spec.network.ops.back();
  }

  void convolution(const MatconvnetLayer& layer) {
    const FileValue source = layer.array(0);
    const auto& shape = source.tensor.shape;  // height, width, in / groups, out
    Op& op = add(OpType::kConv);
    if (layer.integers("dilate", 1, 1)[0] != 1)
      fail_unsupported(path_ + ": dilated convolutions are not known");
    op.kernel_h = static_cast<int>(std::min<int64_t>(shape[0], 1000));
    op.kernel_w = static_cast<int>(std::min<int64_t>(shape[1], 1000));
    op.out_channels = static_cast<int>(std::min<int64_t>(shape[3], 1 << 20));
    set_stride_and_pad(layer, op);
    // Groups are not stored: the input has more channels than the weights.
    if (shape[2] <= 0 || channels_ % shape[2] != 0) {
      fail_corrupt("tensor '" + layer.tensor_path(0) + "' is " + shape_of(source) +
                   ", its input has " + std::to_string(channels_) + " channels");
    }
    op.groups = static_cast<int>(channels_ / shape[2]);
    channels_ = op.out_channels;
    const std::string op_name = op.name;
    b_.use(layer.tensor_path(0), source, op_name + ".weight", row_major(source, {3, 2, 0, 1}));
    vector(layer, 1, channels_, op_name + ".bias");
  }

  void set_stride_and_pad(const MatconvnetLayer& layer, Op& op) {
    const std::vector<int> stride = layer.integers("stride", 2, 1);
    const std::vector<int> pad = layer.integers("pad", 4, 0);  // top, bottom, left, right
    if (stride[0] != stride[1] || stride[0] == 0)
      fail_unsupported(path_ + ": different strides for rows and columns are not known");
    op.stride = stride[0];
    op.pad_top = pad[0];
    op.pad_bottom = pad[1];
    op.pad_left = pad[2];
    op.pad_right = pad[3];
  }

  /// Max pooling and ReLU commute exactly, so a ReLU behind a pool moves to the convolution before
  /// it, where it is free.
  void relu() {
    auto& ops = b_.spec.network.ops;
    for (size_t i = ops.size(); i-- > 0;) {
      if (ops[i].type == OpType::kMaxPool) continue;
      if (ops[i].type != OpType::kConv || ops[i].activation != Activation::kNone) break;
      ops[i].activation = Activation::kRelu;
      return;
    }
    add(OpType::kRelu);
  }

  void pool(const MatconvnetLayer& layer) {
    const std::string method = layer.text("method");
    Op& op = add(method == "avg" ? OpType::kAvgPool : OpType::kMaxPool);
    const std::vector<int> size = layer.integers("pool", 2, 2);
    op.kernel_h = size[0];
    op.kernel_w = size[1];
    set_stride_and_pad(layer, op);
  }

  void normalise(const MatconvnetLayer& layer) {
    const FileValue* param = layer.find("param");
    if (param == nullptr || !param->is(Kind::kTensor) || param->tensor.size() != 4)
      fail_corrupt(path_ + ": param needs 4 values");
    const std::vector<float> p = row_major(*param).to_floats();  // size, kappa, alpha, beta
    if (!(p[0] >= 1) || p[0] > 100000)
      fail_corrupt(path_ + ": a normalisation over " + std::to_string(p[0]) + " channels");
    Op& op = add(OpType::kLrn);
    op.lrn_size = static_cast<int>(p[0]);
    op.lrn_k = p[1];
    op.lrn_alpha = static_cast<double>(p[2]) *
                   static_cast<double>(op.lrn_size);  // Caffe's alpha is size times MatConvNet's
    op.lrn_beta = p[3];
  }

  void vlad(const MatconvnetLayer& layer) {
    pooled_ = true;
    const size_t count = layer.num_weights();
    if (count != 2 && count != 3) {
      fail_corrupt(path_ + ": has " + std::to_string(count) +
                   " arrays; layerVLAD has 2, layerVLADv2 has 3");
    }
    const FileValue source = layer.array(0);
    const int64_t d = source.tensor.shape[2], k = source.tensor.shape[3];
    b_.set_netvlad(std::min<int64_t>(k, 1 << 24));
    b_.use(layer.tensor_path(0),
           source,
           "pooling.weight",
           reshaped(row_major(source, {0, 1, 3, 2}), {k, d}, layer.tensor_path(0)),
           count == 3 ? "layerVLADv2" : "layerVLAD, no bias");
    if (count == 3) vector(layer, 1, k, "pooling.bias");
    const size_t last = count - 1;
    const FileValue offsets = layer.array(last);
    Tensor centers = reshaped(row_major(offsets, {0, 1, 3, 2}),
                              {offsets.tensor.shape[3], offsets.tensor.shape[2]},
                              layer.tensor_path(last));
    if (centers.shape != std::vector<int64_t>{k, d}) {
      fail_corrupt("tensor '" + layer.tensor_path(last) + "' is " + shape_of(offsets) +
                   ", the assignment is " + shape_of(source));
    }
    std::vector<float> values = centers.to_floats();
    for (float& value : values) value = -value;
    b_.use(layer.tensor_path(last),
           offsets,
           "pooling.centers",
           make_tensor({k, d}, values),
           "stored as minus the centres");
  }

  void whitening(const MatconvnetLayer& layer) {
    const FileValue source = layer.array(0);
    const int64_t in = source.tensor.shape[2], out = source.tensor.shape[3];
    b_.use(layer.tensor_path(0),
           source,
           "whitening.weight",
           reshaped(row_major(source, {0, 1, 3, 2}), {out, in}, layer.tensor_path(0)),
           "columns in the order d*K + k");
    vector(layer, 1, out, "whitening.bias");
    b_.set_whitening(std::min<int64_t>(out, 1 << 24));
  }

  /// Uses the name of a known table when the layers agree with it, so that reports and benchmarks
  /// can say it.
  void name_network() {
    Network& network = b_.spec.network;
    for (const char* name : {"vgg16", "alexnet_caffe"}) {
      const Network table = take(architecture(name));
      bool same = table.ops.size() == network.ops.size();
      for (size_t i = 0; same && i < table.ops.size(); ++i) {
        const Op &a = table.ops[i], &b = network.ops[i];
        same = a.type == b.type && a.kernel_h == b.kernel_h && a.stride == b.stride &&
               a.activation == b.activation && (a.type != OpType::kConv || a.groups == b.groups);
      }
      if (same) network.architecture = name;
    }
    b_.report.architecture = network.architecture.empty() ? "as in the file" : network.architecture;
    if (network.architecture.empty())
      b_.warn("the layers agree with no known architecture; they are taken as they stand");
  }

  void preprocessing(const FileValue& net) {
    const FileValue* meta = net.find("meta");
    const FileValue* normalization =
        meta != nullptr ? meta->find("normalization") : net.find("normalization");
    const FileValue* average =
        normalization != nullptr ? normalization->find("averageImage") : nullptr;
    if (average == nullptr || !average->is(Kind::kTensor) || average->tensor.size() < 3) {
      fail_corrupt(
          "tensor 'meta.normalization.averageImage' is missing: the network's mean colour is not "
          "known");
    }
    const Tensor image = row_major(*average);
    const std::vector<float> values = image.to_floats();
    const size_t channels = 3, pixels = values.size() / channels;
    const auto& shape = image.shape;
    if (values.size() % 3 != 0 || (values.size() != 3 && (shape.size() != 3 || shape[2] != 3))) {
      fail_corrupt("tensor 'meta.normalization.averageImage' is " + shape_of(*average));
    }
    bool constant = true;
    for (size_t c = 0; c < channels; ++c) {
      // Relja's code subtracts averageImage(1,1,:), the top-left pixel, whatever the rest of the
      // image says.
      b_.spec.preprocessing.mean[c] = values[c];
      for (size_t i = 1; i < pixels; ++i)
        constant = constant && values[i * channels + c] == values[c];
    }
    b_.ignore("meta.normalization.averageImage",
              shape_of(*average),
              "its top-left pixel is the mean that is subtracted");
    if (!constant)
      b_.warn(
          "averageImage is not constant; as in Relja/netvlad only its top-left pixel is "
          "subtracted");
  }

  ImportBuilder& b_;
  std::string name_, path_;
  int64_t channels_ = 3;
  bool pooled_ = false, pre_l2_ = false, intra_norm_ = false;
};

void import_relja(ImportBuilder& builder) { ReljaImporter(builder).run(); }

constexpr ImportFamily kFamilies[] = {
    {"relja",
     "Relja/netvlad .mat (MATLAB 5 and 7.3): VGG-16 or AlexNet, layerVLAD or layerVLADv2, WPCA",
     detect,
     import_relja}};

}  // namespace

std::span<const ImportFamily> relja_families() { return kFamilies; }

}  // namespace loci
