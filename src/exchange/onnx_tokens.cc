// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_tokens.h"

#include "guard.h"

#include "loci/model/positions.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

using Ints = std::vector<int64_t>;

}  // namespace

const OnnxTokens::Tokens& OnnxTokens::tokens(const std::string& name) {
  if (const auto found = tokens_.find(name); found != tokens_.end()) return found->second;
  const OnnxMap& map = maps_.at(name);
  need_fixed_size(map, "a transformer");
  Tokens t{"", map.channels, 0, map.height, map.width};
  const std::string flat = b_.node(
      "Reshape", name + ".flat", {map.value, b_.integers({b_.batch(), t.channels, t.rows()})});
  t.value = b_.node("Transpose", name + ".rows", {flat}, {{"perm", Ints{0, 2, 1}}});
  return tokens_[name] = t;
}

void OnnxTokens::need_map(const std::string& name) {
  if (maps_.contains(name)) return;
  const Tokens& t = tokens_.at(name);
  const std::string turned =
      b_.node("Transpose", name + ".channels", {t.value}, {{"perm", Ints{0, 2, 1}}});
  const int64_t height = t.before > 0 ? t.rows() : t.height, width = t.before > 0 ? 1 : t.width;
  maps_[name] =
      b_.reshape(name + ".map", {turned, t.channels, t.rows(), 1}, t.channels, height, width);
}

bool OnnxTokens::append(const Op& op, const std::vector<std::string>& inputs) {
  const bool sum =
      op.type == OpType::kAdd && tokens_.contains(inputs[0]) && tokens_.contains(inputs[1]);
  if (op.type < OpType::kLinear && !sum) return false;
  if (b_.batch() == kAnySize) {
    throw Error(
        invalid_argument("a transformer as ONNX needs a fixed batch: give it with --batch"));
  }
  if (op.type == OpType::kLearnt) {
    Tokens out{"", op.out_channels, 0, 1, op.count};
    const std::string all = learnt(op, op.count, op.out_channels);
    out.value = op.name;
    b_.node_as("Identity", op.name, op.name, {all});
    tokens_[op.name] = out;
    return true;
  }
  const Tokens x = tokens(inputs[0]);
  Tokens out = x;
  out.value = op.name;
  switch (op.type) {
    case OpType::kAdd:
      b_.node_as("Add", op.name, op.name, {x.value, tokens(inputs[1]).value});
      break;
    case OpType::kLinear:
      linear(op, out, x);
      break;
    case OpType::kLayerNorm:
      layer_norm(op, x);
      break;
    case OpType::kScale:
      b_.node_as("Mul", op.name, op.name, {x.value, b_.weight(op.name + ".weight")});
      break;
    case OpType::kTokens:
      insert(op, out, x);
      break;
    case OpType::kPositions:
      positions(op, x);
      break;
    case OpType::kAttention:
      attention(op, out, inputs);
      break;
    case OpType::kSwiGlu:
      swiglu(op, out, x);
      break;
    case OpType::kRows:
      rows(op, out, x);
      break;
    case OpType::kJoinRows:
      join(op, out, x, tokens(inputs[1]));
      break;
    case OpType::kSignedPower:
      signed_power(op, x);
      break;
    default:
      fail_unsupported("operator '" + op.name + "' has no form in ONNX");
  }
  tokens_[op.name] = out;
  return true;
}

/// Learnt rows for every image of the batch.
std::string OnnxTokens::learnt(const Op& op, int64_t rows, int64_t channels) {
  const Tensor tensor = b_.weights().at(op.name + ".weight");
  std::vector<float> values;
  b_.claim(b_.batch() * tensor.size());
  for (int64_t n = 0; n < b_.batch(); ++n) {
    const std::vector<float> each = tensor.to_floats();
    values.insert(values.end(), each.begin(), each.end());
  }
  return b_.constant(op.name + ".weight", make_tensor({b_.batch(), rows, channels}, values));
}

std::string OnnxTokens::product(const std::string& name,
                                const std::string& x,
                                const std::string& weight,
                                int64_t out,
                                int64_t in) {
  const std::vector<float> w = b_.weights().at(weight).to_floats();
  std::vector<float> turned(w.size());
  for (int64_t o = 0; o < out; ++o) {
    for (int64_t i = 0; i < in; ++i)
      turned[static_cast<size_t>(i * out + o)] = w[static_cast<size_t>(o * in + i)];
  }
  return b_.node(
      "MatMul", name, {x, b_.constant(weight + ".turned", make_tensor({in, out}, turned))});
}

void OnnxTokens::linear(const Op& op, Tokens& out, const Tokens& x) {
  out.channels = op.out_channels;
  std::string y =
      product(op.name + ".product", x.value, op.name + ".weight", out.channels, x.channels);
  const bool plain = op.activation == Activation::kNone;
  if (!op.has_bias) {
    y = b_.node("Identity", op.name + ".linear", {y});
  } else if (plain) {
    b_.node_as("Add", op.name, op.name, {y, b_.weight(op.name + ".bias")});
    return;
  } else {
    y = b_.node("Add", op.name + ".linear", {y, b_.weight(op.name + ".bias")});
  }
  if (plain) {
    b_.node_as("Identity", op.name, op.name, {y});
  } else if (op.activation == Activation::kRelu) {
    b_.node_as("Relu", op.name, op.name, {y});
  } else if (op.activation == Activation::kGelu) {
    std::string e = b_.node("Div", op.name + ".scaled", {y, b_.number(std::sqrt(2.0f))});
    e = b_.node("Erf", op.name + ".erf", {e});
    e = b_.node("Add", op.name + ".share", {e, b_.number(1)});
    e = b_.node("Mul", op.name + ".twice", {y, e});
    b_.node_as("Mul", op.name, op.name, {e, b_.number(0.5f)});
  } else {
    fail_unsupported("operator '" + op.name +
                     "': a linear with this activation has no form in ONNX");
  }
}

void OnnxTokens::layer_norm(const Op& op, const Tokens& x) {
  const OnnxBuilder::Attributes last{{"axes", Ints{-1}}};
  const std::string mean = b_.node("ReduceMean", op.name + ".mean", {x.value}, last);
  const std::string d = b_.node("Sub", op.name + ".centred", {x.value, mean});
  std::string v = b_.node("Pow", op.name + ".squares", {d, b_.number(2)});
  v = b_.node("ReduceMean", op.name + ".variance", {v}, last);
  v = b_.node("Add", op.name + ".floor", {v, b_.number(static_cast<float>(op.norm_eps))});
  v = b_.node("Sqrt", op.name + ".deviation", {v});
  v = b_.node("Div", op.name + ".normed", {d, v});
  v = b_.node("Mul", op.name + ".scaled", {v, b_.weight(op.name + ".weight")});
  b_.node_as("Add", op.name, op.name, {v, b_.weight(op.name + ".bias")});
}

std::string OnnxTokens::slice(const std::string& name,
                              const std::string& output,
                              const Tokens& x,
                              int64_t first,
                              int64_t rows) {
  b_.node_as("Slice",
             name,
             output,
             {x.value, b_.integers({first}), b_.integers({first + rows}), b_.integers({1})});
  return output;
}

void OnnxTokens::insert(const Op& op, Tokens& out, const Tokens& x) {
  std::vector<std::string> parts;
  if (op.row > 0) {
    const std::string name = b_.fresh(op.name + ".front");
    parts.push_back(slice(name, name, x, 0, op.row));
  }
  parts.push_back(learnt(op, op.count, x.channels));
  if (op.row > 0) {
    const std::string name = b_.fresh(op.name + ".back");
    parts.push_back(slice(name, name, x, op.row, x.rows() - op.row));
  } else {
    parts.push_back(x.value);
  }
  b_.node_as("Concat", op.name, op.name, parts, {{"axis", int64_t{1}}});
  out.before += op.count;
}

void OnnxTokens::positions(const Op& op, const Tokens& x) {
  const std::vector<float> table = b_.weights().at(op.name + ".weight").to_floats();
  const Result<std::vector<float>> rows = resample_positions(op,
                                                             table,
                                                             static_cast<int>(x.channels),
                                                             static_cast<int>(x.height),
                                                             static_cast<int>(x.width));
  if (!rows.ok()) throw Error(rows.status());
  if (std::ssize(rows.value()) != x.rows() * x.channels)
    fail_corrupt("operator '" + op.name + "' has positions for another number of tokens");
  const std::string added =
      b_.constant(op.name + ".weight", make_tensor({1, x.rows(), x.channels}, rows.value()));
  b_.node_as("Add", op.name, op.name, {x.value, added});
}

std::string OnnxTokens::columns(const std::string& name,
                                const Tokens& x,
                                int64_t first,
                                int64_t count) {
  if (first == 0 && count == x.channels) return x.value;
  return b_.node("Slice",
                 name,
                 {x.value, b_.integers({first}), b_.integers({first + count}), b_.integers({2})});
}

std::string OnnxTokens::heads(const std::string& name,
                              const Tokens& x,
                              int64_t first,
                              int64_t width,
                              int64_t count,
                              bool turned) {
  const std::string part = columns(name + ".part", x, first, width);
  const std::string split =
      b_.node("Reshape",
              name + ".split",
              {part, b_.integers({b_.batch(), x.rows(), count, width / count})});
  return b_.node(
      "Transpose", name, {split}, {{"perm", turned ? Ints{0, 2, 3, 1} : Ints{0, 2, 1, 3}}});
}

void OnnxTokens::attention(const Op& op, Tokens& out, const std::vector<std::string>& inputs) {
  const Tokens q = tokens(inputs[0]);
  const Tokens k = inputs.size() == 1 ? q : tokens(inputs[1]);
  const Tokens v = inputs.size() < 3 ? k : tokens(inputs[2]);
  const int64_t width = inputs.size() == 1 ? q.channels / 3 : q.channels;
  const int64_t k_at = inputs.size() == 1 ? width : 0, v_at = inputs.size() == 3 ? 0 : k_at + width;
  out.channels = inputs.size() == 3 ? v.channels : width;
  const auto scale = static_cast<float>(1 / std::sqrt(static_cast<double>(width) / op.heads));
  std::string scores = heads(op.name + ".q", q, 0, width, op.heads, false);
  scores = b_.node("Mul", op.name + ".scaled", {scores, b_.number(scale)});
  scores = b_.node("MatMul",
                   op.name + ".scores",
                   {scores, heads(op.name + ".k", k, k_at, width, op.heads, true)});
  scores = b_.node("Softmax", op.name + ".shares", {scores}, {{"axis", int64_t{-1}}});
  std::string y = b_.node("MatMul",
                          op.name + ".mixed",
                          {scores, heads(op.name + ".v", v, v_at, out.channels, op.heads, false)});
  y = b_.node("Transpose", op.name + ".turned", {y}, {{"perm", Ints{0, 2, 1, 3}}});
  b_.node_as("Reshape", op.name, op.name, {y, b_.integers({b_.batch(), q.rows(), out.channels})});
}

void OnnxTokens::rows(const Op& op, Tokens& out, const Tokens& x) {
  const int64_t count = op.count == 0 ? x.rows() - op.row : op.count;
  if (count < 1 || op.row + count > x.rows())
    fail_corrupt("operator '" + op.name + "' takes rows that its input does not have");
  slice(op.name, op.name, x, op.row, count);
  if (op.row + count == x.rows() && op.row <= x.before) {
    out.before -= op.row;
  } else {
    out.before = 0;
    out.height = 1;
    out.width = count;
  }
}

void OnnxTokens::join(const Op& op, Tokens& out, const Tokens& a, const Tokens& b) {
  b_.node_as("Concat", op.name, op.name, {a.value, b.value}, {{"axis", int64_t{1}}});
  out.before = a.rows() + b.before;
  out.height = b.height;
  out.width = b.width;
}

void OnnxTokens::swiglu(const Op& op, Tokens& out, const Tokens& x) {
  out.channels = x.channels / 2;
  const std::string a = columns(op.name + ".gate", x, 0, out.channels);
  const std::string b = columns(op.name + ".value", x, out.channels, out.channels);
  std::string y = b_.node("Sigmoid", op.name + ".sigmoid", {a});
  y = b_.node("Mul", op.name + ".silu", {a, y});
  b_.node_as("Mul", op.name, op.name, {y, b});
}

void OnnxTokens::signed_power(const Op& op, const Tokens& x) {
  std::string p = b_.node("ReduceMean", op.name + ".mean", {x.value}, {{"axes", Ints{1}}});
  p = product(op.name + ".hidden", p, op.name + ".hidden.weight", op.out_channels, x.channels);
  p = b_.node("Add", op.name + ".hidden.sum", {p, b_.weight(op.name + ".hidden.bias")});
  p = b_.node("Relu", op.name + ".hidden.relu", {p});
  p = product(op.name + ".out", p, op.name + ".out.weight", 1, op.out_channels);
  p = b_.node("Add", op.name + ".out.sum", {p, b_.weight(op.name + ".out.bias")});
  p = b_.node("Sigmoid", op.name + ".power", {p});
  std::string y = b_.node("Abs", op.name + ".size", {x.value});
  y = b_.node("Add", op.name + ".above_zero", {y, b_.number(1e-6f)});
  y = b_.node("Pow", op.name + ".raised", {y, p});
  y = b_.node("Mul", op.name + ".signed", {y, b_.node("Sign", op.name + ".sign", {x.value})});
  b_.node_as("Add", op.name, op.name, {y, x.value});
}

}  // namespace loci
