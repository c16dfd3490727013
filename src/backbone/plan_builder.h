// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel_pick.h"
#include "plan.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loci::internal {

/// The integers chosen for a value.
struct Quantization {
  memory::data_type type = memory::data_type::f32;
  float scale = 1;
};

/// What oneDNN is told about a convolution, but its sizes.
struct ConvRecipe {
  Quantization in, out;
  Quantization sum;  ///< of the summand, in whose place the result is written
  int largest = 0;   ///< of integer weights; 0: floats
  dnnl::primitive_attr attributes;
  std::vector<float> bias;
  std::string bias_key;
};

/// Walks a graph in order and appends steps.
class PlanBuilder {
 public:
  PlanBuilder(const Graph& graph, int batch, const PlanOptions& options, WeightStore& weights);
  std::unique_ptr<Plan> build();

 private:
  // plan_ops.cc: the operators that are not convolutions
  void pool(size_t i);
  void lrn(size_t i);
  void add(size_t i);
  void concat(size_t i);
  void eltwise(size_t i);
  void l2_norm(size_t i);
  void output(size_t k);
  // plan_map_ops.cc, plan_instance_norm.cc: those with kernels of our own
  void mix(size_t i);
  void instance_norm(size_t i);
  void upsample(size_t i);
  void space_to_depth(size_t i);
  // plan_tokens.cc, plan_linear.cc: those on tokens
  void linear(size_t i);
  bool fits_int8(const Node& node) const;
  void int8_linear(size_t i);  // plan_int8.cc
  void layer_norm(size_t i);
  void scale(size_t i);
  void positions(size_t i);
  void move_rows(size_t i);
  void attention(size_t i);
  void swiglu(size_t i);
  void signed_power(size_t i);
  Slot as_tokens(int value, const std::string& layer);
  memory::data_type token_type(int value) const;
  Slot as_pixels(int value, const std::string& layer);
  Slot makes_pixels(size_t i);
  void own_step(size_t i, const char* kernel, const Slot& to, Step::Own own);

  // plan_builder.cc
  void node(size_t i);
  int new_buffer(size_t bytes);
  int new_scratch(size_t bytes);
  void touch(int buffer);
  Step& append(const std::string& layer, const std::string& kernel);
  void append_primitive(const std::string& layer,
                        const dnnl::primitive& primitive,
                        const memory::desc& scratch,
                        const std::string& kernel,
                        std::vector<Operand> operands,
                        double gflop = 0);
  Operand reads(int argument, const Slot& slot);
  Slot makes(const memory::desc& desc, float scale = 1);

  const Slot& slot(int value) const { return slots_[static_cast<size_t>(value)]; }
  /// The value in another layout or type; the same slot where it fits already.
  Slot converted(int value, const memory::desc& desc, float scale, const std::string& layer);
  /// The same, in a buffer that may be overwritten.
  Slot owned(int value, const memory::desc& desc, float scale, const std::string& layer);
  Slot reordered(const Slot& from, const memory::desc& desc, float scale, const std::string& layer);
  /// Float32 (or bf16) for operators that have no integer form.
  Slot as_float(int value, const std::string& layer);
  /// True when the node being planned is the last that reads the value.
  bool last_use(int value) const { return remaining_[static_cast<size_t>(value)] == 1; }
  void finish(size_t i, const Slot& slot);
  memory::data_type float_type() const {
    return options_.precision == Precision::kBf16 ? memory::data_type::bf16
                                                  : memory::data_type::f32;
  }
  std::string name_of(int value) const;
  /// What int8 makes of the value by its range; float32 where it has none.
  Quantization quantization(int value) const;
  bool needs_float(int value) const;
  /// With int8: heads stay in floats, which cost them little and keep what is decided by them.
  bool float_head(const Node& node) const {
    return options_.precision == Precision::kInt8 && node.head;
  }
  static memory::data_type head_type() {
    return instructions().bf16 ? memory::data_type::bf16 : memory::data_type::f32;
  }
  /// The type that the maker of a value should write.
  Quantization output_type(int value) const;

  // plan_conv.cc
  void conv(size_t i);
  bool library_conv(size_t i, dnnl::algorithm algorithm, bool low_precision);
  /// `given`: how the input is there.
  ConvRecipe recipe(size_t i, Quantization given, bool low_precision);
  /// Where the result goes: the summand's place, or a new one.
  Slot conv_output(size_t i, const ConvRecipe& recipe, const memory::desc& desc);
  // plan_bands.cc
  bool bands(size_t i);
  size_t chain_end(size_t i) const;
  // plan_winograd.cc
  void winograd(size_t i, WinogradBlocking blocking);
  ConvCase conv_case(size_t i) const;
  bool pool_follows(size_t i) const;

  const Graph& graph_;
  const int batch_;
  const PlanOptions options_;
  WeightStore& weights_;
  std::unique_ptr<Plan> plan_;
  std::vector<Slot> slots_;     // by value
  std::vector<int> remaining_;  // reads of each value that are still to come
  std::vector<bool> done_;      // nodes that a node before them did on the way
};

/// Whether our Winograd kernels can run the convolution.
bool fits_winograd(const Node& node);
/// RGB to grey and the like: 1x1, a few channels to one.
bool is_mix(const Node& node);
/// Bounds of the activation, for relu, clip and none.
std::pair<float, float> clamp_of(const Op& op);
/// The convolution with maps of these sizes and layouts; empty where oneDNN has no kernel for it.
dnnl::convolution_forward::primitive_desc describe_conv(const Node& node,
                                                        const ConvRecipe& recipe,
                                                        dnnl::algorithm algorithm,
                                                        const memory::desc& src,
                                                        const memory::desc& dst,
                                                        int pad_top,
                                                        int pad_bottom);
dnnl::post_ops activation_post_ops(const Op& op, float scale, dnnl::post_ops post_ops = {});
double conv_gflop(const Node& node, int batch);

}  // namespace loci::internal
