// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "onnx_builder.h"

#include <map>
#include <string>
#include <vector>

namespace loci {

/// Operators on tokens as ONNX: values of batch x rows x channels, in the patterns of PyTorch's exporter, which ONNX
/// Runtime fuses. Throws Error.
class OnnxTokens {
 public:
  OnnxTokens(OnnxBuilder& builder, std::map<std::string, OnnxMap>& maps)
      : b_(builder), maps_(maps) {}

  /// Appends the operator where it is one on tokens, or a sum of tokens; false for others.
  bool append(const Op& op, const std::vector<std::string>& inputs);
  /// Makes the value a map of batch x channels x height x width where it is tokens only.
  void need_map(const std::string& name);

 private:
  struct Tokens {
    std::string value;
    int64_t channels = 0, before = 0, height = 0, width = 0;  ///< rows: before + height * width
    int64_t rows() const { return before + height * width; }
  };
  const Tokens& tokens(const std::string& name);
  std::string learnt(const Op& op, int64_t rows, int64_t channels);
  std::string slice(const std::string& name,
                    const std::string& output,
                    const Tokens& x,
                    int64_t first,
                    int64_t rows);
  void linear(const Op& op, Tokens& out, const Tokens& x);
  void layer_norm(const Op& op, const Tokens& x);
  void insert(const Op& op, Tokens& out, const Tokens& x);
  void positions(const Op& op, const Tokens& x);
  void attention(const Op& op, Tokens& out, const std::vector<std::string>& inputs);
  void rows(const Op& op, Tokens& out, const Tokens& x);
  void join(const Op& op, Tokens& out, const Tokens& a, const Tokens& b);
  void swiglu(const Op& op, Tokens& out, const Tokens& x);
  void signed_power(const Op& op, const Tokens& x);
  /// [q|k|v] or a part of it as batch x heads x rows x width, or with the last two turned.
  std::string heads(const std::string& name,
                    const Tokens& x,
                    int64_t first,
                    int64_t width,
                    int64_t count,
                    bool turned);
  std::string columns(const std::string& name, const Tokens& x, int64_t first, int64_t count);
  std::string product(const std::string& name,
                      const std::string& x,
                      const std::string& weight,
                      int64_t out,
                      int64_t in);

  OnnxBuilder& b_;
  std::map<std::string, OnnxMap>& maps_;
  std::map<std::string, Tokens> tokens_;
};

}  // namespace loci
