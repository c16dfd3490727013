// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Place recognition on a DINOv2 encoder whose head reads its last tokens: SALAD, MegaLoc, BoQ, ImAge. BoQ on ResNet-50
// too. What a family fixes in its code and not in its files is said where it is used.
#include "import_families.h"
#include "token_import.h"

#include "loci/base/text.h"

namespace loci {
namespace {

/// All blocks; the last tokens, normed where the head reads them so.
std::string encoder(TokenImport& in, const std::string& prefix, const VitShape& shape, bool norm) {
  use_vit(in, prefix, shape);
  std::string x = vit_embed(in.net, shape);
  for (int i = 0; i < shape.depth; ++i) x = vit_block(in.net, shape, i, x);
  return norm ? in.net.layer_norm("norm", x, shape.norm_eps) : x;
}

// SALAD, MegaLoc

/// Patches, then the class token, as the pooling reads them.
void salad_head(TokenImport& in,
                const VitShape& shape,
                const std::string& x,
                const std::string& head) {
  const std::string patches = in.net.rows("patches", shape.first_patch(), 0, x);
  const std::string token = in.net.rows("class_token", 0, 1, x);
  in.net.output("features", in.net.join_rows("tokens", patches, token));
  const int64_t d = shape.width;
  in.perceptron(head + "cluster_features.0", head + "cluster_features.3", "pooling.features", d);
  in.perceptron(head + "score.0", head + "score.3", "pooling.scores", d);
  in.perceptron(head + "token_features.0", head + "token_features.2", "pooling.token", d);
  in.use(head + "dust_bin", "pooling.dustbin", {1});
  in.b.spec.pooling = PoolingSpec();
  in.b.spec.pooling.type = "salad";
}

bool detect_salad(const FileTree& tree) {
  const StateDict dict(tree);
  return dict.has("backbone.model.cls_token") && dict.has("aggregator.dust_bin");
}

void import_salad(ImportBuilder& builder) {
  TokenImport in(builder);
  const VitShape shape = vpr_shape(in, "backbone.model.");
  const std::string x = encoder(in, "backbone.model.", shape, true);
  salad_head(in, shape, x, "aggregator.");
  in.finish(shape.name, {"backbone.model.mask_token"});
  vit_preprocessing(builder.spec.preprocessing, 322, "bilinear_antialias", false);
}

bool detect_megaloc(const FileTree& tree) {
  const StateDict dict(tree);
  return dict.has("aggregator.agg.dust_bin") && dict.has("aggregator.linear.weight");
}

void import_megaloc(ImportBuilder& builder) {
  TokenImport in(builder);
  const std::string prefix =
      in.dict.has("backbone.model.cls_token") ? "backbone.model." : "backbone.";
  const VitShape shape = vpr_shape(in, prefix);
  const std::string x = encoder(in, prefix, shape, true);
  salad_head(in, shape, x, "aggregator.agg.");
  const int out = in.side("aggregator.linear.weight", 0, 2);
  const int width = in.side("aggregator.linear.weight", 1, 2);
  in.linear("aggregator.linear", "whitening", {out, width});
  builder.set_whitening(out);
  in.finish(shape.name, {"backbone.model.mask_token"});
  vit_preprocessing(builder.spec.preprocessing, 0, "bilinear_antialias", true);
}

// BoQ

/// A transformer's layer, post-norm with ReLU, and queries that look at what it makes; returns both.
std::pair<std::string, std::string> boq_block(TokenImport& in, int i, int d, const std::string& x) {
  TokenBuilder& net = in.net;
  constexpr double kEps = 1e-5;
  const int heads = d / 64;  // in the program, not in the file
  const std::string from = format("aggregator.boqs.%d.", i), to = format("boqs.%d.", i);
  const std::string layer = from + "encoder.";
  const int hidden = in.side(layer + "linear1.weight", 0, 2);
  in.in_projection(layer + "self_attn.", to + "qkv", 0, 3 * d, d);
  in.linear(layer + "self_attn.out_proj", to + "proj", {d, d});
  in.layer_norm(layer + "norm1", to + "norm1", d);
  in.linear(layer + "linear1", to + "linear1", {hidden, d});
  in.linear(layer + "linear2", to + "linear2", {d, hidden});
  in.layer_norm(layer + "norm2", to + "norm2", d);
  std::string y = net.linear(to + "qkv", 3 * d, x);
  y = net.attention(to + "attention", heads, {y});
  y = net.linear(to + "proj", d, y);
  y = net.sum(to + "sum1", y, x);
  const std::string middle = net.layer_norm(to + "norm1", y, kEps);
  y = net.linear(to + "linear1", hidden, middle, Activation::kRelu);
  y = net.linear(to + "linear2", d, y);
  y = net.sum(to + "sum2", y, middle);
  const std::string made = net.layer_norm(to + "norm2", y, kEps);

  const int count = in.side(from + "queries", 1, 3);
  const std::vector<float> queries =
      settled_queries(in, from + "queries", from + "self_attn.", from + "norm_q", heads);
  in.b.use(from + "queries",
           in.dict.value(from + "queries"),
           to + "queries.weight",
           make_tensor({count, d}, queries),
           "after their attention to each other, which no image changes");
  in.in_projection(from + "cross_attn.", to + "cross.q", 0, d, d);
  in.in_projection(from + "cross_attn.", to + "cross.kv", d, 3 * d, d);
  in.linear(from + "cross_attn.out_proj", to + "cross.proj", {d, d});
  in.layer_norm(from + "norm_out", to + "norm_out", d);
  const std::string q = net.linear(to + "cross.q", d, net.learnt(to + "queries", count, d));
  const std::string kv = net.linear(to + "cross.kv", 2 * d, made);
  y = net.attention(to + "cross.attention", heads, {q, kv});
  y = net.linear(to + "cross.proj", d, y);
  return {made, net.layer_norm(to + "norm_out", y, kEps)};
}

void boq_head(TokenImport& in, const std::string& map, int channels) {
  const int d = in.side("aggregator.proj_c.weight", 0, 4);
  if (d % 64 != 0)
    fail_unsupported(
        format("tensor 'aggregator.proj_c.weight' has %d outputs, which are no heads of 64", d));
  in.linear("aggregator.proj_c", "proj_c", {d, channels, 3, 3});
  in.layer_norm("aggregator.norm_input", "norm_input", d);
  std::string x = in.net.conv("proj_c", d, 3, 1, 1, map);
  x = in.net.layer_norm("norm_input", x, 1e-5);
  std::string all;
  int rows = 0;
  const int blocks = in.count("aggregator.boqs.", ".queries");
  for (int i = 0; i < blocks; ++i) {
    rows += in.side(format("aggregator.boqs.%d.queries", i), 1, 3);
    const auto [made, answers] = boq_block(in, i, d, x);
    x = made;
    all = i == 0 ? answers : in.net.join_rows(format("answers.%d", i), all, answers);
  }
  in.net.output("features", all);
  const int out = in.side("aggregator.fc.weight", 0, 2);
  in.linear("aggregator.fc", "pooling.rows", {out, rows});
  in.b.spec.pooling = PoolingSpec();
  in.b.spec.pooling.type = "tokens";
  in.b.spec.pooling.dimension_outer = true;
}

bool detect_boq(const FileTree& tree) {
  const StateDict dict(tree);
  return dict.has("aggregator.boqs.0.queries") && dict.has_prefix("backbone.");
}

void import_boq(ImportBuilder& builder) {
  TokenImport in(builder);
  if (in.dict.has("backbone.dino.cls_token")) {
    const VitShape shape = vpr_shape(in, "backbone.dino.");
    const std::string x = encoder(in, "backbone.dino.", shape, false);
    builder.tensors.erase("norm.weight");  // in the file, and not applied
    builder.tensors.erase("norm.bias");
    boq_head(in, in.net.rows("patches", shape.first_patch(), 0, x), shape.width);
    in.finish(shape.name, {"backbone.dino.mask_token"});
    vit_preprocessing(builder.spec.preprocessing, 322, "bicubic_antialias", true);
    return;
  }
  import_backbone(builder, in.dict, "resnet50_conv4", sequential_names("backbone.net."));
  in.net.network = builder.spec.network;
  const std::vector<int> channels = take(operator_channels(in.net.network, 3));
  boq_head(in, in.net.network.ops.back().name, channels.back());
  in.finish("resnet50_conv4", {});
  vit_preprocessing(builder.spec.preprocessing, 384, "bicubic_antialias", true, 1);
  builder.spec.preprocessing.nearest_multiple = false;
}

// ImAge

bool detect_image(const FileTree& tree) {
  const StateDict dict(tree);
  return dict.has("learnable_aggregation_tokens") && dict.has("backbone.cls_token");
}

void import_image(ImportBuilder& builder) {
  TokenImport in(builder);
  const VitShape shape = vpr_shape(in, "backbone.");
  use_vit(in, "backbone.", shape);
  const int count = in.side("learnable_aggregation_tokens", 1, 3);
  in.use("learnable_aggregation_tokens", "aggregation_tokens.weight", {count, shape.width});
  // In the program: in front of block 8 of 12.
  const int joins = shape.depth * 2 / 3;
  std::string x = vit_embed(in.net, shape);
  for (int i = 0; i < shape.depth; ++i) {
    if (i == joins) x = in.net.tokens("aggregation_tokens", count, 0, x);
    x = vit_block(in.net, shape, i, x);
  }
  x = in.net.layer_norm("norm", x, shape.norm_eps);
  in.net.output("features", in.net.rows("aggregated", 0, count, x));
  in.finish(shape.name, {"backbone.mask_token"});
  builder.report.checks.push_back(format("the aggregation tokens join before block %d", joins));
  builder.spec.pooling = PoolingSpec();
  builder.spec.pooling.type = "tokens";
  builder.spec.pooling.num_clusters = count;
  vit_preprocessing(builder.spec.preprocessing, 322, "bilinear_antialias", true);
}

constexpr ImportFamily kFamilies[] = {
    {"megaloc",
     "MegaLoc (gberton/MegaLoc model.safetensors, megaloc.torch)",
     detect_megaloc,
     import_megaloc},
    {"salad", "DINOv2 SALAD and CliqueMining", detect_salad, import_salad},
    {"boq",
     "Bag of Queries (amaralibey/Bag-of-Queries) on DINOv2 or ResNet-50",
     detect_boq,
     import_boq},
    {"image", "ImAge (Lu-Feng/ImAge)", detect_image, import_image}};

}  // namespace

std::span<const ImportFamily> vit_head_families() { return kFamilies; }

}  // namespace loci
