// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "plan_builder.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace loci::internal {

using type = memory::data_type;

PlanBuilder::PlanBuilder(const Graph& graph,
                         int batch,
                         const PlanOptions& options,
                         WeightStore& weights)
    : graph_(graph),
      batch_(batch),
      options_(options),
      weights_(weights),
      plan_(std::make_unique<Plan>()),
      slots_(graph.nodes.size() + 1),
      remaining_(graph.uses),
      done_(graph.nodes.size(), false) {}

std::unique_ptr<Plan> PlanBuilder::build() {
  plan_->batch = batch_;
  plan_->num_threads = options_.num_threads;
  plan_->height = graph_.image.height;
  plan_->width = graph_.image.width;
  for (const int value : graph_.outputs) plan_->outputs.push_back(graph_.extent(value));
  slots_[0] = {plain_map(batch_, graph_.image), kCallerInput, 1};
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    if (!done_[i]) node(i);
  }
  for (size_t k = 0; k < graph_.outputs.size(); ++k) output(k);
  plan_->arena_bytes = place_buffers(plan_->buffers);
  return std::move(plan_);
}

void PlanBuilder::node(size_t i) {
  switch (graph_.nodes[i].op.type) {
    case OpType::kConv:
      return conv(i);
    case OpType::kMaxPool:
    case OpType::kAvgPool:
      return pool(i);
    case OpType::kAdd:
      return add(i);
    case OpType::kConcat:
      return concat(i);
    case OpType::kRelu:
    case OpType::kClip:
      return eltwise(i);
    case OpType::kLrn:
      return lrn(i);
    case OpType::kL2Norm:
      return l2_norm(i);
    case OpType::kInstanceNorm:
      return instance_norm(i);
    case OpType::kUpsample:
      return upsample(i);
    case OpType::kSpaceToDepth:
      return space_to_depth(i);
    case OpType::kLinear:
      return linear(i);
    case OpType::kLayerNorm:
      return layer_norm(i);
    case OpType::kScale:
      return scale(i);
    case OpType::kTokens:
    case OpType::kRows:
    case OpType::kJoinRows:
    case OpType::kLearnt:
      return move_rows(i);
    case OpType::kPositions:
      return positions(i);
    case OpType::kAttention:
      return attention(i);
    case OpType::kSwiGlu:
      return swiglu(i);
    case OpType::kSignedPower:
      return signed_power(i);
  }
}

int PlanBuilder::new_buffer(size_t bytes) {
  const int now = static_cast<int>(plan_->steps.size());
  plan_->buffers.push_back({bytes, now, now, 0});
  return static_cast<int>(plan_->buffers.size()) - 1;
}

int PlanBuilder::new_scratch(size_t bytes) {
  plan_->scratch_bytes = std::max(plan_->scratch_bytes, bytes);
  return new_buffer(bytes);
}

/// Keeps a buffer alive up to the step that is appended next.
void PlanBuilder::touch(int buffer) {
  if (buffer >= 0)
    plan_->buffers[static_cast<size_t>(buffer)].last = static_cast<int>(plan_->steps.size());
}

Step& PlanBuilder::append(const std::string& layer, const std::string& kernel) {
  Step& step = plan_->steps.emplace_back();
  step.layer = layer;
  step.kernel = kernel;
  return step;
}

Operand PlanBuilder::reads(int argument, const Slot& slot) {
  touch(slot.buffer);
  return {argument, slot.desc, slot.buffer, {}};
}

Slot PlanBuilder::makes(const memory::desc& desc, float scale) {
  return {desc, new_buffer(desc.get_size()), scale};
}

void PlanBuilder::append_primitive(const std::string& layer,
                                   const dnnl::primitive& primitive,
                                   const memory::desc& scratch,
                                   const std::string& kernel,
                                   std::vector<Operand> operands,
                                   double gflop) {
  if (scratch.get_size() > 0) {
    operands.push_back({DNNL_ARG_SCRATCHPAD, scratch, new_scratch(scratch.get_size()), {}});
  }
  Step& step = append(layer, kernel);
  step.primitive = primitive;
  step.operands = std::move(operands);
  step.gflop = gflop;
}

Slot PlanBuilder::reordered(const Slot& from,
                            const memory::desc& desc,
                            float scale,
                            const std::string& layer) {
  dnnl::primitive_attr attributes = plan_attributes();
  if (from.scale != scale) attributes.set_output_scales(0, {from.scale / scale});
  const dnnl::reorder::primitive_desc pd(cpu_engine(), from.desc, cpu_engine(), desc, attributes);
  const Slot to = makes(desc, scale);
  append_primitive(layer,
                   dnnl::reorder(pd),
                   pd.scratchpad_desc(),
                   "reorder",
                   {reads(DNNL_ARG_FROM, from), reads(DNNL_ARG_TO, to)});
  return to;
}

Slot PlanBuilder::converted(int value,
                            const memory::desc& desc,
                            float scale,
                            const std::string& layer) {
  const Slot from = slot(value);
  if (from.desc == desc && from.scale == scale) return from;
  const Slot to = reordered(from, desc, scale, layer);
  // Whoever else reads the value most likely wants the new layout as well.
  if (to.type() == from.type() && to.scale == from.scale) slots_[static_cast<size_t>(value)] = to;
  return to;
}

Slot PlanBuilder::owned(int value,
                        const memory::desc& desc,
                        float scale,
                        const std::string& layer) {
  const Slot from = slot(value);
  if (from.desc == desc && from.scale == scale && from.buffer >= 0 && last_use(value)) return from;
  return reordered(from, desc, scale, layer);
}

Slot PlanBuilder::as_float(int value, const std::string& layer) {
  const Slot& from = slot(value);
  if (from.type() == float_type()) return from;
  return converted(value, plain_map(batch_, graph_.extent(value), float_type()), 1, layer);
}

void PlanBuilder::finish(size_t i, const Slot& made) {
  const Node& node = graph_.nodes[i];
  slots_[i + 1] = made;
  for (const int value : node.inputs) --remaining_[static_cast<size_t>(value)];
  if (node.sum_input >= 0) --remaining_[static_cast<size_t>(node.sum_input)];
  if (plan_->steps.empty()) return;
  Step& step = plan_->steps.back();
  step.value_name = node.value_name;
  step.value_buffer = made.buffer;
  step.value_floats = made.desc.get_size() / sizeof(float);
}

std::string PlanBuilder::name_of(int value) const {
  return value == 0 ? "input" : graph_.nodes[static_cast<size_t>(value - 1)].value_name;
}

Quantization PlanBuilder::quantization(int value) const {
  const std::vector<float>* range = weights_.range(name_of(value));
  if (options_.precision != Precision::kInt8 || range == nullptr) return {};
  const float low = (*range)[0], high = (*range)[1], peak = std::max(std::abs(low), std::abs(high));
  if (!(peak > 0) || !std::isfinite(peak)) return {};
  if (low < 0) return {type::s8, peak / 127};
  return {type::u8, high / 255};
}

/// Values of one image after another differ widely before its normalisation, and the curve of a sigmoid is lost in
/// integers: both stay float32 in every precision, and what operators on tokens read.
bool PlanBuilder::needs_float(int value) const {
  if (value > 0) {
    const Op& maker = graph_.nodes[static_cast<size_t>(value - 1)].op;
    if (maker.activation == Activation::kSigmoid) return true;
  }
  return std::ranges::any_of(graph_.nodes, [&](const Node& node) {
    const bool reads_floats =
        node.op.type == OpType::kInstanceNorm || node.op.type >= OpType::kLinear;
    return reads_floats && std::ranges::find(node.inputs, value) != node.inputs.end();
  });
}

Quantization PlanBuilder::output_type(int value) const {
  if (options_.precision == Precision::kFp32 || graph_.returns(value) || needs_float(value))
    return {};
  if (options_.precision == Precision::kBf16) return {type::bf16, 1};
  if (value > 0 && float_head(graph_.nodes[static_cast<size_t>(value - 1)]))
    return {head_type(), 1};
  int readers = 0, concat = -1;
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    const Node& node = graph_.nodes[i];
    const bool reads_it =
        std::find(node.inputs.begin(), node.inputs.end(), value) != node.inputs.end();
    if (!reads_it && node.sum_input != value) continue;
    ++readers;
    if (node.op.type == OpType::kConcat) concat = static_cast<int>(i) + 1;
    const bool integers = node.op.type == OpType::kConv || node.op.type == OpType::kMaxPool ||
                          node.op.type == OpType::kAvgPool || node.op.type == OpType::kConcat ||
                          node.op.type == OpType::kSpaceToDepth ||
                          node.op.type == OpType::kUpsample;
    if (!integers || float_head(node)) return {};
  }
  // Parts of a concatenation are written in its scale at once.
  return quantization(concat > 0 && readers == 1 && !graph_.returns(concat) ? concat : value);
}

/// Tokens are float32 but where products alone read them.
type PlanBuilder::token_type(int value) const {
  if (options_.precision != Precision::kBf16 || graph_.returns(value)) return type::f32;
  for (const Node& node : graph_.nodes) {
    const bool reads_it = std::ranges::find(node.inputs, value) != node.inputs.end();
    if (node.sum_input == value || (reads_it && node.op.type != OpType::kLinear)) return type::f32;
  }
  return type::bf16;
}

std::unique_ptr<Plan> build_plan(const Graph& graph,
                                 int batch,
                                 const PlanOptions& options,
                                 WeightStore& weights) {
  return PlanBuilder(graph, batch, options, weights).build();
}

}  // namespace loci::internal
