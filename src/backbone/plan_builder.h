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
  /// The type that the maker of a value should write.
  Quantization output_type(int value) const;

  // plan_conv.cc
  void conv(size_t i);
  void winograd(size_t i, WinogradBlocking blocking);
  bool library_conv(size_t i, dnnl::algorithm algorithm, bool low_precision);
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

dnnl::post_ops activation_post_ops(const Op& op, float scale, dnnl::post_ops post_ops = {});
double conv_gflop(const Node& node, int batch);

}  // namespace loci::internal
