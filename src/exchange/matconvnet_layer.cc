// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "matconvnet_layer.h"

#include "loci/base/text.h"

#include <cmath>

namespace loci {
namespace {

using Kind = FileValue::Kind;
constexpr size_t kSides = 4;

}  // namespace

MatconvnetLayer::MatconvnetLayer(const FileValue& layer, size_t index)
    : layer_(layer), name_(text("name")) {
  path_ = "layers{" + std::to_string(index + 1) + "} " + (name_.empty() ? "(no name)" : name_);
}

std::string MatconvnetLayer::tensor_path(size_t which) const {
  return path_ + ".weights{" + std::to_string(which + 1) + "}";
}

std::string MatconvnetLayer::text(const char* field) const {
  const FileValue* value = layer_.find(field);
  return value != nullptr && value->is(Kind::kText) ? value->text : "";
}

std::vector<int> MatconvnetLayer::integers(const char* field, size_t count, int usual) const {
  std::vector<int> out(count, usual);
  const FileValue* value = layer_.find(field);
  if (value == nullptr || !value->is(Kind::kTensor) || value->tensor.size() == 0) return out;
  const std::vector<float> numbers = value->tensor.to_floats();
  const std::string where = "layer '" + printable(name_) + "': " + field;
  if (numbers.size() != 1 && numbers.size() != count) {
    fail_corrupt(where + " has " + std::to_string(numbers.size()) + " values, expected 1 or " +
                 std::to_string(count));
  }
  for (size_t i = 0; i < count; ++i) {
    const float number = numbers[numbers.size() == 1 ? 0 : i];
    if (!(number >= 0) || number > 1000 || number != std::floor(number)) {
      fail_corrupt(where + " is no small whole number");
    }
    out[i] = static_cast<int>(number);
  }
  return out;
}

size_t MatconvnetLayer::num_weights() const {
  const FileValue* list = layer_.find("weights");
  return list == nullptr ? 0 : list->items.size();
}

const FileValue& MatconvnetLayer::weight(size_t which) const {
  const FileValue* list = layer_.find("weights");
  if (list == nullptr || !list->is(Kind::kList) || which >= list->items.size() ||
      !list->items[which].is(Kind::kTensor)) {
    fail_corrupt("tensor '" + printable(tensor_path(which)) + "' is missing");
  }
  return list->items[which];
}

FileValue MatconvnetLayer::array(size_t which) const {
  FileValue value = weight(which);
  if (value.tensor.shape.size() > kSides) {
    fail_corrupt("tensor '" + printable(tensor_path(which)) + "' is " + shape_of(value));
  }
  value.tensor.shape.resize(kSides, 1);
  value.column_major = true;
  return value;
}

}  // namespace loci
