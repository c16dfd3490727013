// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_rebuild.h"

#include "onnx_view.h"

#include "loci/base/text.h"

#include <algorithm>

namespace loci {
namespace {

/// Sides of a tensor in the model: the graph has 1x1 kernels where the model has matrices.
std::vector<int64_t> model_shape(const std::string& name,
                                 const Tensor& tensor,
                                 const PoolingSpec& pooling) {
  std::vector<int64_t> shape = tensor.shape;
  if (!name.starts_with("pooling.") && !name.starts_with("whitening.")) return shape;
  if (shape.size() != 4 || shape[2] != 1 || shape[3] != 1) return shape;
  if (name == "pooling.centers" && pooling.num_clusters > 0) {
    return {pooling.num_clusters, shape[0] / pooling.num_clusters};
  }
  const bool is_vector = name == "pooling.p" || name.ends_with(".norm.weight");
  return is_vector ? std::vector{shape[0]} : std::vector{shape[0], shape[1]};
}

bool same(const OnnxAttribute& written, const FileValue& found) {
  if (const auto* real = std::get_if<float>(&written)) {
    return static_cast<float>(found.number(-1)) == *real;
  }
  if (const auto* integer = std::get_if<int64_t>(&written)) {
    return found.is(FileValue::Kind::kInteger) && found.integer == *integer;
  }
  if (const auto* text = std::get_if<std::string>(&written)) return found.text == *text;
  const auto& list = std::get<std::vector<int64_t>>(written);
  return std::equal(list.begin(),
                    list.end(),
                    found.items.begin(),
                    found.items.end(),
                    [](int64_t a, const FileValue& b) { return a == b.integer; });
}

bool same(const std::vector<std::string>& names, const FileValue* found) {
  return found != nullptr &&
         std::equal(names.begin(),
                    names.end(),
                    found->items.begin(),
                    found->items.end(),
                    [](const auto& a, const FileValue& b) { return a == b.text; });
}

bool same(const OnnxNode& node, const FileValue& found) {
  const FileValue *type = found.find("op_type"), *attributes = found.find("attributes");
  if (type == nullptr || type->text != node.op_type || attributes == nullptr ||
      !same(node.inputs, found.find("inputs")) || !same(node.outputs, found.find("outputs")) ||
      attributes->items.size() != node.attributes.size()) {
    return false;
  }
  return std::all_of(node.attributes.begin(), node.attributes.end(), [&](const auto& attribute) {
    const FileValue* value = attributes->find(attribute.first);
    return value != nullptr && same(attribute.second, *value);
  });
}

[[noreturn]] void changed(const std::string& what) {
  fail_corrupt(
      "the graph is not the one that its description makes: " + what +
      " differs, so it was changed after loci wrote it. '--family onnx' reads the operators "
      "as they are");
}

/// Nodes as they stand, and tensors that are none of the model's.
void compare(const FileTree& tree, const OnnxGraph& graph) {
  const FileValue* nodes = tree.root.find("nodes");
  if (nodes->items.size() != graph.nodes.size()) changed("the number of nodes");
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!same(graph.nodes[i], nodes->items[i])) changed("node '" + graph.nodes[i].name + "'");
  }
  const FileValue* found = tree.root.find("initializers");
  std::map<std::string, const FileValue*> by_name;
  for (size_t i = 0; i < found->keys.size(); ++i) by_name[found->keys[i]] = &found->items[i];
  for (const auto& [name, tensor] : graph.initializers) {
    const auto other = by_name.find(name);
    if (other == by_name.end() || other->second->tensor.shape != tensor.shape ||
        !std::ranges::equal(other->second->tensor.bytes, tensor.bytes)) {
      changed("tensor '" + name + "'");
    }
  }
}

OnnxOptions options_of(const FileTree& tree, const OnnxView& view) {
  OnnxOptions options;
  const auto input = tree.metadata.find("loci_input");
  options.pixels = input == tree.metadata.end() || input->second != "normalised";
  const auto returns = tree.metadata.find("loci_returns");
  options.maps = returns != tree.metadata.end() && returns->second == "maps";
  if (view.input_shape.size() != 4) changed("the input's shape");
  const auto side = [](int64_t size) {
    if (size > 1 << 20) changed("the input's shape");
    return size < 0 ? 0 : static_cast<int>(size);
  };
  options.batch = side(view.input_shape[0]);
  options.height = side(view.input_shape[2]);
  options.width = side(view.input_shape[3]);
  if (options.batch > 4096) fail_unsupported("has a batch of " + std::to_string(options.batch));
  return options;
}

}  // namespace

void import_loci_onnx(ImportBuilder& b) {
  const auto description = b.tree.metadata.find("loci");
  if (description == b.tree.metadata.end()) {
    fail_unsupported(
        "has no description by loci in its metadata; '--family onnx' reads the "
        "operators");
  }
  b.spec = take(parse_spec(description->second, "metadata 'loci'"));
  const auto positions = [](const Op& op) { return op.type == OpType::kPositions; };
  if (std::ranges::any_of(b.spec.network.ops, positions)) {
    fail_unsupported(
        "is a transformer whose positions were resampled for one size of picture; import the "
        "model file that it was written from");
  }
  const OnnxView view = view_onnx(b.tree, "");
  for (const auto& [name, value] : view.constants) {
    if (name.starts_with("loci.") || !value->is(FileValue::Kind::kTensor)) continue;
    const std::vector<int64_t> shape = model_shape(name, value->tensor, b.spec.pooling);
    b.use(name, *value, name, reshaped(value->tensor, shape, name));
  }
  b.report.architecture = b.spec.network.architecture;
  const Model model{b.spec, b.tensors, ""};
  const OnnxOptions options = options_of(b.tree, view);
  compare(b.tree, build_onnx(model, options));
  if (options.maps) {
    b.spec.whitening = WhiteningSpec();
    b.set_untrained_pooling(b.spec.pooling.type == "vlad" ? "vlad" : "netvlad");
  }
  b.report.checks.push_back("the graph is the one that its description makes");
}

}  // namespace loci
