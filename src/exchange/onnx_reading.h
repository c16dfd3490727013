// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "import_builder.h"
#include "onnx_view.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loci {

// Reading the operators of somebody's ONNX graph as a network, a pooling and a linear layer. Nodes
// are taken in their order; what is understood becomes a value of a known kind, anything else
// waits: it may be part of a pattern (the norm that a Div divides by), and is named when it is not.

/// What has happened to a descriptor since it was pooled.
struct OnnxHead {
  std::string pooling;  ///< mean, max or gem
  double gem_p = 0;
  bool pooled_norm = false, final_norm = false;
  bool has_linear = false;
  std::string weight_from, bias_from;
  int64_t out = 0, in = 0;
  std::vector<float> weight, bias;  ///< [out, in], [out]
};

struct OnnxReadValue {
  enum class Kind {
    kImage,    ///< the input, x * scale + shift for each channel so far
    kMap,      ///< output of operator `op`
    kPowered,  ///< a map to the power gem_p; `mean`: and averaged
    kVector,   ///< a descriptor
    kWaiting,  ///< something whose meaning depends on who reads it
  };
  Kind kind = Kind::kWaiting;
  std::string op;
  int64_t channels = 0, height = -1, width = -1;
  std::array<int64_t, 4> pad{};  ///< top, left, bottom, right: zeros put around a map
  std::array<double, 3> scale{1, 1, 1}, shift{0, 0, 0};
  double gem_p = 0;
  bool mean = false;
  OnnxHead head;
};

class OnnxReading {
 public:
  OnnxReading(ImportBuilder& builder, const OnnxView& view) : b_(builder), view_(view) {}

  /// Fills the builder's network and tensors; returns what the output is: a map or a vector.
  OnnxReadValue run();
  const std::string& preprocessing_words() const { return preprocessing_words_; }

 private:
  using Value = OnnxReadValue;
  using Kind = OnnxReadValue::Kind;

  Value read(const OnnxNodeView& node);
  Value of(const std::string& name) const;
  const Value* known(const OnnxNodeView& node, size_t input, Kind kind) const;
  [[noreturn]] void refuse(const OnnxNodeView& node, const std::string& why) const;
  [[noreturn]] void lacks(const OnnxNodeView& node) const;

  // onnx_reading_network.cc
  std::optional<Value> read_network(const OnnxNodeView& node);
  Value convolution(const OnnxNodeView& node, const Value& x);
  Value pool(const OnnxNodeView& node, const Value& x);
  Value batch_norm(const OnnxNodeView& node, const Value& x);
  Value affine(const OnnxNodeView& node,
               const Value& x,
               const std::vector<float>& gain,
               const std::vector<float>& shift,
               const std::string& from);
  Value activation(const OnnxNodeView& node, const Value& x, const Op& wanted);
  Value join(const OnnxNodeView& node, OpType type);
  void set_window(const OnnxNodeView& node, const Value& x, Op& op) const;
  std::vector<int64_t> paddings(const OnnxNodeView& node) const;
  Value append(const OnnxNodeView& node, Op op, const Value& x);
  Value as_map(const Value& x);
  std::optional<std::pair<double, double>> clip_bounds(const OnnxNodeView& node) const;

  // onnx_reading_head.cc
  std::optional<Value> read_head(const OnnxNodeView& node);
  std::optional<Value> image_scaling(const OnnxNodeView& node);
  std::optional<Value> constant_arithmetic(const OnnxNodeView& node);
  std::optional<Value> global_pool(const OnnxNodeView& node);
  std::optional<Value> power(const OnnxNodeView& node);
  std::optional<Value> linear(const OnnxNodeView& node);
  std::optional<Value> normalised(const OnnxNodeView& node);
  bool is_norm_of(const std::string& divisor, const std::string& x) const;
  bool over_channels(const OnnxNodeView& node) const;
  double exponent(const std::string& value, int depth = 0) const;
  Value with_linear(const OnnxNodeView& node, const Value& x, OnnxHead layer) const;

  ImportBuilder& b_;
  const OnnxView& view_;
  std::map<std::string, Value> values_;
  std::string preprocessing_words_;
};

}  // namespace loci
