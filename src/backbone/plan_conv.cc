// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "plan_builder.h"

#include <limits>

namespace loci::internal {
namespace {

using type = memory::data_type;
using dnnl::algorithm;

bool fits_winograd(const Node& node) {
  const Op& op = node.op;
  return op.kernel_h == 3 && op.kernel_w == 3 && op.stride == 1 && op.dilation == 1 &&
         op.groups == 1 && node.in.channels >= 8 && op.activation != Activation::kSigmoid;
}

/// RGB to grey and the like.
bool is_mix(const Node& node) {
  const Op& op = node.op;
  return op.kernel_h == 1 && op.kernel_w == 1 && op.stride == 1 && op.groups == 1 &&
         op.out_channels == 1 && node.in.channels <= 4 && op.activation == Activation::kNone &&
         node.sum_input < 0 && node.in.height == node.out.height && node.in.width == node.out.width;
}

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

/// [out, in/groups, kh, kw], or with groups in front.
memory::desc any_weights(const Node& node, type weight_type) {
  const Op& op = node.op;
  memory::dims dims = {
      op.out_channels / op.groups, node.in.channels / op.groups, op.kernel_h, op.kernel_w};
  if (op.groups > 1) {
    dims.insert(dims.begin(), op.groups);
  }
  return {dims, weight_type, memory::format_tag::any};
}

std::pair<float, float> clamp_of(const Op& op) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  if (op.activation == Activation::kRelu) return {0.f, kInf};
  if (op.activation == Activation::kClip)
    return {static_cast<float>(op.clip_low), static_cast<float>(op.clip_high)};
  return {-kInf, kInf};
}

}  // namespace

double conv_gflop(const Node& node, int batch) {
  return 2e-9 * batch * node.out.channels * node.out.height * node.out.width *
         (node.in.channels / node.op.groups) * node.op.kernel_h * node.op.kernel_w;
}

dnnl::post_ops activation_post_ops(const Op& op, float scale, dnnl::post_ops post_ops) {
  if (op.activation == Activation::kRelu) {
    post_ops.append_eltwise(1, algorithm::eltwise_relu, 0, 0);
  } else if (op.activation == Activation::kClip) {
    const auto [low, high] = clamp_of(op);
    post_ops.append_eltwise(1, algorithm::eltwise_clip, low / scale, high / scale);
  } else if (op.activation == Activation::kSigmoid) {
    post_ops.append_eltwise(1, algorithm::eltwise_logistic, 0, 0);
  }
  return post_ops;
}

ConvCase PlanBuilder::conv_case(size_t i) const {
  const Node& node = graph_.nodes[i];
  const Op& op = node.op;
  const bool pool = pool_follows(i);
  type in = float_type();
  type out = output_type(static_cast<int>(i) + (pool ? 2 : 1)).type;
  if (options_.precision == Precision::kInt8) {
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

void PlanBuilder::conv(size_t i) {
  const Node& node = graph_.nodes[i];
  if (is_mix(node)) return mix(i);
  const bool low = options_.precision != Precision::kFp32;
  ConvPick pick;
  if (fits_winograd(node)) {
    const ConvCase conv = conv_case(i);
    if (options_.kernel_choice == KernelChoice::kAuto) {
      pick = pick_kernel(conv, options_.num_threads, *options_.cache);
    } else {
      pick = {options_.kernel_choice,
              winograd_default_blocking(winograd_shape(conv), options_.num_threads)};
    }
    if (pick.kernel == KernelChoice::kWinograd && own_kernels(conv.in_type) != nullptr) {
      return winograd(i, pick.blocking);
    }
  }
  if (pick.kernel == KernelChoice::kLibraryWinograd &&
      library_conv(i, algorithm::convolution_winograd, low))
    return;
  if (low && library_conv(i, algorithm::convolution_direct, true)) return;
  if (low && library_conv(i, algorithm::convolution_auto, true)) return;
  if (library_conv(i, algorithm::convolution_direct, false)) return;
  if (library_conv(i, algorithm::convolution_auto, false)) return;
  throw Error(
      unsupported("operator '" + node.op.name + "': oneDNN has no kernel for this convolution"));
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

/// One convolution by oneDNN; false when it has no kernel for this algorithm and precision.
bool PlanBuilder::library_conv(size_t i, algorithm algorithm, bool low_precision) {
  const Node& node = graph_.nodes[i];
  const Op& op = node.op;
  const int value = static_cast<int>(i) + 1;
  const Slot& given = slot(node.inputs[0]);

  Quantization in{float_type(), 1}, out = output_type(value);
  bool integers = false;
  if (options_.precision == Precision::kInt8) {
    in = given.type() == type::u8 || given.type() == type::s8
             ? Quantization{given.type(), given.scale}
             : quantization(node.inputs[0]);
    integers = in.type != type::f32;
  }
  if (!low_precision || (options_.precision == Precision::kInt8 && !integers)) {
    in = out = {};
    integers = false;
  }
  // Sums are made in place, so the other summand must take the result's type.
  const type weight_type = integers ? type::s8 : in.type;
  // Without VNNI, pairs of 8-bit products are added in 16 bits: 255 * 64 * 2 still fits.
  const int largest = !integers ? 0 : (instructions().vnni || in.type == type::s8 ? 127 : 64);

  const memory::dim dilation = op.dilation - 1;
  const dnnl::convolution_forward::desc desc(dnnl::prop_kind::forward_inference,
                                             algorithm,
                                             any_map(batch_, node.in, in.type),
                                             any_weights(node, weight_type),
                                             {{op.out_channels}, type::f32, memory::format_tag::a},
                                             any_map(batch_, node.out, out.type),
                                             {op.stride, op.stride},
                                             {dilation, dilation},
                                             {op.pad_top, op.pad_left},
                                             {op.pad_bottom, op.pad_right});

  dnnl::primitive_attr attributes = plan_attributes();
  std::vector<float> bias = weights_.numbers(op.name).bias;
  if (integers) {
    std::vector<float> scales = weights_.quantized(op.name, largest).scales;
    for (size_t o = 0; o < scales.size(); ++o) {
      bias[o] /= in.scale * scales[o];
      scales[o] *= in.scale / out.scale;
    }
    attributes.set_output_scales(1 << 1, scales);
  }
  dnnl::post_ops post_ops;
  Quantization other = out;
  if (node.sum_input >= 0) {
    const Slot& summand = slot(node.sum_input);
    if (summand.type() != out.type &&
        memory::data_type_size(summand.type()) == memory::data_type_size(out.type)) {
      other.type = summand.type();
    }
    if (summand.type() == other.type) other.scale = summand.scale;
    post_ops.append_sum(other.scale / out.scale, 0, other.type);
  }
  attributes.set_post_ops(activation_post_ops(op, out.scale, post_ops));

  const dnnl::convolution_forward::primitive_desc pd(desc, attributes, cpu_engine(), true);
  if (!pd) return false;

  const Slot from = converted(node.inputs[0], pd.src_desc(), in.scale, op.name);
  const dnnl::memory& weights = weights_.packed(op.name, pd.weights_desc(), op.groups, largest);
  const std::string bias_key =
      op.name + (integers ? ".bias.int8." + std::to_string(in.scale) : ".bias");
  const dnnl::memory& bias_memory = weights_.vector(bias_key, bias);
  Slot to;
  if (node.sum_input >= 0) {
    memory::desc desired = pd.dst_desc();
    desired.data.data_type = static_cast<dnnl_data_type_t>(other.type);
    to = owned(node.sum_input, desired, other.scale, op.name);
    to.desc = pd.dst_desc();
    to.scale = out.scale;
  } else {
    to = makes(pd.dst_desc(), out.scale);
  }
  append_primitive(op.name,
                   dnnl::convolution_forward(pd),
                   pd.scratchpad_desc(),
                   pd.impl_info_str(),
                   {reads(DNNL_ARG_SRC, from),
                    {DNNL_ARG_WEIGHTS, pd.weights_desc(), 0, weights},
                    {DNNL_ARG_BIAS, pd.bias_desc(), 0, bias_memory},
                    reads(DNNL_ARG_DST, to)},
                   conv_gflop(node, batch_));
  finish(i, to);
  return true;
}

}  // namespace loci::internal
