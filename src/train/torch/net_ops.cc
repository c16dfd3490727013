// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "net_ops.h"

#include "loci/base/status.h"

#include <algorithm>
#include <limits>

namespace loci::train {
namespace {

/// Windows along one side: how many, and the padding before and after that they need.
struct Windows {
  int64_t count = 0, before = 0, after = 0;
};

Windows windows(const Op& op, int64_t size, int kernel, int64_t before, int64_t after) {
  const int64_t reach = int64_t{kernel - 1} * op.dilation + 1;
  Windows w{0, before, after};
  if (op.pad_same) {
    w.count = (size + op.stride - 1) / op.stride;
    w.before = std::max<int64_t>(0, (w.count - 1) * op.stride + reach - size) / 2;
  } else {
    const int64_t room = size + before + after - reach;
    const bool up = op.ceil_mode && op.type != OpType::kConv;
    w.count = (room + (up ? op.stride - 1 : 0)) / op.stride + 1;
    // A window that would start behind the image sees nothing (Caffe leaves it out as well).
    if (up && (w.count - 1) * op.stride >= size + before) --w.count;
  }
  w.after = (w.count - 1) * op.stride + reach - size - w.before;
  return w;
}

/// `x` with the rows and columns that the windows need; those no window reads stay (negative
/// padding is left to the operator, which ignores them).
at::Tensor padded(const at::Tensor& x, const Windows& rows, const Windows& columns, double value) {
  const auto after = [](const Windows& w) { return std::max<int64_t>(0, w.after); };
  if (rows.before == 0 && columns.before == 0 && after(rows) == 0 && after(columns) == 0) return x;
  return at::constant_pad_nd(x, {columns.before, after(columns), rows.before, after(rows)}, value);
}

at::Tensor convolution(const Op& op, at::Tensor x, at::Tensor weight, at::Tensor bias, bool half) {
  const Windows rows = windows(op, x.size(2), op.kernel_h, op.pad_top, op.pad_bottom);
  const Windows columns = windows(op, x.size(3), op.kernel_w, op.pad_left, op.pad_right);
  const auto even = [&](const Windows& w, int64_t size, int kernel) {
    const int64_t reach = int64_t{kernel - 1} * op.dilation + 1;
    return (size + 2 * w.before - reach) / op.stride + 1 == w.count;
  };
  std::vector<int64_t> padding = {0, 0};
  if (even(rows, x.size(2), op.kernel_h) && even(columns, x.size(3), op.kernel_w)) {
    padding = {rows.before, columns.before};  // the operator's own, which needs no copy
  } else {
    x = padded(x, rows, columns, 0);
  }
  if (half) {
    x = x.to(at::kBFloat16);
    weight = weight.to(at::kBFloat16);
    if (bias.defined()) bias = bias.to(at::kBFloat16);
  }
  return activated(
      op,
      at::conv2d(
          x, weight, bias, {op.stride, op.stride}, padding, {op.dilation, op.dilation}, op.groups));
}

/// Sums over the windows of zero-padded maps, one channel at a time.
at::Tensor window_sums(const Op& op, const at::Tensor& x) {
  const at::Tensor ones = at::ones({x.size(1), 1, op.kernel_h, op.kernel_w}, x.options());
  const std::vector<int64_t> stride(2, op.stride), padding(2, 0), dilation(2, op.dilation);
  return at::conv2d(x, ones, at::Tensor(), stride, padding, dilation, x.size(1));
}

at::Tensor pooling(const Op& op, const at::Tensor& x) {
  const Windows rows = windows(op, x.size(2), op.kernel_h, op.pad_top, op.pad_bottom);
  const Windows columns = windows(op, x.size(3), op.kernel_w, op.pad_left, op.pad_right);
  if (op.type == OpType::kMaxPool) {
    const double lowest = -std::numeric_limits<double>::infinity();
    return at::max_pool2d(padded(x, rows, columns, lowest),
                          {op.kernel_h, op.kernel_w},
                          {op.stride, op.stride},
                          {0, 0},
                          {op.dilation, op.dilation});
  }
  const at::Tensor ones = at::ones({1, 1, x.size(2), x.size(3)}, x.options());
  return window_sums(op, padded(x, rows, columns, 0)) /
         window_sums(op, padded(ones, rows, columns, 0));
}

at::Tensor local_response(const Op& op, const at::Tensor& x) {
  const int64_t reach = op.lrn_size / 2, span = 2 * reach + 1;
  const at::Tensor means = at::avg_pool3d((x * x).unsqueeze(1),
                                          {span, 1, 1},
                                          {1, 1, 1},
                                          {reach, 0, 0},
                                          /*ceil_mode=*/false,
                                          /*count_include_pad=*/true)
                               .squeeze(1);
  const double alpha = op.lrn_alpha * static_cast<double>(span) / op.lrn_size;
  return x / (means * alpha + op.lrn_k).pow(op.lrn_beta);
}

at::Tensor instance_normalised(const Op& op, const at::Tensor& x) {
  const at::Tensor difference = x - x.mean({2, 3}, true);
  return difference / ((difference * difference).mean({2, 3}, true) + op.norm_eps).sqrt();
}

at::Tensor whole_blocks(const at::Tensor& x, int64_t side) {
  const at::Tensor whole =
      x.narrow(2, 0, x.size(2) / side * side).narrow(3, 0, x.size(3) / side * side);
  return at::pixel_unshuffle(whole, side);
}

}  // namespace

at::Tensor activated(const Op& op, at::Tensor x) {
  if (op.activation == Activation::kRelu) return x.relu_();
  if (op.activation == Activation::kClip) return x.clamp(op.clip_low, op.clip_high);
  if (op.activation == Activation::kSigmoid) return x.sigmoid();
  return x;
}

at::Tensor run_op(const Op& op,
                  const std::vector<at::Tensor>& inputs,
                  const at::Tensor& weight,
                  const at::Tensor& bias,
                  bool half) {
  const at::Tensor& x = inputs.at(0);
  switch (op.type) {
    case OpType::kConv:
      return convolution(op, x, weight, bias, half);
    case OpType::kMaxPool:
    case OpType::kAvgPool:
      return pooling(op, x);
    case OpType::kAdd:
      return activated(op, x + inputs.at(1));
    case OpType::kConcat:
      return at::cat(inputs, 1);
    case OpType::kRelu:
      return x.relu();
    case OpType::kClip:
      return x.clamp(op.clip_low, op.clip_high);
    case OpType::kLrn:
      return local_response(op, x);
    case OpType::kL2Norm:
      return x / x.norm(2, {1}, true).clamp_min(1e-12);
    case OpType::kInstanceNorm:
      return instance_normalised(op, x);
    case OpType::kUpsample:
      return at::upsample_bilinear2d(
          x, {inputs.at(1).size(2), inputs.at(1).size(3)}, /*align_corners=*/false);
    case OpType::kSpaceToDepth:
      return whole_blocks(x, op.stride);
    default:
      break;
  }
  throw Error(unsupported("operator '" + op.name + "': '" + op_type_name(op.type) +
                          "' is described, not trained; choose a convolutional network"));
}

}  // namespace loci::train
