// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Checkpoints of the PyTorch systems. Each keeps its own names, preprocessing and extra layers;
// formats.md of the documentation lists them. NetVLAD's conv.weight is the assignment, centroids
// are plus the centres, order k*D + d.

#include "import_families.h"
#include "state_dict.h"

#include "loci/base/text.h"

#include <cmath>

namespace loci {
namespace {

void imagenet_colours(Preprocessing& p) {
  p.scale = 1.0 / 255;
  p.mean = {0.485, 0.456, 0.406};
  p.std = {0.229, 0.224, 0.225};
}

void fixed_size(Preprocessing& p, const char* resampling) {
  p.resize = Preprocessing::Resize::kFixed;
  p.width = 640;
  p.height = 480;
  p.resampling = resampling;
}

/// Photographs of any size, when the weights come without a recipe of their own.
void bounded_size(Preprocessing& p) {
  p.resize = Preprocessing::Resize::kMaxSide;
  p.max_side = 640;
}

/// `prefix`conv.weight [K,D,1,1], conv.bias [K] (vladv2), centroids [K,D].
void import_netvlad(ImportBuilder& builder, StateDict& dict, const std::string& prefix) {
  const FileValue& centers = dict.get(prefix + "centroids");
  if (centers.tensor.shape.size() != 2)
    fail_corrupt("tensor '" + prefix + "centroids' is " + shape_of(centers) + ", expected K x D");
  const int64_t k = centers.tensor.shape[0], d = centers.tensor.shape[1];
  builder.set_netvlad(std::min<int64_t>(k, 1 << 24));
  const FileValue& weight = dict.get(prefix + "conv.weight");
  builder.use(prefix + "conv.weight",
              weight,
              "pooling.weight",
              reshaped(row_major(weight), {k, d}, prefix + "conv.weight"));
  if (dict.has(prefix + "conv.bias")) {
    const FileValue& bias = dict.get(prefix + "conv.bias");
    builder.use(prefix + "conv.bias",
                bias,
                "pooling.bias",
                reshaped(row_major(bias), {k}, prefix + "conv.bias"),
                "vladv2");
  }
  builder.use(prefix + "centroids", centers, "pooling.centers", row_major(centers));
}

/// A linear layer or 1x1 convolution [M, N] with bias behind the pooling.
/// A linear layer as tensors `target`.weight and .bias; returns its output width.
int64_t import_linear(ImportBuilder& builder,
                      StateDict& dict,
                      const std::string& prefix,
                      const std::string& target,
                      const std::string& note) {
  const FileValue& weight = dict.get(prefix + ".weight");
  if (weight.tensor.shape.size() < 2)
    fail_corrupt("tensor '" + prefix + ".weight' is " + shape_of(weight));
  const int64_t out = weight.tensor.shape[0], in = weight.tensor.shape[1];
  builder.use(prefix + ".weight",
              weight,
              target + ".weight",
              reshaped(row_major(weight), {out, in}, prefix + ".weight"),
              note);
  if (dict.has(prefix + ".bias")) {
    const FileValue& bias = dict.get(prefix + ".bias");
    builder.use(prefix + ".bias", bias, target + ".bias", row_major(bias));
  } else {
    builder.tensors[target + ".bias"] = make_tensor(
        {out}, std::vector<float>(static_cast<size_t>(std::max<int64_t>(out, 0)), 0.0f));
    builder.warn("'" + prefix + "' has no bias; zeros are used");
  }
  return out;
}

void import_whitening(ImportBuilder& builder,
                      StateDict& dict,
                      const std::string& prefix,
                      const std::string& note) {
  builder.set_whitening(
      std::min<int64_t>(import_linear(builder, dict, prefix, "whitening", note), 1 << 24));
}

std::string backbone_of(ImportBuilder& builder, const StateDict& dict, const Rename& rename) {
  if (!builder.options.architecture.empty()) return builder.options.architecture;
  const std::string found = detect_backbone(dict, rename);
  if (found.empty()) {
    fail_unsupported(
        "the backbone's tensors fit no architecture that is known; name one of VGG-16, AlexNet, "
        "ResNet-18/50, "
        "MobileNetV2 or SqueezeNet 1.1 with architecture=... if it is one");
  }
  return found;
}

bool has(const FileTree& tree, const char* tensor) { return StateDict(tree).has(tensor); }

// pytorch-NetVlad and Patch-NetVLAD: encoder.N, pool.*, WPCA.0

bool detect_patch(const FileTree& tree) {
  return has(tree, "encoder.0.weight") && has(tree, "WPCA.0.weight");
}
bool detect_nanne(const FileTree& tree) {
  return has(tree, "encoder.0.weight") && !detect_patch(tree);
}

void import_nanne(ImportBuilder& builder) {
  StateDict dict(builder.tree);
  const Rename names = sequential_names("encoder.");
  import_backbone(builder, dict, backbone_of(builder, dict, names), names);
  if (dict.has("pool.centroids"))
    import_netvlad(builder, dict, "pool.");
  else
    builder.set_untrained_pooling("netvlad");
  if (dict.has("WPCA.0.weight")) import_whitening(builder, dict, "WPCA.0", "PCA-whitening");
  imagenet_colours(builder.spec.preprocessing);
  account_for_rest(builder, dict, "encoder.");
}

void import_patch(ImportBuilder& builder) {
  import_nanne(builder);
  fixed_size(builder.spec.preprocessing, "bilinear_antialias");
}

// OpenIBL: base_model.base.N, net_vlad.*, pca_layer; its converted VGG alone: N

/// The file that its PCA training writes: U [N, M], lams [M], mu [N, 1]. W = (U
/// diag(1/sqrt(lams)))^T, b = -W mu; its own Utmu says the same before the scaling.
void import_openibl_pca(ImportBuilder& builder, const std::string& path) {
  const FileTree file = take(read_tree(path));
  const auto values = [&](const char* name, std::vector<int64_t>* shape) {
    const FileValue* value = file.root.find(name);
    if (value == nullptr || !value->is(FileValue::Kind::kTensor)) {
      throw Error(corrupt("'" + printable(path) + "' has no array '" + name +
                          "': the pca option takes the .h5 that OpenIBL's PCA training writes"));
    }
    *shape = value->tensor.shape;
    return row_major(*value).to_floats();
  };
  std::vector<int64_t> shape, lams_shape, mu_shape;
  const std::vector<float> u = values("U", &shape), lams = values("lams", &lams_shape);
  const std::vector<float> mu = values("mu", &mu_shape);
  if (shape.size() != 2 || std::ssize(mu) != shape[0] || std::ssize(lams) != shape[1])
    throw Error(corrupt("'" + printable(path) + "': U, lams and mu do not fit each other"));
  const auto inputs = static_cast<size_t>(shape[0]), outputs = static_cast<size_t>(shape[1]);
  std::vector<float> weight(u.size()), bias(outputs);
  for (size_t row = 0; row < outputs; ++row) {
    const double scale = 1 / std::sqrt(std::max(1e-9, static_cast<double>(lams[row])));
    double shift = 0;
    for (size_t i = 0; i < inputs; ++i) {
      const double value = scale * static_cast<double>(u[i * outputs + row]);
      weight[row * inputs + i] = static_cast<float>(value);
      shift -= value * static_cast<double>(mu[i]);
    }
    bias[row] = static_cast<float>(shift);
  }
  builder.use("U, lams of the PCA file",
              *file.root.find("U"),
              "whitening.weight",
              make_tensor({shape[1], shape[0]}, std::move(weight)),
              "PCA-whitening");
  builder.use("mu of the PCA file",
              *file.root.find("mu"),
              "whitening.bias",
              make_tensor({shape[1]}, std::move(bias)));
  builder.set_whitening(shape[1]);
}

bool detect_openibl(const FileTree& tree) { return has(tree, "base_model.base.0.weight"); }
bool detect_openibl_base(const FileTree& tree) {
  return has(tree, "0.weight") && has(tree, "28.weight") && !has(tree, "features.0.weight");
}

void import_openibl(ImportBuilder& builder) {
  StateDict dict(builder.tree);
  const std::string prefix = dict.has_prefix("base_model.base.") ? "base_model.base." : "";
  const Rename names = sequential_names(prefix);
  import_backbone(builder, dict, backbone_of(builder, dict, names), names);
  if (dict.has("net_vlad.centroids"))
    import_netvlad(builder, dict, "net_vlad.");
  else
    builder.set_untrained_pooling("netvlad");
  if (dict.has("pca_layer.weight")) {
    import_whitening(builder, dict, "pca_layer", "PCA-whitening");
  } else if (!builder.options.pca.empty()) {
    import_openibl_pca(builder, builder.options.pca);
  }
  Preprocessing& p = builder.spec.preprocessing;
  p.scale = 1.0 / 255;
  p.mean = {0.48501960784313836, 0.4579568627450961, 0.4076039215686255};
  p.std = {1.0 / 255, 1.0 / 255, 1.0 / 255};
  fixed_size(p, "bilinear_antialias");
  account_for_rest(builder, dict, prefix);
}

// gmberton's benchmark, CosPlace and EigenPlaces: backbone.N, aggregation.*

bool detect_gmberton(const FileTree& tree) {
  const StateDict dict(tree);
  return dict.has_prefix("backbone.") && dict.has_prefix("aggregation.");
}

/// L2, GeM and a linear layer stand in an nn.Sequential; where it is nested the names differ, so
/// they are found by ending.
void import_gem(ImportBuilder& builder, StateDict& dict) {
  std::string power, linear;
  for (const std::string& name : dict.names()) {
    if (!name.starts_with("aggregation.")) continue;
    if (name.ends_with(".p")) power = name;
    if (name.ends_with(".weight") && dict.value(name).tensor.shape.size() == 2)
      linear = name.substr(0, name.size() - 7);
  }
  if (power.empty())
    fail_unsupported(
        "an aggregation that is neither NetVLAD nor GeM; loci knows these two of this family");
  const FileValue& p = dict.get(power);
  builder.spec.pooling = PoolingSpec();
  builder.spec.pooling.type = "gem";
  builder.spec.pooling.num_clusters = 0;
  builder.spec.pooling.final_norm = linear.empty();
  // In "Sequential(L2Norm, GeM, ...)" the power is item 1: each position is normalised first, as in
  // the CosPlace head.
  const bool normalised_first = power.ends_with("1.p");
  if (normalised_first && linear.empty()) {
    fail_unsupported(
        "GeM of normalised features without a linear layer; loci knows plain GeM and the CosPlace "
        "head");
  }
  if (normalised_first) builder.spec.pooling.type = "cosplace";
  builder.use(power, p, "pooling.p", reshaped(row_major(p), {1}, power), "GeM's power");
  builder.spec.pooling.gem_p = p.number(3);
  if (normalised_first) {
    builder.spec.pooling.final_norm = true;
    import_linear(builder, dict, linear, "pooling.linear", "linear layer behind GeM");
  } else if (!linear.empty()) {
    import_whitening(builder, dict, linear, "linear layer behind GeM");
  }
}

void import_gmberton(ImportBuilder& builder) {
  StateDict dict(builder.tree);
  const Rename names = sequential_names("backbone.");
  import_backbone(builder, dict, backbone_of(builder, dict, names), names);
  const bool netvlad = dict.has("aggregation.centroids") || dict.has("aggregation.1.centroids");
  if (netvlad)
    import_netvlad(
        builder, dict, dict.has("aggregation.centroids") ? "aggregation." : "aggregation.1.");
  else
    import_gem(builder, dict);
  imagenet_colours(builder.spec.preprocessing);
  // The benchmark resizes the tensor, without smoothing, to the size it trains at.
  fixed_size(builder.spec.preprocessing, "bilinear");
  builder.spec.preprocessing.resize_as_float = true;
  account_for_rest(builder, dict, "backbone.");
}

// torchvision

std::string as_it_is(const std::string& name) { return name; }
bool detect_torchvision(const FileTree& tree) {
  return !detect_backbone(StateDict(tree), as_it_is).empty();
}

void import_torchvision(ImportBuilder& builder) {
  StateDict dict(builder.tree);
  import_backbone(builder, dict, backbone_of(builder, dict, as_it_is), as_it_is);
  builder.set_untrained_pooling("netvlad");
  imagenet_colours(builder.spec.preprocessing);
  bounded_size(builder.spec.preprocessing);
  account_for_rest(builder, dict, "");
}

constexpr ImportFamily kFamilies[] = {
    {"patch-netvlad",
     "QVPR/Patch-NetVLAD .pth.tar with its WPCA layer",
     detect_patch,
     import_patch},
    {"pytorch-netvlad",
     "Nanne/pytorch-NetVlad .pth.tar: VGG-16 or AlexNet, vladv2 or not",
     detect_nanne,
     import_nanne},
    {"openibl",
     "yxgeee/OpenIBL .pth: VGG-16 NetVLAD, with or without its PCA layer",
     detect_openibl,
     import_openibl},
    {"openibl-base", "OpenIBL's VGG-16 alone", detect_openibl_base, import_openibl},
    {"gmberton",
     "deep-visual-geo-localization-benchmark, CosPlace, EigenPlaces: NetVLAD, or GeM and a linear "
     "layer",
     detect_gmberton,
     import_gmberton},
    {"torchvision",
     "torchvision state dict (.pth or .safetensors): VGG-16, AlexNet, ResNet-18/50, MobileNetV2, "
     "SqueezeNet 1.1",
     detect_torchvision,
     import_torchvision}};

}  // namespace

std::span<const ImportFamily> torch_families() { return kFamilies; }

}  // namespace loci
