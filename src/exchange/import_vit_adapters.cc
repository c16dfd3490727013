// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Place recognition with something trained inside or beside the encoder's blocks: SAGE, EDTformer. Their files are {"model_state_dict": {"module.": ...}}.
#include "import_families.h"
#include "token_import.h"

#include "loci/base/text.h"

namespace loci {
namespace {

// SAGE

bool detect_sage(const FileTree& tree) {
  const StateDict dict(tree);
  return dict.has_prefix("backbone.gpn_norms.") && dict.has_prefix("aggregator.soft_weighting.");
}

void import_sage(ImportBuilder& builder) {
  TokenImport in(builder);
  if (in.dict.has_prefix("encoder.")) {
    fail_unsupported(
        "SAGE with its cross-image encoder: a descriptor then depends on the photos described with "
        "it; import the file without that encoder");
  }
  const std::string prefix = "backbone.model.";
  const VitShape shape = vpr_shape(in, prefix);
  use_vit(in, prefix, shape);
  const int powers = in.count("backbone.gpn_norms.", ".projection.0.weight");
  if (powers > shape.depth) fail_corrupt(format("%d gpn_norms for %d blocks", powers, shape.depth));
  std::string x = vit_embed(in.net, shape);
  for (int i = 0; i < shape.depth; ++i) {
    x = vit_block(in.net, shape, i, x);
    const int k = i - (shape.depth - powers);
    if (k < 0) continue;
    const std::string from = format("backbone.gpn_norms.%d.projection.", k),
                      to = format("power.%d", k);
    const int hidden = in.side(from + "0.weight", 0, 2);
    in.perceptron(from + "0", from + "3", to, shape.width);
    Op& op = in.net.add(OpType::kSignedPower, to, {x});
    op.out_channels = hidden;
    x = to;
  }
  x = in.net.layer_norm("norm", x, shape.norm_eps);
  const std::string patches = in.net.rows("patches", shape.first_patch(), 0, x);
  in.net.output("features",
                in.net.join_rows("tokens", patches, in.net.rows("class_token", 0, 1, x)));

  const std::string head = "aggregator.";
  const int64_t d = shape.width;
  in.perceptron(head + "soft_weighting.predictor.0",
                head + "soft_weighting.predictor.2",
                "pooling.weights",
                1);
  in.perceptron(head + "cluster_features.0", head + "cluster_features.3", "pooling.features", d);
  const int64_t clusters = in.perceptron(head + "score.0", head + "score.3", "pooling.scores", d);
  in.perceptron(head + "token_features.0", head + "token_features.2", "pooling.token", d);
  in.perceptron(head + "gpn.projection.0", head + "gpn.projection.3", "pooling.power", clusters);
  in.finish(shape.name,
            {prefix + "mask_token",
             "single_branch.0.weight",
             "single_branch.0.bias",
             "single_branch.3.weight",
             "single_branch.3.bias"});
  builder.spec.pooling = PoolingSpec();
  builder.spec.pooling.type = "sage";
  vit_preprocessing(builder.spec.preprocessing, 322, "bilinear", true);
}

// EDTformer

bool detect_edtformer(const FileTree& tree) {
  const StateDict dict(tree);
  return dict.has("queries") && dict.has_prefix("decoder.layers.0.multihead_attn.") &&
         dict.has_prefix("backbone.adapters.");
}

/// q = norm2(q + attention(q, memory)), before it, where the image plays a part, q = norm1(q + attention(q)).
std::string decoder_layer(
    TokenImport& in, int i, int d, int heads, std::string q, const std::string& memory) {
  TokenBuilder& net = in.net;
  const std::string from = format("decoder.layers.%d.", i), to = format("decoder.%d.", i);
  if (i > 0) {
    in.in_projection(from + "self_attn.", to + "self.qkv", 0, 3 * d, d);
    in.linear(from + "self_attn.out_proj", to + "self.proj", {d, d});
    in.layer_norm(from + "norm1", to + "norm1", d);
    std::string y = net.linear(to + "self.qkv", 3 * d, q);
    y = net.attention(to + "self.attention", heads, {y});
    y = net.linear(to + "self.proj", d, y);
    y = net.sum(to + "sum1", y, q);
    q = net.layer_norm(to + "norm1", y, 1e-5);
  }
  in.in_projection(from + "multihead_attn.", to + "cross.q", 0, d, d);
  in.in_projection(from + "multihead_attn.", to + "cross.kv", d, 3 * d, d);
  in.linear(from + "multihead_attn.out_proj", to + "cross.proj", {d, d});
  in.layer_norm(from + "norm2", to + "norm2", d);
  const std::string query = net.linear(to + "cross.q", d, q);
  const std::string kv = net.linear(to + "cross.kv", 2 * d, memory);
  std::string y = net.attention(to + "cross.attention", heads, {query, kv});
  y = net.linear(to + "cross.proj", d, y);
  y = net.sum(to + "sum2", y, q);
  return net.layer_norm(to + "norm2", y, 1e-5);
}

void import_edtformer(ImportBuilder& builder) {
  TokenImport in(builder);
  TokenBuilder& net = in.net;
  constexpr int kHeads = 16;  // in the program, not in the file
  const VitShape shape = vpr_shape(in, "backbone.");
  use_vit(in, "backbone.", shape);
  const int d = shape.width;
  if (d % kHeads != 0) fail_unsupported(format("%d channels are no 16 heads", d));
  std::string x = vit_embed(net, shape), y = x;
  for (int i = 0; i < shape.depth; ++i) {
    x = vit_block(net, shape, i, x);
    const std::string from = format("backbone.adapters.%d.", i), to = format("adapters.%d.", i);
    const int hidden = in.side(from + "D_fc1.weight", 0, 2);
    in.linear(from + "D_fc1", to + "D_fc1", {hidden, d});
    in.linear(from + "D_fc2", to + "D_fc2", {d, hidden}, 0.5);
    const std::string z = net.sum(to + "in", y, x);
    y = net.linear(to + "D_fc1", hidden, z, Activation::kGelu);
    y = net.linear(to + "D_fc2", d, y);
    y = net.sum(to + "out", y, z);
  }
  y = net.layer_norm("norm", y, shape.norm_eps);
  in.linear("fc", "fc", {d, d});
  const std::string memory = net.linear("fc", d, y);
  const int count = in.side("queries", 1, 3);
  const std::string first = "decoder.layers.0.";
  in.b.use(
      "queries",
      in.dict.value("queries"),
      "queries.weight",
      make_tensor({count, d},
                  settled_queries(in, "queries", first + "self_attn.", first + "norm1", kHeads)),
      "after their attention to each other, which no image changes");
  std::string q = net.learnt("queries", count, d);
  const int layers = in.count("decoder.layers.", ".norm2.weight");
  for (int i = 0; i < layers; ++i) q = decoder_layer(in, i, d, kHeads, q, memory);
  const int channels = in.side("channel_proj.weight", 0, 2),
            rows = in.side("row_proj.weight", 0, 2);
  in.linear("channel_proj", "channel_proj", {channels, d});
  net.output("features", net.linear("channel_proj", channels, q));
  in.linear("row_proj", "pooling.rows", {rows, count});
  in.finish(shape.name, {"backbone.mask_token"});
  builder.spec.pooling = PoolingSpec();
  builder.spec.pooling.type = "tokens";
  builder.spec.pooling.dimension_outer = true;
  vit_preprocessing(builder.spec.preprocessing, 322, "bilinear", true);
}

constexpr ImportFamily kFamilies[] = {
    {"sage", "SAGE without its cross-image encoder (chenshunpeng/SAGE)", detect_sage, import_sage},
    {"edtformer", "EDTformer (Tong-Jin01/EDTformer)", detect_edtformer, import_edtformer}};

}  // namespace

std::span<const ImportFamily> vit_adapter_families() { return kFamilies; }

}  // namespace loci
