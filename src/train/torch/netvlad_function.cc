// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "netvlad_function.h"

namespace loci::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct NetvladFunction : torch::autograd::Function<NetvladFunction> {
  static at::Tensor forward(AutogradContext* context,
                            const at::Tensor& x,
                            const at::Tensor& weight,
                            const c10::optional<at::Tensor>& bias,
                            const at::Tensor& centers) {
    at::Tensor logits = at::matmul(x, weight.t());
    if (bias.has_value()) logits.add_(*bias);
    const at::Tensor assignment = logits.softmax(-1);        // B N K
    const at::Tensor mass = assignment.sum(1).unsqueeze(2);  // B K 1
    context->save_for_backward({x, weight, centers, assignment, mass});
    context->saved_data["bias"] = bias.has_value();
    return at::matmul(assignment.transpose(1, 2), x) - mass * centers;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &centers = saved[2], &a = saved[3];
    const at::Tensor& mass = saved[4];
    const at::Tensor& g = gradients[0];                      // B K D
    at::Tensor d_logits = at::matmul(x, g.transpose(1, 2));  // dA, B N K
    d_logits.sub_((g * centers).sum(2).unsqueeze(1));
    d_logits = a * (d_logits - (a * d_logits).sum(2, /*keepdim=*/true));
    at::Tensor d_x, d_bias;
    if (context->needs_input_grad(0)) d_x = at::matmul(d_logits, weight) + at::matmul(a, g);
    const int64_t clusters = weight.size(0), dim = weight.size(1);
    const at::Tensor d_weight =
        at::matmul(d_logits.reshape({-1, clusters}).t(), x.reshape({-1, dim}));
    if (context->saved_data["bias"].toBool()) d_bias = d_logits.sum(at::IntArrayRef({0, 1}));
    return {d_x, d_weight, d_bias, -(g * mass).sum(0)};
  }
};

}  // namespace

at::Tensor netvlad_aggregate(const at::Tensor& x,
                             const at::Tensor& weight,
                             const at::Tensor& bias,
                             const at::Tensor& centers) {
  // An undefined tensor may not be an input of a function, an absent optional may.
  const c10::optional<at::Tensor> given =
      bias.defined() ? c10::optional<at::Tensor>(bias) : c10::nullopt;
  return NetvladFunction::apply(x, weight, given, centers);
}

}  // namespace loci::train
