// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/model/spec.h"

#include <string>
#include <vector>

namespace loci {

/// Writes a network of tokens down, one call an operator, and returns the operator's name, by which the next one reads
/// it.
class TokenBuilder {
 public:
  Network network;

  /// "" for the operator before (of the first one: the image).
  Op& add(OpType type, const std::string& name, std::vector<std::string> inputs = {});
  std::string conv(const std::string& name,
                   int out,
                   int kernel,
                   int stride,
                   int pad,
                   const std::string& from,
                   Activation activation = Activation::kNone);
  std::string linear(const std::string& name,
                     int out,
                     const std::string& from,
                     Activation activation = Activation::kNone);
  std::string layer_norm(const std::string& name, const std::string& from, double eps);
  std::string scale(const std::string& name, const std::string& from);
  /// `count` learnt rows put in before row `row`.
  std::string tokens(const std::string& name, int count, int row, const std::string& from);
  /// From one [q|k|v], or from three.
  std::string attention(const std::string& name, int heads, std::vector<std::string> from);
  std::string rows(const std::string& name, int row, int count, const std::string& from);
  std::string join_rows(const std::string& name, const std::string& a, const std::string& b);
  std::string sum(const std::string& name, const std::string& a, const std::string& b);
  std::string concat(const std::string& name, std::vector<std::string> from);
  std::string learnt(const std::string& name, int count, int channels);
  void output(const std::string& name, const std::string& op);
};

/// The sizes of a vision transformer (Dosovitskiy et al. 2021), DeiT or DINOv2.
struct VitShape {
  std::string name;  ///< of the architecture
  int width = 768;   ///< D
  int depth = 12;    ///< blocks
  int heads = 12;
  int hidden = 3072;  ///< of the MLP; with `swiglu` of one of its halves
  int patch = 14;     ///< side, pixels
  int tokens = 1;     ///< class tokens: 1, or 2 with DeiT's distillation token
  int registers = 0;  ///< learnt tokens behind them, without positions
  bool layer_scale = true;
  bool swiglu = false;
  double norm_eps = 1e-6;
  int table_height = 37, table_width = 37;  ///< the grid that the positions were learnt on
  /// The table has rows for the patches only (timm's models with registers); else one for each class token too.
  bool positions_of_patches = false;
  PositionRule positions = PositionRule::kOffset;

  int first_patch() const { return tokens + registers; }  ///< the row of the first patch
};

/// Image to tokens: patches, class token ("cls_token"), positions, registers. Operators have the names of DINOv2's
/// tensors. Returns the last one's name, as the others do.
std::string vit_embed(TokenBuilder& b, const VitShape& shape);
/// Block `i`: x += ls1(attention(norm1 x)); x += ls2(mlp(norm2 x)).
std::string vit_block(TokenBuilder& b, const VitShape& shape, int i, const std::string& x);
/// Its first half, and what its second one adds before the scale: both for blocks with something beside the MLP.
std::string vit_attention(TokenBuilder& b, const VitShape& shape, int i, const std::string& x);
std::string vit_mlp(TokenBuilder& b, const VitShape& shape, int i, const std::string& normed);

/// All blocks and the last norm. Outputs: "features", the patches; "class_token".
Network vit_network(const VitShape& shape);

/// The shapes that have names: dinov2_vits14, dinov2_vitb14, dinov2_vitl14, dinov2_vitg14, each also with _reg;
/// deit_small_patch16_224, vit_base_patch16_224 and their like.
std::vector<VitShape> vit_shapes();

}  // namespace loci
