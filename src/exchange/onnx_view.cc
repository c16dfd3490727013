// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_view.h"

#include "guard.h"

#include "loci/base/text.h"

#include <algorithm>
#include <set>

namespace loci {
namespace {

constexpr size_t kMaxNodes = 10'000;

std::vector<std::string> texts(const FileValue* list) {
  std::vector<std::string> out;
  if (list == nullptr) return out;
  for (const FileValue& item : list->items) out.push_back(item.text);
  return out;
}

const FileValue& part(const FileValue& value, const char* key) {
  const FileValue* found = value.find(key);
  if (found == nullptr) fail_corrupt(std::string("the graph has no ") + key);
  return *found;
}

OnnxNodeView view_node(const FileValue& value) {
  OnnxNodeView node;
  node.type = part(value, "op_type").text;
  const std::string& domain = part(value, "domain").text;
  if (!domain.empty() && domain != "ai.onnx") node.type = domain + "." + node.type;
  node.inputs = texts(value.find("inputs"));
  node.outputs = texts(value.find("outputs"));
  if (node.outputs.empty()) fail_corrupt("node '" + printable(node.type) + "' has no output");
  node.name = part(value, "name").text;
  if (node.name.empty()) node.name = node.outputs[0];
  const FileValue& attributes = part(value, "attributes");
  for (size_t i = 0; i < attributes.keys.size(); ++i) {
    node.attributes[attributes.keys[i]] = &attributes.items[i];
  }
  return node;
}

/// The value of a Constant node; null for kinds that no network needs.
const FileValue* constant_of(const OnnxNodeView& node) {
  for (const char* name : {"value", "value_float", "value_int", "value_floats", "value_ints"}) {
    const auto found = node.attributes.find(name);
    if (found != node.attributes.end()) return found->second;
  }
  return nullptr;
}

class Viewer {
 public:
  explicit Viewer(const FileTree& tree) : root_(tree.root) {}

  OnnxView run(const std::string& last) {
    view_.opset = static_cast<int64_t>(part(root_, "opset").number());
    const FileValue& initializers = part(root_, "initializers");
    for (size_t i = 0; i < initializers.keys.size(); ++i) {
      view_.constants[initializers.keys[i]] = &initializers.items[i];
    }
    find_input();
    if (part(root_, "nodes").items.size() > kMaxNodes) {
      fail_unsupported("the graph has more than " + std::to_string(kMaxNodes) + " nodes");
    }
    for (const FileValue& value : part(root_, "nodes").items) add(view_node(value));
    choose_output(last);
    keep_needed();
    index();
    return std::move(view_);
  }

 private:
  void find_input() {
    for (const FileValue& value : part(root_, "inputs").items) {
      const std::string name = part(value, "name").text;
      if (view_.constants.contains(name)) continue;  // old files list their weights as inputs
      if (!view_.input.empty()) {
        fail_unsupported("the graph has more than one input ('" + printable(view_.input) + "', '" +
                         printable(name) + "'); an image is the one that is read");
      }
      view_.input = name;
      for (const FileValue& side : part(value, "shape").items) {
        const bool fixed = side.is(FileValue::Kind::kInteger) && side.integer > 0;
        view_.input_shape.push_back(fixed ? side.integer : -1);
      }
    }
    if (view_.input.empty()) fail_corrupt("the graph has no input");
    known_.insert(view_.input);
  }

  std::string resolve(const std::string& value) const {
    const auto found = alias_.find(value);
    return found == alias_.end() ? value : found->second;
  }

  void add(OnnxNodeView node) {
    for (std::string& input : node.inputs) {
      input = resolve(input);
      if (!input.empty() && !known_.contains(input) && !view_.constants.contains(input)) {
        fail_corrupt(node.words() + " reads '" + printable(input) +
                     "', which no node before it makes");
      }
    }
    for (const std::string& output : node.outputs) {
      if (output.empty()) continue;
      if (known_.contains(output) || alias_.contains(output)) {
        fail_corrupt("two nodes make the value '" + printable(output) + "'");
      }
    }
    const bool passes = node.type == "Identity" || node.type == "Dropout" || node.type == "Cast";
    if (node.type == "Constant") {
      if (const FileValue* value = constant_of(node)) view_.constants[node.outputs[0]] = value;
      known_.insert(node.outputs[0]);
      return;
    }
    if (passes && !node.inputs.empty() && !node.inputs[0].empty()) {
      alias_[node.outputs[0]] = node.inputs[0];
      last_of_[node.name] = node.inputs[0];
      return;
    }
    known_.insert(node.outputs.begin(), node.outputs.end());
    last_of_[node.name] = node.outputs[0];
    view_.nodes.push_back(std::move(node));
  }

  void choose_output(const std::string& last) {
    if (last.empty()) {
      const FileValue& outputs = part(root_, "outputs");
      if (outputs.items.empty()) fail_corrupt("the graph has no output");
      view_.output = resolve(part(outputs.items[0], "name").text);
    } else {
      const auto by_name = last_of_.find(last);
      view_.output = by_name != last_of_.end() ? by_name->second : resolve(last);
    }
    if (!known_.contains(view_.output)) {
      throw Error(not_found("no node makes '" + printable(last.empty() ? view_.output : last) +
                            "'; 'loci inspect' lists the nodes"));
    }
  }

  /// Only what the output needs.
  void keep_needed() {
    std::set<std::string> wanted{view_.output};
    std::vector<OnnxNodeView> kept;
    for (auto it = view_.nodes.rbegin(); it != view_.nodes.rend(); ++it) {
      const bool needed = std::any_of(it->outputs.begin(), it->outputs.end(), [&](const auto& v) {
        return wanted.contains(v);
      });
      if (!needed) continue;
      wanted.insert(it->inputs.begin(), it->inputs.end());
      kept.push_back(std::move(*it));
    }
    std::reverse(kept.begin(), kept.end());
    view_.nodes = std::move(kept);
  }

  void index() {
    for (size_t i = 0; i < view_.nodes.size(); ++i) {
      for (const std::string& output : view_.nodes[i].outputs) view_.producer[output] = i;
      for (const std::string& input : view_.nodes[i].inputs) ++view_.uses[input];
    }
    ++view_.uses[view_.output];
  }

  const FileValue& root_;
  OnnxView view_;
  std::set<std::string> known_;
  std::map<std::string, std::string> alias_, last_of_;
};

}  // namespace

OnnxView view_onnx(const FileTree& tree, const std::string& last) { return Viewer(tree).run(last); }

std::string OnnxNodeView::words() const {
  return printable(to_utf8(type)) + " '" + printable(to_utf8(name)) + "'";
}

int64_t OnnxNodeView::integer(const std::string& attribute, int64_t otherwise) const {
  const auto found = attributes.find(attribute);
  return found != attributes.end() && found->second->is(FileValue::Kind::kInteger)
             ? found->second->integer
             : otherwise;
}

double OnnxNodeView::real(const std::string& attribute, double otherwise) const {
  const auto found = attributes.find(attribute);
  return found == attributes.end() ? otherwise : found->second->number(otherwise);
}

std::string OnnxNodeView::text(const std::string& attribute) const {
  const auto found = attributes.find(attribute);
  return found == attributes.end() ? "" : found->second->text;
}

std::vector<int64_t> OnnxNodeView::integers(const std::string& attribute) const {
  std::vector<int64_t> out;
  const auto found = attributes.find(attribute);
  if (found == attributes.end()) return out;
  for (const FileValue& item : found->second->items) out.push_back(item.integer);
  return out;
}

std::vector<float> OnnxView::floats(const std::string& value) const {
  const auto found = constants.find(value);
  if (found == constants.end()) return {};
  const FileValue& constant = *found->second;
  if (constant.is(FileValue::Kind::kTensor)) return constant.tensor.to_floats();
  std::vector<float> out;
  if (constant.is(FileValue::Kind::kList)) {
    for (const FileValue& item : constant.items) out.push_back(static_cast<float>(item.number()));
  } else {
    out.push_back(static_cast<float>(constant.number()));
  }
  return out;
}

std::vector<int64_t> OnnxView::integers(const std::string& value) const {
  const auto found = constants.find(value);
  if (found == constants.end()) return {};
  const FileValue& constant = *found->second;
  if (constant.is(FileValue::Kind::kTensor) && constant.tensor.dtype == DType::kI64) {
    std::vector<int64_t> out(static_cast<size_t>(constant.tensor.size()));
    std::copy_n(constant.tensor.bytes.data(),
                constant.tensor.bytes.size(),
                reinterpret_cast<uint8_t*>(out.data()));
    return out;
  }
  std::vector<int64_t> out;
  for (const float each : floats(value)) {
    // Indices and sizes; anything else is no integer that a graph could mean.
    out.push_back(each > -1e9f && each < 1e9f ? static_cast<int64_t>(each) : 0);
  }
  return out;
}

const OnnxNodeView* OnnxView::maker(const std::string& value) const {
  const auto found = producer.find(value);
  return found == producer.end() ? nullptr : &nodes[found->second];
}

}  // namespace loci
