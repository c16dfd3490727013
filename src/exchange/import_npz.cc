// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Small ImageNet networks as .npz: MobileNets from TensorFlow Lite (tensors NNN.w, NNN.b by
// operator number, the operators in a JSON file beside it) and SqueezeNet 1.1 from Caffe (tensors
// named after the layers). Recipes for a describer whose clusters are learnt from photographs.

#include "import_families.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <nlohmann/json.hpp>

namespace loci {
namespace {

using Json = nlohmann::json;

/// Numbers of the operators that have weights, in order.
std::vector<std::string> weighted_ops(const FileTree& tree) {
  std::vector<std::string> out;
  for (const std::string& key : tree.root.keys) {
    if (key.size() == 5 && key.ends_with(".w") && parse_int(key.substr(0, 3)))
      out.push_back(key.substr(0, 3));
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// The second depthwise convolution is operator 003 in version 1 and 004 in version 2.
bool third_is_depthwise(const FileTree& tree) {
  const FileValue* value = tree.root.find("003.w");
  return value != nullptr && value->is(FileValue::Kind::kTensor) &&
         value->tensor.shape.size() == 4 && value->tensor.shape[0] == 1;
}

bool detect_v1(const FileTree& tree) {
  return tree.format == "npz" && weighted_ops(tree).size() >= 23 && third_is_depthwise(tree);
}
bool detect_v2(const FileTree& tree) {
  return tree.format == "npz" && weighted_ops(tree).size() >= 40 && !third_is_depthwise(tree);
}
bool detect_squeezenet(const FileTree& tree) {
  return tree.format == "npz" && tree.root.find("fire9/expand3x3.w") != nullptr;
}

const FileValue& tensor(const FileTree& tree, const std::string& name) {
  const FileValue* value = tree.root.find(name);
  if (value == nullptr || !value->is(FileValue::Kind::kTensor))
    fail_corrupt("tensor '" + name + "' is missing from the file");
  return *value;
}

void recipe_defaults(ImportBuilder& builder, const std::string& architecture_name) {
  builder.spec.preprocessing = default_preprocessing(architecture_name);
  // Trained at 224 pixels: smaller pictures are grown to that, larger ones keep detail up to 640.
  builder.spec.preprocessing.resize = Preprocessing::Resize::kFit;
  builder.spec.preprocessing.max_side = 640;
  builder.spec.preprocessing.min_side = 224;
  builder.set_untrained_pooling("netvlad");
}

/// "..._float32.npz" has its operators in "..._ops.json".
std::map<std::string, Json> read_operators(ImportBuilder& builder) {
  std::map<std::string, Json> out;
  std::string path = builder.tree.path;
  for (const char* ending : {"_float32.npz", ".npz"}) {
    if (!path.ends_with(ending)) continue;
    path = path.substr(0, path.size() - std::string(ending).size()) + "_ops.json";
    break;
  }
  const Result<std::string> text =
      path == builder.tree.path ? not_found(path) : read_text_file(path, 16 << 20);
  if (!text.ok()) {
    builder.warn(
        "no list of operators beside the file; strides and clip ranges are those of the published "
        "network");
    return out;
  }
  const Json list = Json::parse(*text, nullptr, false);
  if (!list.is_array()) fail_corrupt(printable(path) + ": is no JSON list of operators");
  for (const Json& op : list) {
    if (op.is_object() && op.contains("k") && op["k"].is_number_integer())
      out[format("%03d", op["k"].get<int>())] = op;
  }
  return out;
}

/// Strides as the table says; a ReLU6 is where the quantised output begins at zero, and clips at
/// 255 steps.
void apply_operator(const Json& json, const std::string& key, Op& op) {
  try {
    const int stride = json.value("stride", Json::array({1, 1})).at(0).get<int>();
    if (stride != op.stride)
      fail_corrupt("operator " + key + " has stride " + std::to_string(stride) + ", '" + op.name +
                   "' has " + std::to_string(op.stride));
    const double scale = json.value("out_scale", 0.0);
    if (op.activation == Activation::kClip && json.value("out_zp", -1) == 0 && scale > 0 &&
        std::isfinite(scale)) {
      op.clip_low = 0;
      op.clip_high = 255 * scale;
    }
  } catch (const Json::exception&) {
    fail_corrupt("operator " + key + " of the operator list is damaged");
  }
}

void import_mobilenet(ImportBuilder& builder, const std::string& architecture_name) {
  const FileTree& tree = builder.tree;
  Network table = take(architecture(architecture_name));
  const std::vector<std::string> numbers = weighted_ops(tree);
  const std::map<std::string, Json> operators = read_operators(builder);
  size_t next = 0;
  std::map<std::string, std::string> number_of;
  for (const Op& op : table.ops) {
    if (op.type != OpType::kConv) continue;
    if (next == numbers.size())
      fail_corrupt("the file has " + std::to_string(numbers.size()) + " convolutions, '" + op.name +
                   "' is missing");
    const std::string key = numbers[next++];
    const FileValue& weight = tensor(tree, key + ".w");
    if (weight.tensor.shape.size() != 4)
      fail_corrupt("tensor '" + key + ".w' is " + shape_of(weight));
    const bool depthwise = op.groups > 1;
    if (depthwise && weight.tensor.shape[0] != 1)
      fail_corrupt("tensor '" + key + ".w' is " + shape_of(weight) +
                   ", expected a depthwise 1 x h x w x channels");
    // TensorFlow keeps (out, height, width, in), and depthwise (1, height, width, channels).
    builder.use(
        key + ".w",
        weight,
        op.name + ".weight",
        row_major(weight, depthwise ? std::vector<int>{3, 0, 1, 2} : std::vector<int>{0, 3, 1, 2}));
    const FileValue& bias = tensor(tree, key + ".b");
    builder.use(key + ".b", bias, op.name + ".bias", row_major(bias));
    number_of[op.name] = key;
  }
  for (; next < numbers.size(); ++next) {
    for (const char* part : {".w", ".b"})
      builder.ignore(numbers[next] + part,
                     tree.root.find(numbers[next] + part) != nullptr
                         ? tree.root.find(numbers[next] + part)->describe()
                         : "",
                     "behind the layer where the network is cropped");
  }
  builder.set_network(architecture_name);
  for (Op& op : builder.spec.network.ops) {
    const auto it = number_of.find(op.name);
    if (it != number_of.end() && operators.contains(it->second))
      apply_operator(operators.at(it->second), it->second, op);
  }
  recipe_defaults(builder, architecture_name);
}

void import_v1(ImportBuilder& builder) { import_mobilenet(builder, "mobilenet_v1"); }
void import_v2(ImportBuilder& builder) { import_mobilenet(builder, "mobilenet_v2_tf"); }

void import_squeezenet(ImportBuilder& builder) {
  const FileTree& tree = builder.tree;
  for (const Op& op : take(architecture("squeezenet1_1")).ops) {
    if (op.type != OpType::kConv) continue;
    // "fire2.squeeze" here, "fire2/squeeze1x1" there.
    std::string name = op.name;
    if (const size_t dot = name.find('.'); dot != std::string::npos) name[dot] = '/';
    if (name.ends_with("/squeeze")) name += "1x1";
    const FileValue &weight = tensor(tree, name + ".w"), &bias = tensor(tree, name + ".b");
    builder.use(name + ".w", weight, op.name + ".weight", row_major(weight));
    builder.use(name + ".b", bias, op.name + ".bias", row_major(bias));
  }
  for (const char* name : {"conv10.w", "conv10.b"}) {
    if (const FileValue* value = tree.root.find(name))
      builder.ignore(name, value->describe(), "the classifier is not used");
  }
  builder.set_network("squeezenet1_1");
  recipe_defaults(builder, "squeezenet1_1");
  Preprocessing& p = builder.spec.preprocessing;
  p.bgr = true;
  p.scale = 1;
  p.mean = {104, 117, 123};
  p.std = {1, 1, 1};
}

constexpr ImportFamily kFamilies[] = {
    {"mobilenet_v1-netvlad",
     "MobileNetV1 .npz from TensorFlow Lite, to its last map of stride 16",
     detect_v1,
     import_v1},
    {"mobilenet_v2-netvlad",
     "MobileNetV2 .npz from TensorFlow Lite, to its last map of stride 16",
     detect_v2,
     import_v2},
    {"squeezenet1_1-netvlad",
     "SqueezeNet 1.1 .npz from Caffe, to fire9",
     detect_squeezenet,
     import_squeezenet}};

}  // namespace

std::span<const ImportFamily> npz_families() { return kFamilies; }

}  // namespace loci
