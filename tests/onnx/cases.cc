// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "cases.h"

#include "loci/base/rng.h"
#include "loci/model/architectures.h"
#include "loci/pooling/pooling.h"
#include "loci/pooling/whitening.h"

#include <cmath>

namespace loci::testing_onnx {
namespace {

Tensor noise(const std::string& name, std::vector<int64_t> shape, double scale, double mean = 0) {
  int64_t size = 1;
  for (const int64_t side : shape) size *= side;
  std::vector<float> values(static_cast<size_t>(size));
  Rng rng(5, name);
  for (float& value : values) value = static_cast<float>(mean + scale * rng.normal());
  return make_tensor(std::move(shape), values);
}

struct Draft {
  ModelSpec spec;
  TensorMap tensors;
  int64_t width = 0;  ///< of the features

  void clusters(int64_t k, bool bias = false) {
    spec.pooling.type = "netvlad";
    spec.pooling.num_clusters = static_cast<int>(k);
    tensors["pooling.weight"] = noise("weight", {k, width}, 8 / std::sqrt(double(width)));
    tensors["pooling.centers"] = noise("centers", {k, width}, 1 / std::sqrt(double(width)));
    if (bias) tensors["pooling.bias"] = noise("bias", {k}, 0.3);
  }
  void linear(const std::string& name, int64_t out, int64_t in) {
    tensors[name + ".weight"] = noise(name, {out, in}, 1 / std::sqrt(double(in)));
    tensors[name + ".bias"] = noise(name + ".bias", {out}, 0.1);
  }
  void whiten(int64_t in, int64_t out) {
    spec.whitening.output_dim = static_cast<int>(out);
    linear("whitening", out, in);
  }
  std::shared_ptr<const Model> model() const { return make_model(spec, tensors); }
};

Draft draft(const Network& network, const Preprocessing& preprocessing) {
  Draft d;
  d.spec.network = network;
  d.spec.preprocessing = preprocessing;
  d.tensors = random_weights(network, 3, 3).value();
  d.width = operator_channels(network, 3).value()[features_op(network)];
  return d;
}

Draft of_architecture(const std::string& name) {
  Draft d = draft(architecture(name).value(), default_preprocessing(name));
  d.spec.name = name;
  d.spec.preprocessing.side_multiple = 1;  // the cases' images go into both programs as they are
  return d;
}

Op op(OpType type, const std::string& name, int kernel = 1, int stride = 1, int pad = 0) {
  Op out;
  out.type = type;
  out.name = name;
  out.kernel_h = out.kernel_w = kernel;
  out.stride = stride;
  out.pad_top = out.pad_left = out.pad_bottom = out.pad_right = pad;
  return out;
}

Op conv(const std::string& name, int out, int kernel, int stride, int pad) {
  Op made = op(OpType::kConv, name, kernel, stride, pad);
  made.out_channels = out;
  return made;
}

/// Each operator and each of its options once.
Network all_operators() {
  Network n;
  Op c1 = conv("c1", 12, 3, 2, 1);
  c1.activation = Activation::kRelu;
  Op average = op(OpType::kAvgPool, "average", 3, 2, 1);
  average.ceil_mode = true;
  Op most = op(OpType::kMaxPool, "most", 2, 2);
  most.ceil_mode = true;
  most.inputs = {"average"};
  Op c2 = conv("c2", 16, 3, 1, 2);
  c2.dilation = 2;
  c2.groups = 4;
  c2.has_bias = false;
  Op clip = op(OpType::kClip, "clip");
  clip.clip_low = -0.5;
  clip.clip_high = 2.5;
  Op c3 = conv("c3", 16, 5, 1, 0);
  c3.pad_top = 1;
  c3.pad_left = 2;
  c3.pad_bottom = 3;
  c3.pad_right = 2;
  c3.inputs = {"most"};
  Op sum = op(OpType::kAdd, "sum");
  sum.inputs = {"clip", "c3"};
  sum.activation = Activation::kClip;
  sum.clip_low = -1;
  sum.clip_high = 6;
  Op lrn = op(OpType::kLrn, "lrn");
  lrn.lrn_alpha = 0.3;
  lrn.lrn_size = 3;
  lrn.lrn_k = 2;
  Op both = op(OpType::kConcat, "both");
  both.inputs = {"lrn", "sum"};
  Op c4 = conv("c4", 32, 3, 2, 0);
  c4.pad_same = true;
  Op relu = op(OpType::kRelu, "relu");
  Op unit = op(OpType::kL2Norm, "unit");
  n.ops = {c1, average, most, c2, clip, c3, sum, lrn, both, c4, relu, unit};
  return n;
}

Draft small() {
  Network n;
  Op c1 = conv("c1", 16, 3, 2, 1), c2 = conv("c2", 24, 3, 4, 1);
  c1.activation = Activation::kRelu;
  n.ops = {c1, c2};
  Preprocessing p;
  p.mean = {104, 117, 123};
  p.std = {60, 61, 62};
  p.bgr = true;
  return draft(n, p);
}

/// As `loci project` makes it: unit features, a projection, and a map from before beside it.
Draft projected() {
  Draft d = small();
  Network n = d.spec.network;
  Op other = conv("other", 3, 1, 1, 0);
  Op norm = op(OpType::kL2Norm, "projection_norm");
  norm.inputs = {"c2"};
  n.ops.insert(n.ops.end(), {other, norm, conv("projection", 8, 1, 1, 0)});
  n.outputs = {{"features", "projection"}, {"other", "other"}, {"local_features", "c2"}};
  return draft(n, d.spec.preprocessing);
}

class Cases {
 public:
  void add(const std::string& name,
           const Draft& d,
           OnnxOptions options = {.width = 96, .height = 72}) {
    OnnxCase c{.name = name, .model = d.model(), .options = options};
    c.batch = std::max(1, options.batch);
    c.for_opencv = options.width != 0 && options.batch != 0;
    all.push_back(std::move(c));
  }
  std::vector<OnnxCase> all;
};

void add_poolings(Cases& cases) {
  for (const char* type : {"max", "mean", "gem", "rmac"}) {
    Draft d = small();
    d.spec.pooling.type = type;
    cases.add(type, d);
  }
  Draft gem = small();
  gem.spec.pooling.type = "gem";
  gem.tensors["pooling.p"] = noise("p", {gem.width}, 0.3, 2.5);
  cases.add("gem_powers", gem);
  Draft square = small();
  square.spec.pooling.type = "rmac";
  cases.add("rmac_square", square, {.width = 96, .height = 96});
  cases.all.back().height = 96;
  Draft cosplace = small();
  cosplace.spec.pooling.type = "cosplace";
  cosplace.linear("pooling.linear", 20, cosplace.width);
  cases.add("cosplace", cosplace);
  Draft convap = small();
  convap.spec.pooling.type = "convap";
  convap.spec.pooling.grid_height = 2;
  convap.spec.pooling.grid_width = 5;
  convap.linear("pooling.channels", 7, convap.width);
  cases.add("convap", convap);
  Draft mix = small();
  mix.spec.pooling.type = "mixvpr";
  for (const char* block : {"pooling.mix.0", "pooling.mix.1"}) {
    const std::string name = block;
    mix.tensors[name + ".norm.weight"] = noise(name + "n", {108}, 0.2, 1);
    mix.tensors[name + ".norm.bias"] = noise(name + "b", {108}, 0.1);
    mix.linear(name + ".expand", 40, 108);
    mix.linear(name + ".contract", 108, 40);
  }
  mix.linear("pooling.channels", 10, mix.width);
  mix.linear("pooling.rows", 4, 108);
  cases.add("mixvpr", mix);
}

void add_netvlads(Cases& cases) {
  Draft root = small();
  root.clusters(6, true);
  root.spec.pooling.eps = NormEps::kRoot;
  root.spec.pooling.dimension_outer = true;
  root.whiten(6 * root.width, 32);
  cases.add("netvlad_matlab", root);
  cases.add("netvlad_matlab_batch3", root, {.width = 96, .height = 72, .batch = 3});
  cases.add("netvlad_matlab_any_size", root, {});
  cases.add("netvlad_matlab_any_batch", root, {.batch = 0});
  cases.all.back().batch = 2;
  cases.add("netvlad_normalised_input", root, {.width = 96, .height = 72, .pixels = false});
  Draft half = root;
  half.tensors = compress_whitening(root.tensors, DType::kI8).value();
  cases.add("whitening_int8", half);
  Draft bare = small();
  bare.clusters(5);
  bare.spec.pooling.normalize_features = false;
  bare.spec.pooling.intra_norm = false;
  bare.spec.pooling.signed_sqrt = true;
  cases.add("netvlad_signed_root", bare);
  Draft behind = projected();
  behind.clusters(5);
  cases.add("netvlad_projected", behind);
  cases.add("netvlad_projected_any_size", behind, {});
}

}  // namespace

std::vector<OnnxCase> onnx_cases() {
  Cases cases;
  for (const std::string& name : architecture_names()) {
    if (!architecture(name)->outputs.empty()) continue;  // heads of points are not exported
    Draft d = of_architecture(name);
    d.clusters(4);
    d.whiten(4 * d.width, 24);
    const int multiple = d.spec.preprocessing.side_multiple;  // the graph has no resize for it
    const int width = 96 / multiple * multiple, height = 72 / multiple * multiple;
    cases.add(name, d, {.width = width, .height = height});
    cases.all.back().width = width;
    cases.all.back().height = height;
  }
  Draft operators = draft(all_operators(), default_preprocessing("resnet18"));
  operators.clusters(4);
  cases.add("all_operators", operators);
  cases.add("all_operators_any_size", operators, {});
  cases.add("all_operators_odd_size", operators, {.width = 87, .height = 65});
  cases.all.back().width = 87;
  cases.all.back().height = 65;
  add_poolings(cases);
  add_netvlads(cases);
  const Draft xfeat = of_architecture("xfeat");
  cases.add("xfeat_maps", xfeat, {.width = 96, .height = 72, .maps = true});
  cases.add("xfeat_maps_batch2", xfeat, {.width = 96, .height = 72, .batch = 2, .maps = true});
  cases.add("xfeat_maps_any", xfeat, {.batch = 0, .maps = true});
  cases.all.back().batch = 2;
  cases.add("placenet_map", of_architecture("placenet"), {.maps = true});
  return cases.all;
}

}  // namespace loci::testing_onnx
