// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Encoders with adapters that convolve over the grid of patches: SelaVPR++ beside the blocks, CricaVPR inside. Their
// files are {"model_state_dict": {"module.": ...}}.
#include "import_families.h"
#include "token_import.h"

#include "loci/base/text.h"
#include "loci/model/fold.h"

namespace loci {
namespace {

// The adapter of SelaVPR++ and CricaVPR

/// A convolution with its bias and the batch normalisation behind it.
void folded_conv(TokenImport& in,
                 const std::string& from,
                 const std::string& to,
                 std::vector<int64_t> shape) {
  const int64_t out = shape[0];
  const Tensor weight = in.tensor(from + "conv.weight", std::move(shape));
  const Tensor bias = in.tensor(from + "conv.bias", {out});
  const auto statistic = [&](const char* name) { return in.tensor(from + "bn." + name, {out}); };
  const BatchNorm norm{statistic("weight"),
                       statistic("bias"),
                       statistic("running_mean"),
                       statistic("running_var"),
                       1e-3};
  const ConvWeights folded = take(fold_batch_norm(from + "conv", weight, &bias, norm));
  in.b.use(from + "conv.weight",
           in.dict.value(from + "conv.weight"),
           to + ".weight",
           folded.weight,
           "with its norm folded in");
  in.b.use(from + "conv.bias",
           in.dict.value(from + "conv.bias"),
           to + ".bias",
           folded.bias,
           "with its norm folded in");
}

/// Convolutions of three sizes side by side over the grid of `a`.
std::string branches(TokenImport& in,
                     const std::string& from,
                     const std::string& to,
                     int channels,
                     const std::string& a) {
  std::vector<std::string> parts;
  const auto conv = [&](const char* branch, int kernel, int width, const std::string& x) {
    const int out = in.side(from + branch + ".conv.weight", 0, 4);
    folded_conv(in, from + branch + ".", to + branch, {out, width, kernel, kernel});
    return in.net.conv(to + branch, out, kernel, 1, kernel / 2, x, Activation::kRelu);
  };
  const auto width_of = [&](const char* branch) {
    return in.side(from + branch + ".conv.weight", 0, 4);
  };
  parts.push_back(conv("branch1", 1, channels, a));
  parts.push_back(conv("branch2.1", 3, width_of("branch2.0"), conv("branch2.0", 1, channels, a)));
  parts.push_back(conv("branch3.1", 5, width_of("branch3.0"), conv("branch3.0", 1, channels, a)));
  return in.net.concat(to + "branches", parts);
}

// SelaVPR++

bool detect_selavprpp(const FileTree& tree) {
  const StateDict dict(tree);
  return dict.has_prefix("backbone.adapters.0.branch1.") && dict.has("linear1.weight") &&
         dict.has("aggregation.1.p");
}

/// The side path on the patches alone: nothing of a token's row reaches them.
void import_side_path(ImportBuilder& builder, bool hash) {
  TokenImport in(builder);
  TokenBuilder& net = in.net;
  const VitShape shape = vpr_shape(in, "backbone.");
  use_vit(in, "backbone.", shape);
  const int d = shape.width;
  const std::string adapters = hash ? "backbone.adapters_hashing." : "backbone.adapters.";
  const int count = in.count(adapters, ".D_fc1.weight");
  if (count == 0 || count > shape.depth)
    fail_corrupt(format("tensor '%s0.D_fc1.weight' and its like: %d adapters for %d blocks",
                        adapters.c_str(),
                        count,
                        shape.depth));
  const int first = shape.depth - count;
  const auto patches = [&](const std::string& name, const std::string& x) {
    return net.rows(name, shape.first_patch(), 0, x);
  };
  std::string x = vit_embed(net, shape);
  for (int i = 0; i < first; ++i) x = vit_block(net, shape, i, x);
  std::string y = patches("side", x);
  for (int i = 0; i < count; ++i) {
    x = vit_block(net, shape, first + i, x);
    const std::string from = adapters + std::to_string(i) + ".", to = format("adapters.%d.", i);
    const int hidden = in.side(from + "D_fc1.weight", 0, 2);
    in.linear(from + "D_fc1", to + "D_fc1", {hidden, d});
    in.linear(from + "D_fc2", to + "D_fc2", {d, hidden});
    const std::string z = net.sum(to + "in", y, patches(to + "patches", x));
    const std::string a = net.linear(to + "D_fc1", hidden, z, Activation::kRelu);
    const std::string c = branches(in, from, to, hidden, a);
    const std::string out = net.linear(to + "D_fc2", d, net.sum(to + "sum", c, a));
    y = net.sum(to + "out", out, y);
  }
  y = net.layer_norm("norm", y, shape.norm_eps);
  const char *before = hash ? "linear3" : "linear1", *after = hash ? "linear4" : "linear2";
  in.linear(before, "head", {d, d});
  net.output("features", net.linear("head", d, y));
  const int out = in.side(std::string(after) + ".weight", 0, 2);
  in.linear(after, "pooling.linear", {out, d});
  in.use(hash ? "aggregation_hashing.1.p" : "aggregation.1.p", "pooling.p", {1});
  std::vector<std::string> unused = {"backbone.mask_token", "num_batches_tracked"};
  const std::vector<std::string> other =
      hash ? std::vector<std::string>{"backbone.adapters.", "aggregation.", "linear1.", "linear2."}
           : std::vector<std::string>{
                 "backbone.adapters_hashing.", "aggregation_hashing.", "linear3.", "linear4."};
  for (const std::string& name : in.dict.unused()) {
    for (const std::string& prefix : other) {
      if (name.starts_with(prefix)) unused.push_back(name);
    }
  }
  in.finish(shape.name, unused);
  builder.spec.pooling = PoolingSpec();
  builder.spec.pooling.type = "cosplace";
  vit_preprocessing(builder.spec.preprocessing, 322, "bilinear_antialias", true);
}

void import_selavprpp(ImportBuilder& builder) { import_side_path(builder, false); }

bool detect_selavprpp_hash(const FileTree& tree) {
  return detect_selavprpp(tree) && StateDict(tree).has("linear4.weight");
}
void import_selavprpp_hash(ImportBuilder& builder) {
  import_side_path(builder, true);
  builder.report.checks.push_back("a bit is 1 where the descriptor is not negative");
}

// CricaVPR

bool detect_cricavpr(const FileTree& tree) {
  const StateDict dict(tree);
  return dict.has_prefix("backbone.blocks.0.adapter.branch1.") &&
         dict.has_prefix("encoder.layers.0.");
}

/// mlp(norm2 x) + 0.2 adapter(norm2 x), the class token's row doubled in the adapter.
std::string crica_block(TokenImport& in, const VitShape& shape, int i, const std::string& x) {
  TokenBuilder& net = in.net;
  const int d = shape.width;
  const std::string to = format("blocks.%d.", i), adapter = to + "adapter.";
  const std::string from = "backbone." + adapter;
  const std::string middle = vit_attention(net, shape, i, x);
  const std::string normed = net.layer_norm(to + "norm2", middle, shape.norm_eps);
  const std::string mlp = vit_mlp(net, shape, i, normed);
  const int hidden = in.side(from + "D_fc1.weight", 0, 2);
  in.linear(from + "D_fc1", adapter + "D_fc1", {hidden, d});
  in.linear(from + "D_fc2", adapter + "D_fc2", {d, hidden}, 0.2);
  const std::string a = net.linear(adapter + "D_fc1", hidden, normed, Activation::kRelu);
  const std::string grid = net.rows(adapter + "grid", shape.first_patch(), 0, a);
  const std::string c = branches(in, from, adapter, hidden, grid);
  const std::string token = net.rows(adapter + "token", 0, shape.first_patch(), a);
  const std::string whole = net.sum(adapter + "sum", net.join_rows(adapter + "rows", token, c), a);
  std::string y = net.linear(adapter + "D_fc2", d, whole);
  y = net.sum(to + "beside", y, mlp);
  if (shape.layer_scale) y = net.scale(to + "ls2", y);
  return net.sum(to + "sum2", y, middle);
}

void import_cricavpr(ImportBuilder& builder) {
  TokenImport in(builder);
  const VitShape shape = vpr_shape(in, "backbone.");
  use_vit(in, "backbone.", shape);
  std::string x = vit_embed(in.net, shape);
  for (int i = 0; i < shape.depth; ++i) x = crica_block(in, shape, i, x);
  x = in.net.layer_norm("norm", x, shape.norm_eps);
  const std::string patches = in.net.rows("patches", shape.first_patch(), 0, x);
  in.net.output("features",
                in.net.join_rows("tokens", patches, in.net.rows("class_token", 0, 1, x)));
  in.use("aggregation.1.p", "pooling.p", {1});
  const int64_t d = shape.width;
  const int layers = in.count("encoder.layers.", ".norm1.weight");
  for (int i = 0; i < layers; ++i) {
    const std::string from = format("encoder.layers.%d.", i), to = format("pooling.layers.%d.", i);
    const int hidden = in.side(from + "linear1.weight", 0, 2);
    in.in_projection(from + "self_attn.", to + "value", 2 * d, 3 * d, d);
    in.linear(from + "self_attn.out_proj", to + "proj", {d, d});
    in.layer_norm(from + "norm1", to + "norm1", d);
    in.linear(from + "linear1", to + "expand", {hidden, d});
    in.linear(from + "linear2", to + "contract", {d, hidden});
    in.layer_norm(from + "norm2", to + "norm2", d);
  }
  in.finish(shape.name, {"backbone.mask_token", "num_batches_tracked"});
  builder.warn(
      "CricaVPR lets the photos of a batch change each other's descriptors; loci computes each "
      "photo alone, as its authors' program does with a batch of one");
  builder.spec.pooling = PoolingSpec();
  builder.spec.pooling.type = "regions";
  builder.spec.pooling.grid_height = builder.spec.pooling.grid_width = 16;
  vit_preprocessing(builder.spec.preprocessing, 224, "bilinear", true);
}

constexpr ImportFamily kFamilies[] = {{"selavprpp",
                                       "SelaVPR++ (Lu-Feng/SelaVPRplusplus), its float descriptor",
                                       detect_selavprpp,
                                       import_selavprpp},
                                      {"selavprpp-hash",
                                       "the same file's hash descriptor, a number for each bit",
                                       detect_selavprpp_hash,
                                       import_selavprpp_hash},
                                      {"cricavpr",
                                       "CricaVPR (Lu-Feng/CricaVPR), each photo alone",
                                       detect_cricavpr,
                                       import_cricavpr}};

}  // namespace

std::span<const ImportFamily> vit_conv_families() { return kFamilies; }

}  // namespace loci
