// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "plan_builder.h"

namespace loci::internal {
namespace {

using type = memory::data_type;

memory::desc matrix(int64_t rows, int64_t columns, type t) {
  return {{rows, columns}, t, memory::format_tag::ab};
}

dnnl::post_ops post_ops_of(const Node& node) {
  dnnl::post_ops post_ops;
  if (node.sum_input >= 0) post_ops.append_sum(1);
  if (node.op.activation == Activation::kGelu) {
    post_ops.append_eltwise(1, dnnl::algorithm::eltwise_gelu_erf, 0, 0);
    return post_ops;
  }
  return activation_post_ops(node.op, 1, post_ops);
}

}  // namespace

/// Tokens in rows, float32 or what the product at hand reads.
Slot PlanBuilder::as_tokens(int value, const std::string& layer) {
  return converted(value, plain_map(batch_, graph_.extent(value)), 1, layer);
}

/// All rows of the batch in one product, the sum and the activation on the way.
void PlanBuilder::linear(size_t i) {
  const Node& node = graph_.nodes[i];
  if (fits_int8(node)) return int8_linear(i);
  const std::string& name = node.op.name;
  const int64_t rows = batch_ * node.in.rows();
  const Slot from = converted(node.inputs[0], plain_map(batch_, node.in, float_type()), 1, name);
  const int value = static_cast<int>(i) + 1;
  const type made = node.sum_input >= 0 ? type::f32 : token_type(value);
  const memory::desc out = plain_map(batch_, node.out, made);
  const Slot to = node.sum_input >= 0 ? owned(node.sum_input, out, 1, name) : makes(out);

  const memory::desc src = matrix(rows, node.in.channels, float_type());
  const memory::desc dst = matrix(rows, node.out.channels, made);
  const dnnl::inner_product_forward::desc desc(
      dnnl::prop_kind::forward_inference,
      src,
      memory::desc({node.out.channels, node.in.channels}, float_type(), memory::format_tag::any),
      memory::desc({node.out.channels}, type::f32, memory::format_tag::a),
      dst);
  dnnl::primitive_attr attributes = plan_attributes();
  attributes.set_post_ops(post_ops_of(node));
  const dnnl::inner_product_forward::primitive_desc pd(desc, attributes, cpu_engine());
  const dnnl::memory& weights = weights_.linear(name, node.scale, pd.weights_desc());
  const dnnl::memory& bias =
      weights_.vector(name + ".bias", weights_.linear_bias(name, node.scale, node.out.channels));
  touch(from.buffer);
  touch(to.buffer);
  append_primitive(name,
                   dnnl::inner_product_forward(pd),
                   pd.scratchpad_desc(),
                   pd.impl_info_str(),
                   {{DNNL_ARG_SRC, src, from.buffer, {}},
                    {DNNL_ARG_WEIGHTS, pd.weights_desc(), 0, weights},
                    {DNNL_ARG_BIAS, pd.bias_desc(), 0, bias},
                    {DNNL_ARG_DST, dst, to.buffer, {}}},
                   2e-9 * static_cast<double>(rows) * node.in.channels * node.out.channels);
  finish(i, to);
}

}  // namespace loci::internal
