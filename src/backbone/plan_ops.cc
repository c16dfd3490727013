// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// The operators that are not convolutions.
#include "plan_builder.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {

using type = memory::data_type;

void PlanBuilder::pool(size_t i) {
  const Node& node = graph_.nodes[i];
  const Op& op = node.op;
  const Slot from = slot(node.inputs[0]);
  const auto algorithm = op.type == OpType::kMaxPool ? dnnl::algorithm::pooling_max
                                                     : dnnl::algorithm::pooling_avg_exclude_padding;
  const dnnl::pooling_forward::desc desc(dnnl::prop_kind::forward_inference,
                                         algorithm,
                                         from.desc,
                                         any_map(batch_, node.out, from.type()),
                                         {op.stride, op.stride},
                                         {op.kernel_h, op.kernel_w},
                                         {op.pad_top, op.pad_left},
                                         {op.pad_bottom, op.pad_right});
  const dnnl::pooling_forward::primitive_desc pd(desc, plan_attributes(), cpu_engine());
  const Slot to = makes(pd.dst_desc(), from.scale);
  append_primitive(op.name,
                   dnnl::pooling_forward(pd),
                   pd.scratchpad_desc(),
                   pd.impl_info_str(),
                   {reads(DNNL_ARG_SRC, from), reads(DNNL_ARG_DST, to)});
  finish(i, to);
}

void PlanBuilder::lrn(size_t i) {
  const Node& node = graph_.nodes[i];
  const Op& op = node.op;
  const Slot from = as_float(node.inputs[0], op.name);
  const dnnl::lrn_forward::desc desc(dnnl::prop_kind::forward_inference,
                                     dnnl::algorithm::lrn_across_channels,
                                     from.desc,
                                     op.lrn_size,
                                     static_cast<float>(op.lrn_alpha),
                                     static_cast<float>(op.lrn_beta),
                                     static_cast<float>(op.lrn_k));
  const dnnl::lrn_forward::primitive_desc pd(desc, plan_attributes(), cpu_engine());
  const Slot to = makes(pd.dst_desc());
  append_primitive(op.name,
                   dnnl::lrn_forward(pd),
                   pd.scratchpad_desc(),
                   pd.impl_info_str(),
                   {reads(DNNL_ARG_SRC, from), reads(DNNL_ARG_DST, to)});
  finish(i, to);
}

void PlanBuilder::add(size_t i) {
  const Node& node = graph_.nodes[i];
  // Sums of tokens stay float32 in every precision: they carry what all blocks add up.
  const bool floats =
      slot(node.inputs[0]).type() == type::f32 && slot(node.inputs[1]).type() == type::f32;
  const Slot a = floats ? slot(node.inputs[0]) : as_float(node.inputs[0], node.op.name);
  const Slot b = converted(node.inputs[1], a.desc, 1, node.op.name);
  const dnnl::binary::desc desc(dnnl::algorithm::binary_add, a.desc, b.desc, a.desc);
  dnnl::primitive_attr attributes = plan_attributes();
  attributes.set_post_ops(activation_post_ops(node.op, 1));
  const dnnl::binary::primitive_desc pd(desc, attributes, cpu_engine());
  const Slot to = makes(a.desc);
  append_primitive(node.op.name,
                   dnnl::binary(pd),
                   pd.scratchpad_desc(),
                   pd.impl_info_str(),
                   {reads(DNNL_ARG_SRC_0, a), reads(DNNL_ARG_SRC_1, b), reads(DNNL_ARG_DST, to)});
  finish(i, to);
}

void PlanBuilder::concat(size_t i) {
  const Node& node = graph_.nodes[i];
  bool integers = true, equal = true;
  for (const int value : node.inputs) {
    const Slot& each = slot(value);
    integers = integers && each.type() != type::f32 && each.type() != type::bf16;
    equal = equal && each.type() == slot(node.inputs[0]).type() &&
            each.scale == slot(node.inputs[0]).scale;
  }
  std::vector<Slot> parts;
  std::vector<memory::desc> descs;
  for (const int value : node.inputs) {
    parts.push_back(integers && equal ? slot(value) : as_float(value, node.op.name));
    descs.push_back(parts.back().desc);
  }
  const dnnl::concat::primitive_desc pd(1, descs, cpu_engine(), plan_attributes());
  const Slot to = makes(pd.dst_desc(), parts[0].scale);
  std::vector<Operand> operands = {reads(DNNL_ARG_DST, to)};
  for (size_t k = 0; k < parts.size(); ++k) {
    operands.push_back(reads(DNNL_ARG_MULTIPLE_SRC + static_cast<int>(k), parts[k]));
  }
  append_primitive(node.op.name,
                   dnnl::concat(pd),
                   pd.scratchpad_desc(),
                   pd.impl_info_str(),
                   std::move(operands));
  finish(i, to);
}

void PlanBuilder::eltwise(size_t i) {
  const Node& node = graph_.nodes[i];
  const Slot from = as_float(node.inputs[0], node.op.name);
  const bool clip = node.op.type == OpType::kClip;
  const dnnl::eltwise_forward::desc desc(
      dnnl::prop_kind::forward_inference,
      clip ? dnnl::algorithm::eltwise_clip : dnnl::algorithm::eltwise_relu,
      from.desc,
      clip ? static_cast<float>(node.op.clip_low) : 0.f,
      clip ? static_cast<float>(node.op.clip_high) : 0.f);
  const dnnl::eltwise_forward::primitive_desc pd(desc, plan_attributes(), cpu_engine());
  const Slot to = makes(pd.dst_desc());
  append_primitive(node.op.name,
                   dnnl::eltwise_forward(pd),
                   pd.scratchpad_desc(),
                   pd.impl_info_str(),
                   {reads(DNNL_ARG_SRC, from), reads(DNNL_ARG_DST, to)});
  finish(i, to);
}

void PlanBuilder::l2_norm(size_t i) {
  const Node& node = graph_.nodes[i];
  const Slot to = owned(node.inputs[0], plain_map(batch_, node.in), 1, node.op.name);
  touch(to.buffer);
  const int64_t positions = batch_ * node.in.rows();
  const int64_t channels = node.in.channels;
  Step& step = append(node.op.name, "l2_norm");
  Plan* plan = plan_.get();
  step.own = [plan, buffer = to.buffer, positions, channels](std::byte* arena, const float* input) {
    auto* row = reinterpret_cast<float*>(plan->at(buffer, arena, input));
    for (int64_t p = 0; p < positions; ++p, row += channels) {
      float sum = 0;
      for (int64_t c = 0; c < channels; ++c) sum += row[c] * row[c];
      const float scale = 1 / std::max(std::sqrt(sum), 1e-12f);
      for (int64_t c = 0; c < channels; ++c) row[c] *= scale;
    }
  };
  finish(i, to);
}

void PlanBuilder::output(size_t k) {
  const int value = graph_.outputs[k];
  const Slot from = slot(value);
  const Extent extent = graph_.extent(value);
  for (int n = 0; n < batch_; ++n) {
    const memory::desc part = from.desc.submemory_desc(map_dims(1, extent), {n, 0, 0, 0});
    const memory::desc whole = plain_map(1, extent);
    dnnl::primitive_attr attributes = plan_attributes();
    if (from.scale != 1) attributes.set_output_scales(0, {from.scale});
    const dnnl::reorder::primitive_desc pd(cpu_engine(), part, cpu_engine(), whole, attributes);
    append_primitive(
        "output",
        dnnl::reorder(pd),
        pd.scratchpad_desc(),
        "reorder",
        {reads(DNNL_ARG_FROM, {part, from.buffer, 1}), {DNNL_ARG_TO, whole, kCallerOutput, {}}});
    plan_->steps.back().output = static_cast<int>(k);
    plan_->steps.back().image = n;
  }
}

}  // namespace loci::internal
