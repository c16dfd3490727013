// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reference_net.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

struct Window {
  int out, before;
};

Window window_of(int size, int kernel, const Op& op, int before, int after) {
  const int reach = (kernel - 1) * op.dilation + 1;
  if (op.pad_same) {
    const int out = (size + op.stride - 1) / op.stride;
    return {out, std::max(0, (out - 1) * op.stride + reach - size) / 2};
  }
  int out = 0;
  // Count windows one by one: whole ones, or with ceil_mode those that start inside the image or
  // the padding before it.
  for (int start = 0;; start += op.stride, ++out) {
    const bool whole = start + reach <= size + before + after;
    const bool started = start < size + before && start + reach - op.stride < size + before + after;
    const bool rounded_up = op.ceil_mode && op.type != OpType::kConv && started;
    if (!whole && !rounded_up) break;
  }
  return {out, before};
}

double activate(const Op& op, double x) {
  if (op.activation == Activation::kRelu) return std::max(x, 0.0);
  if (op.activation == Activation::kClip) return std::min(std::max(x, op.clip_low), op.clip_high);
  if (op.activation == Activation::kSigmoid) return 1 / (1 + std::exp(-x));
  return x;
}

ReferenceMap windowed(const Op& op, const ReferenceMap& in, const TensorMap& tensors) {
  const Window rows = window_of(in.height, op.kernel_h, op, op.pad_top, op.pad_bottom);
  const Window columns = window_of(in.width, op.kernel_w, op, op.pad_left, op.pad_right);
  const bool conv = op.type == OpType::kConv;
  ReferenceMap out{conv ? op.out_channels : in.channels, rows.out, columns.out, {}};
  out.values.resize(static_cast<size_t>(out.channels) * out.height * out.width);
  std::vector<float> weight, bias;
  if (conv) {
    weight = tensors.at(op.name + ".weight").to_floats();
    if (op.has_bias) bias = tensors.at(op.name + ".bias").to_floats();
  }
  const int each = conv ? in.channels / op.groups : 1;
  for (int c = 0; c < out.channels; ++c) {
    const int first = conv ? c / (op.out_channels / op.groups) * each : c;
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        double sum = conv && op.has_bias ? bias[static_cast<size_t>(c)] : 0,
               best = -std::numeric_limits<double>::max();
        int count = 0;
        for (int k = 0; k < each; ++k) {
          for (int i = 0; i < op.kernel_h; ++i) {
            for (int j = 0; j < op.kernel_w; ++j) {
              const int v = y * op.stride + i * op.dilation - rows.before;
              const int u = x * op.stride + j * op.dilation - columns.before;
              if (v < 0 || u < 0 || v >= in.height || u >= in.width) continue;
              const double value = in.at(first + k, v, u);
              const size_t w =
                  ((static_cast<size_t>(c) * each + k) * op.kernel_h + i) * op.kernel_w + j;
              sum += conv ? value * weight[w] : value;
              best = std::max(best, value);
              ++count;
            }
          }
        }
        out.at(c, y, x) = conv                          ? activate(op, sum)
                          : op.type == OpType::kMaxPool ? best
                                                        : sum / count;
      }
    }
  }
  return out;
}

ReferenceMap across_channels(const Op& op, ReferenceMap in) {
  ReferenceMap out = in;
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      for (int c = 0; c < in.channels; ++c) {
        double sum = 0;
        const int reach = op.type == OpType::kLrn ? op.lrn_size / 2 : in.channels;
        for (int k = std::max(0, c - reach); k <= std::min(in.channels - 1, c + reach); ++k) {
          sum += in.at(k, y, x) * in.at(k, y, x);
        }
        const double divisor =
            op.type == OpType::kLrn
                ? std::pow(op.lrn_k + op.lrn_alpha / op.lrn_size * sum, op.lrn_beta)
                : std::max(std::sqrt(sum), 1e-12);
        out.at(c, y, x) = in.at(c, y, x) / divisor;
      }
    }
  }
  return out;
}

ReferenceMap instance_normed(const Op& op, ReferenceMap in) {
  const int positions = in.height * in.width;
  for (int c = 0; c < in.channels; ++c) {
    double* plane = &in.at(c, 0, 0);
    double mean = 0, variance = 0;
    for (int i = 0; i < positions; ++i) mean += plane[i] / positions;
    for (int i = 0; i < positions; ++i)
      variance += (plane[i] - mean) * (plane[i] - mean) / positions;
    for (int i = 0; i < positions; ++i)
      plane[i] = (plane[i] - mean) / std::sqrt(variance + op.norm_eps);
  }
  return in;
}

/// The map between its pixels' centres, the outer half pixels constant.
double sample(const ReferenceMap& in, int c, double y, double x) {
  y = std::clamp(y, 0.0, in.height - 1.0);
  x = std::clamp(x, 0.0, in.width - 1.0);
  double sum = 0;
  for (int v = 0; v < in.height; ++v) {
    for (int u = 0; u < in.width; ++u) {
      sum +=
          in.at(c, v, u) * std::max(0.0, 1 - std::abs(y - v)) * std::max(0.0, 1 - std::abs(x - u));
    }
  }
  return sum;
}

ReferenceMap upsampled(const ReferenceMap& in, const ReferenceMap& like) {
  ReferenceMap out{in.channels, like.height, like.width, {}};
  out.values.resize(static_cast<size_t>(out.channels) * out.height * out.width);
  for (int c = 0; c < out.channels; ++c) {
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        out.at(c, y, x) = sample(in,
                                 c,
                                 (y + 0.5) * in.height / out.height - 0.5,
                                 (x + 0.5) * in.width / out.width - 0.5);
      }
    }
  }
  return out;
}

ReferenceMap blocks_as_channels(const ReferenceMap& in, int side) {
  ReferenceMap out{in.channels * side * side, in.height / side, in.width / side, {}};
  out.values.resize(static_cast<size_t>(out.channels) * out.height * out.width);
  for (int c = 0; c < out.channels; ++c) {
    const int from = c / (side * side), dy = c / side % side, dx = c % side;
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x)
        out.at(c, y, x) = in.at(from, y * side + dy, x * side + dx);
    }
  }
  return out;
}

ReferenceMap run_op(const Op& op,
                    const std::vector<const ReferenceMap*>& inputs,
                    const TensorMap& tensors) {
  ReferenceMap out = *inputs[0];
  switch (op.type) {
    case OpType::kConv:
    case OpType::kMaxPool:
    case OpType::kAvgPool:
      return windowed(op, out, tensors);
    case OpType::kLrn:
    case OpType::kL2Norm:
      return across_channels(op, out);
    case OpType::kRelu:
      for (double& v : out.values) v = std::max(v, 0.0);
      return out;
    case OpType::kClip:
      for (double& v : out.values) v = std::min(std::max(v, op.clip_low), op.clip_high);
      return out;
    case OpType::kAdd:
      for (size_t i = 0; i < out.values.size(); ++i)
        out.values[i] = activate(op, out.values[i] + inputs[1]->values[i]);
      return out;
    case OpType::kConcat:
      for (size_t k = 1; k < inputs.size(); ++k) {
        out.channels += inputs[k]->channels;
        out.values.insert(out.values.end(), inputs[k]->values.begin(), inputs[k]->values.end());
      }
      return out;
    case OpType::kInstanceNorm:
      return instance_normed(op, out);
    case OpType::kUpsample:
      return upsampled(out, *inputs[1]);
    case OpType::kSpaceToDepth:
      return blocks_as_channels(out, op.stride);
    default:  // on tokens: tokens_test.cc
      break;
  }
  ADD_FAILURE() << "no reference for " << op_type_name(op.type);
  return out;
}

}  // namespace

std::vector<ReferenceMap> reference_net(const Network& network,
                                        const TensorMap& tensors,
                                        const ReferenceMap& image) {
  std::vector<ReferenceMap> out(network.ops.size());
  for (size_t i = 0; i < network.ops.size(); ++i) {
    const Op& op = network.ops[i];
    std::vector<const ReferenceMap*> inputs;
    for (const std::string& name : op.inputs) {
      if (name == "input") inputs.push_back(&image);
      for (size_t k = 0; k < i; ++k) {
        if (network.ops[k].name == name) inputs.push_back(&out[k]);
      }
    }
    if (op.inputs.empty()) inputs.push_back(i == 0 ? &image : &out[i - 1]);
    out[i] = run_op(op, inputs, tensors);
  }
  return out;
}

}  // namespace loci::internal
