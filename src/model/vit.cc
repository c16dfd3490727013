// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/vit.h"

#include "loci/base/text.h"

namespace loci {

Op& TokenBuilder::add(OpType type, const std::string& name, std::vector<std::string> inputs) {
  Op op;
  op.type = type;
  op.name = name;
  op.inputs = std::move(inputs);
  network.ops.push_back(std::move(op));
  return network.ops.back();
}

std::string TokenBuilder::conv(const std::string& name,
                               int out,
                               int kernel,
                               int stride,
                               int pad,
                               const std::string& from,
                               Activation activation) {
  Op& op = add(OpType::kConv, name, {from});
  op.out_channels = out;
  op.kernel_h = op.kernel_w = kernel;
  op.stride = stride;
  op.pad_top = op.pad_left = op.pad_bottom = op.pad_right = pad;
  op.activation = activation;
  return name;
}

std::string TokenBuilder::linear(const std::string& name,
                                 int out,
                                 const std::string& from,
                                 Activation activation) {
  Op& op = add(OpType::kLinear, name, {from});
  op.out_channels = out;
  op.activation = activation;
  return name;
}

std::string TokenBuilder::layer_norm(const std::string& name, const std::string& from, double eps) {
  add(OpType::kLayerNorm, name, {from}).norm_eps = eps;
  return name;
}

std::string TokenBuilder::scale(const std::string& name, const std::string& from) {
  return add(OpType::kScale, name, {from}).name;
}

std::string TokenBuilder::tokens(const std::string& name,
                                 int count,
                                 int row,
                                 const std::string& from) {
  Op& op = add(OpType::kTokens, name, {from});
  op.count = count;
  op.row = row;
  return name;
}

std::string TokenBuilder::attention(const std::string& name,
                                    int heads,
                                    std::vector<std::string> from) {
  add(OpType::kAttention, name, std::move(from)).heads = heads;
  return name;
}

std::string TokenBuilder::rows(const std::string& name,
                               int row,
                               int count,
                               const std::string& from) {
  Op& op = add(OpType::kRows, name, {from});
  op.row = row;
  op.count = count;
  return name;
}

std::string TokenBuilder::join_rows(const std::string& name,
                                    const std::string& a,
                                    const std::string& b) {
  return add(OpType::kJoinRows, name, {a, b}).name;
}

std::string TokenBuilder::sum(const std::string& name, const std::string& a, const std::string& b) {
  return add(OpType::kAdd, name, {a, b}).name;
}

std::string TokenBuilder::concat(const std::string& name, std::vector<std::string> from) {
  return add(OpType::kConcat, name, std::move(from)).name;
}

std::string TokenBuilder::learnt(const std::string& name, int count, int channels) {
  Op& op = add(OpType::kLearnt, name, {"input"});
  op.count = count;
  op.out_channels = channels;
  return name;
}

void TokenBuilder::output(const std::string& name, const std::string& op) {
  network.outputs.push_back({name, op});
}

std::string vit_embed(TokenBuilder& b, const VitShape& shape) {
  std::string x = b.conv("patch_embed.proj", shape.width, shape.patch, shape.patch, 0, "input");
  const auto positions = [&] {
    Op& op = b.add(OpType::kPositions, "pos_embed", {x});
    op.table_height = shape.table_height;
    op.table_width = shape.table_width;
    op.count = shape.table_height * shape.table_width;
    if (!shape.positions_of_patches) op.count += shape.tokens;
    op.positions = shape.positions;
    return op.name;
  };
  if (shape.positions_of_patches) x = positions();
  if (shape.tokens > 1) x = b.tokens("dist_token", shape.tokens - 1, 0, x);
  x = b.tokens("cls_token", 1, 0, x);
  if (!shape.positions_of_patches) x = positions();
  if (shape.registers > 0) x = b.tokens("register_tokens", shape.registers, shape.tokens, x);
  return x;
}

std::string vit_attention(TokenBuilder& b, const VitShape& shape, int i, const std::string& x) {
  const std::string block = format("blocks.%d.", i);
  std::string y = b.layer_norm(block + "norm1", x, shape.norm_eps);
  y = b.linear(block + "attn.qkv", 3 * shape.width, y);
  y = b.attention(block + "attn", shape.heads, {y});
  y = b.linear(block + "attn.proj", shape.width, y);
  if (shape.layer_scale) y = b.scale(block + "ls1", y);
  return b.sum(block + "sum1", y, x);
}

std::string vit_mlp(TokenBuilder& b, const VitShape& shape, int i, const std::string& normed) {
  const std::string mlp = format("blocks.%d.mlp.", i);
  if (shape.swiglu) {
    b.linear(mlp + "w12", 2 * shape.hidden, normed);
    const std::string y = b.add(OpType::kSwiGlu, mlp + "swiglu", {mlp + "w12"}).name;
    return b.linear(mlp + "w3", shape.width, y);
  }
  const std::string y = b.linear(mlp + "fc1", shape.hidden, normed, Activation::kGelu);
  return b.linear(mlp + "fc2", shape.width, y);
}

std::string vit_block(TokenBuilder& b, const VitShape& shape, int i, const std::string& x) {
  const std::string block = format("blocks.%d.", i);
  const std::string middle = vit_attention(b, shape, i, x);
  std::string y = b.layer_norm(block + "norm2", middle, shape.norm_eps);
  y = vit_mlp(b, shape, i, y);
  if (shape.layer_scale) y = b.scale(block + "ls2", y);
  return b.sum(block + "sum2", y, middle);
}

Network vit_network(const VitShape& shape) {
  TokenBuilder b;
  b.network.architecture = shape.name;
  std::string x = vit_embed(b, shape);
  for (int i = 0; i < shape.depth; ++i) x = vit_block(b, shape, i, x);
  x = b.layer_norm("norm", x, shape.norm_eps);
  const std::string token = b.rows("class_token", 0, 1, x);
  b.output("features", b.rows("patches", shape.first_patch(), 0, x));  // last, as training wants it
  b.output("class_token", token);
  return std::move(b.network);
}

std::vector<VitShape> vit_shapes() {
  const VitShape small{.width = 384, .heads = 6, .hidden = 1536};
  const VitShape base;
  const VitShape large{.width = 1024, .depth = 24, .heads = 16, .hidden = 4096};
  const VitShape giant{.width = 1536, .depth = 40, .heads = 24, .hidden = 4096, .swiglu = true};
  const std::pair<const char*, VitShape> sizes[] = {
      {"vits14", small}, {"vitb14", base}, {"vitl14", large}, {"vitg14", giant}};
  std::vector<VitShape> all;
  for (const auto& [size, sizes_shape] : sizes) {
    VitShape shape = sizes_shape;
    shape.name = std::string("dinov2_") + size;
    all.push_back(shape);
    shape.name += "_reg";
    shape.registers = 4;
    shape.positions = PositionRule::kAntialias;
    all.push_back(shape);
  }
  const std::pair<const char*, VitShape> plain[] = {
      {"vit_tiny_patch16_224", {.width = 192, .heads = 3, .hidden = 768}},
      {"vit_small_patch16_224", small},
      {"vit_base_patch16_224", base},
      {"vit_large_patch16_224", large},
      {"deit_tiny_patch16_224", {.width = 192, .heads = 3, .hidden = 768}},
      {"deit_small_patch16_224", small},
      {"deit_base_patch16_224", base}};
  for (const auto& [name, sizes_shape] : plain) {
    VitShape shape = sizes_shape;
    shape.name = name;
    shape.patch = 16;
    shape.layer_scale = false;
    shape.table_height = shape.table_width = 14;
    shape.positions = PositionRule::kAntialias;
    all.push_back(shape);
  }
  return all;
}

}  // namespace loci
