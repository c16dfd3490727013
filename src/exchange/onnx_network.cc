// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "guard.h"
#include "onnx_builder.h"
#include "onnx_tokens.h"
#include "onnx_window.h"

#include <map>
#include <set>

namespace loci {
namespace {

class NetworkWriter {
 public:
  NetworkWriter(OnnxBuilder& builder, const OnnxMap& input) : b_(builder), tokens_(builder, maps_) {
    maps_["input"] = input;
  }

  std::vector<OnnxMap> run(const Network& network, const std::vector<NetworkOutput>& outputs) {
    const std::set<std::string> needed = needed_for(network, outputs);
    // Values have the operators' names; reserved first, so that no helper takes one.
    for (const Op& op : network.ops) {
      if (needed.contains(op.name) && b_.fresh(op.name) != op.name) {
        throw Error(invalid_argument("operator '" + op.name +
                                     "' has the name of something else in the graph; rename it"));
      }
    }
    for (size_t i = 0; i < network.ops.size(); ++i) {
      if (needed.contains(network.ops[i].name)) append(network.ops[i], inputs_of(network, i));
    }
    std::vector<OnnxMap> out;
    for (const NetworkOutput& each : outputs) {
      tokens_.need_map(each.op);
      out.push_back(maps_.at(each.op));
    }
    return out;
  }

 private:
  static std::vector<std::string> inputs_of(const Network& network, size_t i) {
    if (!network.ops[i].inputs.empty()) return network.ops[i].inputs;
    return {i == 0 ? "input" : network.ops[i - 1].name};
  }

  static std::set<std::string> needed_for(const Network& network,
                                          const std::vector<NetworkOutput>& outputs) {
    std::set<std::string> needed;
    for (const NetworkOutput& each : outputs) needed.insert(each.op);
    for (size_t i = network.ops.size(); i-- > 0;) {
      if (!needed.contains(network.ops[i].name)) continue;
      for (const std::string& name : inputs_of(network, i)) needed.insert(name);
    }
    return needed;
  }

  void append(const Op& op, const std::vector<std::string>& inputs) {
    if (tokens_.append(op, inputs)) return;
    for (const std::string& name : inputs) tokens_.need_map(name);
    std::vector<std::string> values;
    for (const std::string& name : inputs) values.push_back(maps_.at(name).value);
    OnnxMap out = maps_.at(inputs[0]);
    const bool active =
        op.activation != Activation::kNone && (op.type == OpType::kConv || op.type == OpType::kAdd);
    const std::string value = active ? b_.fresh(op.name + ".linear") : op.name;
    switch (op.type) {
      case OpType::kConv:
      case OpType::kMaxPool:
      case OpType::kAvgPool:
        windowed(op, value, out, values);
        break;
      case OpType::kAdd:
        b_.node_as("Add", op.name, value, values);
        break;
      case OpType::kConcat:
        for (size_t k = 1; k < inputs.size(); ++k) out.channels += maps_.at(inputs[k]).channels;
        b_.node_as("Concat", op.name, value, values, {{"axis", int64_t{1}}});
        break;
      case OpType::kRelu:
        b_.node_as("Relu", op.name, value, values);
        break;
      case OpType::kClip:
        clip(op, op.name, value, values[0]);
        break;
      case OpType::kLrn:
        b_.node_as("LRN",
                   op.name,
                   value,
                   values,
                   {{"alpha", static_cast<float>(op.lrn_alpha)},
                    {"beta", static_cast<float>(op.lrn_beta)},
                    {"bias", static_cast<float>(op.lrn_k)},
                    {"size", int64_t{op.lrn_size}}});
        break;
      case OpType::kL2Norm: {
        const OnnxMap unit = b_.l2(op.name + ".unit", out);
        b_.node_as("Identity", op.name, value, {unit.value});
        break;
      }
      case OpType::kInstanceNorm:
        instance_norm(op, out);
        break;
      case OpType::kUpsample:
        upsample(op, out, maps_.at(inputs[1]));
        break;
      case OpType::kSpaceToDepth:
        space_to_depth(op, out);
        break;
      default:  // on tokens, and appended above
        break;
    }
    if (active && op.activation == Activation::kRelu) {
      b_.node_as("Relu", op.name + ".relu", op.name, {value});
    } else if (active && op.activation == Activation::kSigmoid) {
      b_.node_as("Sigmoid", op.name + ".sigmoid", op.name, {value});
    } else if (active) {
      clip(op, op.name + ".clip", op.name, value);
    }
    out.value = op.name;
    maps_[op.name] = out;
  }

  void clip(const Op& op,
            const std::string& name,
            const std::string& output,
            const std::string& input) {
    b_.clip(name, output, input, static_cast<float>(op.clip_low), static_cast<float>(op.clip_high));
  }

  void instance_norm(const Op& op, const OnnxMap& x) {
    const std::string size = std::to_string(x.channels);
    b_.node_as("InstanceNormalization",
               op.name,
               op.name,
               {x.value,
                b_.filled("loci.ones." + size, {x.channels}, 1),
                b_.filled("loci.zeros." + size, {x.channels}, 0)},
               {{"epsilon", static_cast<float>(op.norm_eps)}});
  }

  /// `x` becomes the map of the result. Its size is a constant where it is known, else that of the other map.
  void upsample(const Op& op, OnnxMap& x, const OnnxMap& like) {
    std::string sizes;
    if (like.fixed() && b_.batch() != kAnySize) {
      sizes = b_.integers({b_.batch(), x.channels, like.height, like.width});
    } else {
      const std::string of_x = b_.node("Shape", op.name + ".shape", {x.value});
      const std::string of_like = b_.node("Shape", op.name + ".like", {like.value});
      const std::string zero = b_.integers({0}), two = b_.integers({2}), four = b_.integers({4});
      const std::string front = b_.node("Slice", op.name + ".maps", {of_x, zero, two});
      const std::string back = b_.node("Slice", op.name + ".sides", {of_like, two, four});
      sizes = b_.node("Concat", op.name + ".sizes", {front, back}, {{"axis", int64_t{0}}});
    }
    b_.node_as("Resize",
               op.name,
               op.name,
               {x.value, "", "", sizes},
               {{"mode", std::string("linear")},
                {"coordinate_transformation_mode", std::string("half_pixel")}});
    x.height = like.height;
    x.width = like.width;
  }

  /// A convolution that picks one position of a block for each channel: ONNX's own SpaceToDepth orders channels
  /// otherwise.
  void space_to_depth(const Op& op, OnnxMap& x) {
    const int64_t side = op.stride, area = side * side, channels = x.channels * area;
    b_.claim(channels * area);
    std::vector<float> picks(static_cast<size_t>(channels * area), 0.0f);
    for (int64_t c = 0; c < channels; ++c) picks[static_cast<size_t>(c * area + c % area)] = 1;
    const std::string weight =
        b_.constant("loci.blocks." + op.name, make_tensor({channels, 1, side, side}, picks));
    b_.node_as("Conv",
               op.name,
               op.name,
               {x.value, weight},
               {{"kernel_shape", std::vector<int64_t>{side, side}},
                {"strides", std::vector<int64_t>{side, side}},
                {"group", x.channels}});
    x.channels = channels;
    if (!x.fixed()) return;
    x.height /= side;
    x.width /= side;
  }

  void windowed(const Op& op,
                const std::string& value,
                OnnxMap& out,
                std::vector<std::string> inputs) {
    OnnxBuilder::Attributes attributes{
        {"kernel_shape", std::vector<int64_t>{op.kernel_h, op.kernel_w}},
        {"strides", std::vector<int64_t>{op.stride, op.stride}}};
    const bool is_conv = op.type == OpType::kConv;
    if (op.dilation != 1) {
      // AveragePool has no dilations before opset 19.
      if (op.type == OpType::kAvgPool) {
        fail_unsupported("operator '" + op.name + "': ONNX opset 13 has no dilated average pool");
      }
      attributes["dilations"] = std::vector<int64_t>{op.dilation, op.dilation};
    }
    if (out.fixed()) {
      const OnnxWindow rows = onnx_window(out.height, op.kernel_h, op, op.pad_top, op.pad_bottom);
      const OnnxWindow columns = onnx_window(out.width, op.kernel_w, op, op.pad_left, op.pad_right);
      if (rows.size < 1 || columns.size < 1) {
        throw Error(invalid_argument("the size is too small: operator '" + op.name +
                                     "' would have no output"));
      }
      attributes["pads"] =
          std::vector<int64_t>{rows.before, columns.before, rows.after, columns.after};
      out.height = rows.size;
      out.width = columns.size;
    } else if (op.pad_same) {
      attributes["auto_pad"] = std::string("SAME_UPPER");
    } else {
      attributes["pads"] =
          std::vector<int64_t>{op.pad_top, op.pad_left, op.pad_bottom, op.pad_right};
      if (op.ceil_mode && !is_conv) attributes["ceil_mode"] = int64_t{1};
    }
    if (is_conv) {
      attributes["group"] = int64_t{op.groups};
      inputs.push_back(b_.weight(op.name + ".weight"));
      if (op.has_bias) inputs.push_back(b_.weight(op.name + ".bias"));
      out.channels = op.out_channels;
    }
    const char* type = is_conv ? "Conv" : op.type == OpType::kMaxPool ? "MaxPool" : "AveragePool";
    b_.node_as(type, op.name, value, std::move(inputs), std::move(attributes));
  }

  OnnxBuilder& b_;
  std::map<std::string, OnnxMap> maps_;
  OnnxTokens tokens_;
};

}  // namespace

std::vector<OnnxMap> append_network(OnnxBuilder& builder,
                                    const Network& network,
                                    const std::vector<NetworkOutput>& outputs,
                                    const OnnxMap& input) {
  return NetworkWriter(builder, input).run(network, outputs);
}

}  // namespace loci
