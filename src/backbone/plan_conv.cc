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
         op.groups == 1 && node.in.channels >= 8;
}

memory::desc blocked_map(int batch, const Extent& extent, int width) {
  return {map_dims(batch, extent),
          type::f32,
          width == 16 ? memory::format_tag::nChw16c : memory::format_tag::nChw8c};
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
  }
  return post_ops;
}

ConvCase PlanBuilder::conv_case(const Node& node) const {
  const Op& op = node.op;
  return {batch_, node.in, node.out, op.pad_top, op.pad_left, op.pad_bottom, op.pad_right, false};
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
  const bool low = options_.precision != Precision::kFp32;
  ConvPick pick;
  if (!low && fits_winograd(node)) {
    ConvCase conv = conv_case(node);
    conv.pool = pool_follows(i);
    if (options_.kernel_choice == KernelChoice::kAuto) {
      pick = pick_kernel(conv, options_.num_threads);
    } else {
      pick = {options_.kernel_choice,
              winograd_default_blocking(winograd_shape(conv), options_.num_threads)};
    }
  }
  if (pick.kernel == KernelChoice::kWinograd) return winograd(i, pick.blocking);
  if (pick.kernel == KernelChoice::kLibraryWinograd &&
      library_conv(i, algorithm::convolution_winograd, false))
    return;
  if (low && options_.kernel_choice == KernelChoice::kLibraryWinograd && fits_winograd(node) &&
      library_conv(i, algorithm::convolution_winograd, true)) {
    return;
  }
  if (low && library_conv(i, algorithm::convolution_direct, true)) return;
  if (low && library_conv(i, algorithm::convolution_auto, true)) return;
  if (library_conv(i, algorithm::convolution_direct, false)) return;
  if (library_conv(i, algorithm::convolution_auto, false)) return;
  throw Error(
      unsupported("operator '" + node.op.name + "': oneDNN has no kernel for this convolution"));
}

void PlanBuilder::winograd(size_t i, WinogradBlocking blocking) {
  const Node& node = graph_.nodes[i];
  const WinogradKernels& kernels = winograd_kernels(simd_level());
  const bool pool = pool_follows(i);
  WinogradShape shape = winograd_shape(conv_case(node));
  shape.pool = pool;
  const Extent out = pool ? graph_.nodes[i + 1].out : node.out;
  const std::string& name = node.op.name;

  const float* weights = weights_.winograd(name, kernels, options_.num_threads);
  const float* bias = weights_.winograd_bias(name, kernels);
  const Slot from = converted(node.inputs[0], blocked_map(batch_, node.in, kernels.width), 1, name);
  const memory::desc dst_desc = blocked_map(batch_, out, kernels.width);
  int sum = -1;
  Slot to;
  if (node.sum_input >= 0) {
    to = owned(node.sum_input, dst_desc, 1, name);
    sum = to.buffer;
  } else {
    to = makes(dst_desc);
  }
  const int scratch =
      new_buffer(winograd_scratch_bytes(kernels, shape, blocking, options_.num_threads));
  touch(from.buffer);
  touch(to.buffer);
  Step& step = append(pool ? name + "+" + graph_.nodes[i + 1].op.name : name, "winograd");
  step.gflop = conv_gflop(node, batch_);
  WinogradCall call;
  call.weights = weights;
  call.bias = bias;
  std::tie(call.low, call.high) = clamp_of(node.op);
  step.own = [plan = plan_.get(),
              &kernels,
              shape,
              blocking,
              call,
              from = from.buffer,
              to = to.buffer,
              scratch,
              sum,
              threads = options_.num_threads](std::byte* arena) {
    const auto at = [&](int buffer) {
      return arena + plan->buffers[static_cast<size_t>(buffer)].offset;
    };
    WinogradCall now = call;
    now.src = reinterpret_cast<const float*>(at(from));
    now.dst = reinterpret_cast<float*>(at(to));
    now.sum = sum >= 0 ? now.dst : nullptr;
    now.scratch = at(scratch);
    winograd_run(kernels, shape, blocking, now, threads);
  };
  finish(i, to);
  if (!pool) return;
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
