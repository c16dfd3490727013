// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "plan_builder.h"

namespace loci::internal {
namespace {

using type = memory::data_type;

bool is_floating(type t) { return t == type::f32 || t == type::bf16; }

/// A layout that our kernels take as it is.
struct OwnLayout {
  memory::desc desc;
  bool pixels = false;  ///< [n][h][w][c], else blocked
};

OwnLayout pixel_layout(int batch, const Extent& extent, type element) {
  return {plain_map(batch, extent, element), true};
}
OwnLayout blocked_layout(int batch, const Extent& extent, type element, int width) {
  const auto tag = width == 16 ? memory::format_tag::nChw16c : memory::format_tag::nChw8c;
  return {{map_dims(batch, extent), element, tag}, false};
}

/// The one of the two that `found` is already, else the one that oneDNN's kernels for the same
/// instructions use.
OwnLayout own_layout(
    int batch, const Extent& extent, type element, int width, const memory::desc* found = nullptr) {
  const OwnLayout pixels = pixel_layout(batch, extent, element);
  const OwnLayout blocked = blocked_layout(batch, extent, element, width);
  if (extent.channels % width != 0) return blocked;
  if (found != nullptr && *found == pixels.desc) return pixels;
  if (found != nullptr && *found == blocked.desc) return blocked;
  return width == 16 ? pixels : blocked;
}

}  // namespace

ConvCase PlanBuilder::conv_case(size_t i) const {
  const Node& node = graph_.nodes[i];
  const Op& op = node.op;
  const bool pool = pool_follows(i);
  type in = float_type();
  type out = output_type(static_cast<int>(i) + (pool ? 2 : 1)).type;
  if (float_head(node)) {
    in = head_type();
  } else if (options_.precision == Precision::kInt8) {
    const type given = slot(node.inputs[0]).type();
    in = is_floating(given) ? quantization(node.inputs[0]).type : given;
    if (is_floating(in)) out = type::f32;
  }
  return {batch_,
          node.in,
          node.out,
          op.pad_top,
          op.pad_left,
          op.pad_bottom,
          op.pad_right,
          pool,
          in,
          out};
}

/// True when the only reader of node i is a 2x2 max pool that the Winograd kernel can do on the
/// way.
bool PlanBuilder::pool_follows(size_t i) const {
  if (i + 1 >= graph_.nodes.size() || graph_.uses[i + 1] != 1 || graph_.nodes[i].sum_input >= 0)
    return false;
  const Node& next = graph_.nodes[i + 1];
  const Op& op = next.op;
  return op.type == OpType::kMaxPool && next.inputs[0] == static_cast<int>(i) + 1 &&
         op.kernel_h == 2 && op.kernel_w == 2 && op.stride == 2 && op.dilation == 1 &&
         op.pad_top == 0 && op.pad_left == 0 && next.out.height == next.in.height / 2 &&
         next.out.width == next.in.width / 2;
}

void PlanBuilder::winograd(size_t i, WinogradBlocking blocking) {
  const Node& node = graph_.nodes[i];
  const ConvCase conv = conv_case(i);
  const WinogradKernels& kernels = *own_kernels(conv.in_type);
  const WinogradShape shape = winograd_shape(conv);
  const Extent out = conv.pool ? graph_.nodes[i + 1].out : node.out;
  const std::string& name = node.op.name;

  WinogradCall call;
  call.weights = weights_.winograd(name, kernels, options_.num_threads);
  call.bias = weights_.winograd_bias(name, kernels);
  std::tie(call.low, call.high) = clamp_of(node.op);
  const OwnLayout src =
      own_layout(batch_, node.in, conv.in_type, kernels.width, &slot(node.inputs[0]).desc);
  const Slot from = converted(node.inputs[0], src.desc, 1, name);
  OwnLayout dst = own_layout(batch_, out, conv.out_type, kernels.width);
  call.src_pixels = src.pixels;
  call.dst_float = conv.out_type == type::f32;
  int sum = -1;
  Slot to;
  if (node.sum_input < 0) {
    to = makes(dst.desc);
  } else {
    dst = own_layout(batch_, out, conv.in_type, kernels.width, &slot(node.sum_input).desc);
    const bool in_place = conv.in_type == conv.out_type;
    const Slot summand = in_place ? owned(node.sum_input, dst.desc, 1, name)
                                  : converted(node.sum_input, dst.desc, 1, name);
    sum = summand.buffer;
    memory::desc made = dst.desc;
    made.data.data_type = static_cast<dnnl_data_type_t>(conv.out_type);
    to = in_place ? summand : makes(made);
    touch(sum);
  }
  call.dst_pixels = dst.pixels;
  const int scratch =
      new_scratch(winograd_scratch_bytes(kernels, shape, blocking, options_.num_threads));
  touch(from.buffer);
  touch(to.buffer);
  Step& step = append(conv.pool ? name + "+" + graph_.nodes[i + 1].op.name : name, "winograd");
  step.gflop = conv_gflop(node, batch_);
  step.own = [plan = plan_.get(),
              &kernels,
              shape,
              blocking,
              call,
              from = from.buffer,
              to = to.buffer,
              scratch,
              sum,
              threads = options_.num_threads](std::byte* arena, const float* input) {
    const auto at = [&](int buffer) { return plan->at(buffer, arena, input); };
    WinogradCall now = call;
    now.src = at(from);
    now.dst = at(to);
    now.sum = sum >= 0 ? at(sum) : nullptr;
    now.scratch = at(scratch);
    winograd_run(kernels, shape, blocking, now, threads);
  };
  finish(i, to);
  if (!conv.pool) return;
  done_[i + 1] = true;
  finish(i + 1, to);
}

}  // namespace loci::internal
