// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "plan_builder.h"

#include <limits>

namespace loci::internal {
namespace {

using type = memory::data_type;
using dnnl::algorithm;

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

}  // namespace

bool fits_winograd(const Node& node) {
  const Op& op = node.op;
  return op.kernel_h == 3 && op.kernel_w == 3 && op.stride == 1 && op.dilation == 1 &&
         op.groups == 1 && node.in.channels >= 8 && op.activation != Activation::kSigmoid;
}

bool is_mix(const Node& node) {
  const Op& op = node.op;
  return op.kernel_h == 1 && op.kernel_w == 1 && op.stride == 1 && op.groups == 1 &&
         op.out_channels == 1 && node.in.channels <= 4 && op.activation == Activation::kNone &&
         node.sum_input < 0 && node.in.height == node.out.height && node.in.width == node.out.width;
}

std::pair<float, float> clamp_of(const Op& op) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  if (op.activation == Activation::kRelu) return {0.f, kInf};
  if (op.activation == Activation::kClip)
    return {static_cast<float>(op.clip_low), static_cast<float>(op.clip_high)};
  return {-kInf, kInf};
}

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

void PlanBuilder::conv(size_t i) {
  const Node& node = graph_.nodes[i];
  if (is_mix(node)) return mix(i);
  if (bands(i)) return;
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

ConvRecipe PlanBuilder::recipe(size_t i, Quantization given, bool low_precision) {
  const Node& node = graph_.nodes[i];
  const Op& op = node.op;
  ConvRecipe r;
  r.in = {float_type(), 1};
  r.out = output_type(static_cast<int>(i) + 1);
  const bool head = float_head(node);
  bool integers = false;
  if (head) {
    r.in = {head_type(), 1};
  } else if (options_.precision == Precision::kInt8) {
    const bool are_integers = given.type == type::u8 || given.type == type::s8;
    r.in = are_integers ? given : quantization(node.inputs[0]);
    integers = r.in.type != type::f32;
  }
  if (!low_precision || (options_.precision == Precision::kInt8 && !integers && !head)) {
    r.in = r.out = {};
    integers = false;
  }
  // Without VNNI, pairs of 8-bit products are added in 16 bits: 255 * 64 * 2 still fits.
  r.largest = !integers ? 0 : (instructions().vnni || r.in.type == type::s8 ? 127 : 64);
  r.attributes = plan_attributes();
  r.bias = weights_.numbers(op.name).bias;
  r.bias_key = op.name + ".bias";
  if (integers) {
    std::vector<float> scales = weights_.quantized(op.name, r.largest).scales;
    for (size_t o = 0; o < scales.size(); ++o) {
      r.bias[o] /= r.in.scale * scales[o];
      scales[o] *= r.in.scale / r.out.scale;
    }
    r.attributes.set_output_scales(1 << 1, scales);
    r.bias_key += ".int8." + std::to_string(r.in.scale);
  }
  dnnl::post_ops post_ops;
  r.sum = r.out;
  if (node.sum_input >= 0) {
    // Sums are made in place, so the other summand must take the result's type.
    const Slot& summand = slot(node.sum_input);
    if (summand.type() != r.out.type &&
        memory::data_type_size(summand.type()) == memory::data_type_size(r.out.type)) {
      r.sum.type = summand.type();
    }
    if (summand.type() == r.sum.type) r.sum.scale = summand.scale;
    post_ops.append_sum(r.sum.scale / r.out.scale, 0, r.sum.type);
  }
  r.attributes.set_post_ops(activation_post_ops(op, r.out.scale, post_ops));
  return r;
}

dnnl::convolution_forward::primitive_desc describe_conv(const Node& node,
                                                        const ConvRecipe& recipe,
                                                        algorithm algorithm,
                                                        const memory::desc& src,
                                                        const memory::desc& dst,
                                                        int pad_top,
                                                        int pad_bottom) {
  const Op& op = node.op;
  const memory::dim dilation = op.dilation - 1;
  const dnnl::convolution_forward::desc desc(
      dnnl::prop_kind::forward_inference,
      algorithm,
      src,
      any_weights(node, recipe.largest != 0 ? type::s8 : recipe.in.type),
      {{op.out_channels}, type::f32, memory::format_tag::a},
      dst,
      {op.stride, op.stride},
      {dilation, dilation},
      {pad_top, op.pad_left},
      {pad_bottom, op.pad_right});
  return {desc, recipe.attributes, cpu_engine(), true};
}

Slot PlanBuilder::conv_output(size_t i, const ConvRecipe& recipe, const memory::desc& desc) {
  const Node& node = graph_.nodes[i];
  if (node.sum_input < 0) return makes(desc, recipe.out.scale);
  memory::desc summand = desc;
  summand.data.data_type = static_cast<dnnl_data_type_t>(recipe.sum.type);
  Slot to = owned(node.sum_input, summand, recipe.sum.scale, node.op.name);
  to.desc = desc;
  to.scale = recipe.out.scale;
  return to;
}

/// One convolution by oneDNN; false when it has no kernel for this algorithm and precision.
bool PlanBuilder::library_conv(size_t i, algorithm algorithm, bool low_precision) {
  const Node& node = graph_.nodes[i];
  const Op& op = node.op;
  const Slot& given = slot(node.inputs[0]);
  const ConvRecipe r = recipe(i, {given.type(), given.scale}, low_precision);
  const auto pd = describe_conv(node,
                                r,
                                algorithm,
                                any_map(batch_, node.in, r.in.type),
                                any_map(batch_, node.out, r.out.type),
                                op.pad_top,
                                op.pad_bottom);
  if (!pd) return false;

  const Slot from = converted(node.inputs[0], pd.src_desc(), r.in.scale, op.name);
  const dnnl::memory& weights = weights_.packed(op.name, pd.weights_desc(), op.groups, r.largest);
  const dnnl::memory& bias = weights_.vector(r.bias_key, r.bias);
  const Slot to = conv_output(i, r, pd.dst_desc());
  append_primitive(op.name,
                   dnnl::convolution_forward(pd),
                   pd.scratchpad_desc(),
                   pd.impl_info_str(),
                   {reads(DNNL_ARG_SRC, from),
                    {DNNL_ARG_WEIGHTS, pd.weights_desc(), 0, weights},
                    {DNNL_ARG_BIAS, pd.bias_desc(), 0, bias},
                    reads(DNNL_ARG_DST, to)},
                   conv_gflop(node, batch_));
  finish(i, to);
  return true;
}

}  // namespace loci::internal
