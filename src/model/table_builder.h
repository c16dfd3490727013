// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/model/architectures.h"

#include <string>
#include <utility>
#include <vector>

namespace loci::internal {

struct NamedNetwork {
  Network network;
  std::vector<TorchName> torch_names;
};

/// Writes a network down as a table, one call an operator; calls return the builder, and from(),
/// torch(), clip6() and same() speak of the operator written last.
class TableBuilder {
 public:
  explicit TableBuilder(std::string architecture) {
    table_.network.architecture = std::move(architecture);
  }

  TableBuilder& conv(const std::string& name,
                     int out,
                     int kernel,
                     int stride,
                     int pad,
                     Activation activation,
                     int groups = 1) {
    Op& op = append(OpType::kConv, name, kernel, stride, pad);
    op.out_channels = out;
    op.groups = groups;
    op.activation = activation;
    return *this;
  }
  TableBuilder& max_pool(
      const std::string& name, int kernel, int stride, int pad = 0, bool ceil_mode = false) {
    append(OpType::kMaxPool, name, kernel, stride, pad).ceil_mode = ceil_mode;
    return *this;
  }
  TableBuilder& lrn(const std::string& name) {
    append(OpType::kLrn, name, 1, 1, 0);
    return *this;
  }
  TableBuilder& add(const std::string& name,
                    const std::string& a,
                    const std::string& b,
                    Activation activation) {
    Op& op = append(OpType::kAdd, name, 1, 1, 0);
    op.inputs = {a, b};
    op.activation = activation;
    return *this;
  }
  TableBuilder& concat(const std::string& name, std::vector<std::string> inputs) {
    append(OpType::kConcat, name, 1, 1, 0).inputs = std::move(inputs);
    return *this;
  }

  TableBuilder& avg_pool(const std::string& name, int kernel, int stride) {
    append(OpType::kAvgPool, name, kernel, stride, 0);
    return *this;
  }
  TableBuilder& instance_norm(const std::string& name) {
    append(OpType::kInstanceNorm, name, 1, 1, 0);
    return *this;
  }
  TableBuilder& space_to_depth(const std::string& name, int side) {
    append(OpType::kSpaceToDepth, name, 1, side, 0);
    return *this;
  }
  TableBuilder& upsample(const std::string& name, const std::string& map, const std::string& like) {
    append(OpType::kUpsample, name, 1, 1, 0).inputs = {map, like};
    return *this;
  }
  TableBuilder& output(const std::string& name, const std::string& op) {
    table_.network.outputs.push_back({name, op});
    return *this;
  }

  TableBuilder& no_bias() {
    last_op().has_bias = false;
    return *this;
  }
  TableBuilder& from(const std::string& input) {
    last_op().inputs = {input};
    return *this;
  }
  TableBuilder& clip6() {
    last_op().activation = Activation::kClip;
    last_op().clip_high = 6;
    return *this;
  }
  TableBuilder& same() {
    last_op().pad_same = true;
    return *this;
  }
  /// Padding below and right only.
  TableBuilder& pad_after(int pad) {
    last_op().pad_top = last_op().pad_left = 0;
    last_op().pad_bottom = last_op().pad_right = pad;
    return *this;
  }
  TableBuilder& torch(std::string conv, std::string norm = "") {
    table_.torch_names.push_back({last_op().name, std::move(conv), std::move(norm)});
    return *this;
  }
  TableBuilder& norm_eps(double eps) {
    table_.torch_names.back().norm_eps = eps;
    return *this;
  }
  TableBuilder& norm_plain() {
    table_.torch_names.back().norm_affine = false;
    return *this;
  }

  /// By value: appending an operator moves the others.
  std::string last() { return last_op().name; }
  NamedNetwork take() { return std::move(table_); }

 private:
  Op& last_op() { return table_.network.ops.back(); }
  Op& append(OpType type, const std::string& name, int kernel, int stride, int pad) {
    Op op;
    op.type = type;
    op.name = name;
    op.kernel_h = op.kernel_w = kernel;
    op.stride = stride;
    op.pad_top = op.pad_left = op.pad_bottom = op.pad_right = pad;
    table_.network.ops.push_back(op);
    return last_op();
  }

  NamedNetwork table_;
};

}  // namespace loci::internal
