// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "import_builder.h"
#include "state_dict.h"

#include "loci/model/vit.h"

#include <string>
#include <vector>

namespace loci {

/// A transformer's checkpoint on its way into a network written down beside it. Strict: every tensor has its place and
/// shape, and what is missing or too much is refused by name.
class TokenImport {
 public:
  explicit TokenImport(ImportBuilder& builder) : b(builder), dict(builder.tree) {}

  ImportBuilder& b;
  StateDict dict;
  TokenBuilder net;

  /// Tensor `from` as `to`, which has that shape; sides of one may be there or not. All numbers times `factor`.
  void use(const std::string& from,
           const std::string& to,
           std::vector<int64_t> shape,
           double factor = 1);
  /// `from`.weight and .bias of a linear layer or a convolution.
  void linear(const std::string& from,
              const std::string& to,
              std::vector<int64_t> shape,
              double factor = 1);
  void layer_norm(const std::string& from, const std::string& to, int64_t width);
  /// A hidden layer and an output one, [hidden, in] and [out, hidden] with hidden and out as the file has them, as
  /// `to`.hidden and `to`.out; returns the output's width.
  int64_t perceptron(const std::string& hidden,
                     const std::string& out,
                     const std::string& to,
                     int64_t in);
  /// torch.nn.MultiheadAttention's three products, of `from` + "in_proj_weight" and "in_proj_bias": rows [first, last)
  /// of the whole.
  void in_projection(
      const std::string& from, const std::string& to, int64_t first, int64_t last, int64_t width);
  /// Side `dim` of a tensor of `rank` sides.
  int side(const std::string& name, size_t dim, size_t rank);
  /// How many of `prefix`0, `prefix`1, ... the file has.
  int count(const std::string& prefix, const std::string& suffix) const;
  Tensor tensor(const std::string& name, std::vector<int64_t> shape);

  /// Puts the network into the model; refuses tensors that nobody took but those whose names end so.
  void finish(const std::string& name, const std::vector<std::string>& unused_endings);
};

/// How a file names an encoder's tensors.
enum class VitNames {
  kOriginal,  ///< facebookresearch/dinov2 and timm
  kDinoHf,    ///< transformers: Dinov2Model, Dinov2WithRegistersModel
  kVitHf,     ///< transformers: ViTModel, DeiTModel
};

/// The sizes of the encoder whose names begin with `prefix`. Corrupt with the tensor's name where they do not fit
VitShape vit_shape(TokenImport& in, const std::string& prefix, VitNames names);
/// The same as every publication of place recognition with an encoder of its own has it: positions by the offset rule,
/// registers or not.
VitShape vpr_shape(TokenImport& in, const std::string& prefix);
/// Takes all its tensors, those of the last norm too.
void use_vit(TokenImport& in,
             const std::string& prefix,
             const VitShape& shape,
             VitNames names = VitNames::kOriginal);

/// ImageNet's colours, a square of `side` pixels; 0: the photo's own size to the nearest multiple of the patch.
void vit_preprocessing(
    Preprocessing& p, int side, const char* resampling, bool as_float, int patch = 14);

/// q = norm(q + attention(q)) of learnt queries, which no image changes: [count, width] in float64.
std::vector<float> settled_queries(TokenImport& in,
                                   const std::string& queries,
                                   const std::string& attention,
                                   const std::string& norm,
                                   int heads);

}  // namespace loci
