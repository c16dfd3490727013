// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Tensors and arrays out of the arguments of the few callables that are known.
#include "byte_reader.h"
#include "pickle.h"

#include "loci/base/text.h"

#include <algorithm>

namespace loci {

std::vector<int64_t> Pickle::integers(Ref ref, const char* what) const {
  const Node& list = node(ref);
  if ((list.type != Type::kTuple && list.type != Type::kList) || list.items.size() > 32) {
    fail_corrupt(here() + ": " + what + " is no short tuple");
  }
  std::vector<int64_t> out;
  for (const Ref item : list.items) out.push_back(expect(item, Type::kInt, what).integer);
  return out;
}

Pickle::Ref Pickle::call_rebuild(const std::vector<Ref>& args, size_t needed) {
  if (args.size() < needed) fail_corrupt(here() + ": a tensor has too few arguments");
  Node tensor;
  tensor.type = Type::kTensor;
  expect(args[0], Type::kStorage, "a tensor without a storage");
  tensor.items = {args[0]};
  tensor.integer = expect(args[1], Type::kInt, "a tensor's offset is no number").integer;
  tensor.shape = integers(args[2], "a tensor's shape");
  const std::vector<int64_t> strides = integers(args[3], "a tensor's strides");
  if (strides.size() != tensor.shape.size())
    fail_corrupt(here() + ": a tensor's strides do not fit its shape");
  tensor.shape.insert(tensor.shape.end(), strides.begin(), strides.end());
  return add(std::move(tensor));
}

Pickle::Ref Pickle::call_dtype(const std::vector<Ref>& args) {
  if (args.empty()) fail_corrupt(here() + ": a numpy.dtype without a name");
  return add_text(Type::kDtype, expect(args[0], Type::kText, "a numpy.dtype without a name").text);
}

Pickle::Ref Pickle::call_scalar(const std::vector<Ref>& args) {
  if (args.size() != 2) fail_corrupt(here() + ": a NumPy scalar needs a type and bytes");
  const std::string_view name = expect(args[0], Type::kDtype, "a NumPy scalar without a type").text;
  const Node& data = node(args[1]);
  if (data.type != Type::kBytes && data.type != Type::kText)
    fail_corrupt(here() + ": a NumPy scalar without bytes");
  const auto type = numpy_type(name);
  if (!type) return add_text(Type::kBytes, data.text);
  const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(data.text.data()),
                                       data.text.size());
  const Tensor one = numeric_tensor(*type, dtype_for(*type), {}, bytes, nullptr, here());
  Node value;
  value.type = type->kind == 'f' ? Type::kFloat : type->kind == 'b' ? Type::kBool : Type::kInt;
  const double number = FileValue::make_tensor(one).number();
  value.real = number;
  if (type->kind != 'f') value.integer = static_cast<int64_t>(std::clamp(number, -9.2e18, 9.2e18));
  return add(std::move(value));
}

void Pickle::build(Ref target, Ref state) {
  const Node& value = node(state);
  switch (node(target).type) {
    case Type::kDict:
    case Type::kOpaque:
      return;  // attributes of a state_dict such as _metadata, or of an object
    case Type::kDtype:
      if (value.items.size() > 1 && node(value.items[1]).text == ">") {
        fail_unsupported(here() + ": a big-endian NumPy type");
      }
      return;
    case Type::kArray:
      if (value.type != Type::kTuple || value.items.size() != 5)
        fail_corrupt(here() + ": a NumPy array without its state");
      build_array(target, value);
      return;
    default:
      fail_unsupported(here() + ": sets the state of an object; only plain values are read");
  }
}

void Pickle::build_array(Ref target, const Node& state) {
  const std::string_view name =
      expect(state.items[2], Type::kDtype, "a NumPy array without a type").text;
  const Node& data = node(state.items[4]);
  Node& array = nodes_[target];
  array.shape = integers(state.items[1], "a NumPy array's shape");
  array.integer = node(state.items[3]).integer;
  if (const auto type = numpy_type(name);
      type && (data.type == Type::kBytes || data.type == Type::kText)) {
    array.number = *type;
    array.text = data.text;
    // Checked here so that a wrong size is reported where it stands.
    const uint64_t count = count_elements(array.shape, here());
    if (count * static_cast<uint64_t>(type->bytes) != data.text.size()) {
      fail_corrupt(here() + ": a NumPy array's bytes do not fill its shape");
    }
  } else if (data.type == Type::kList && array.shape.size() == 1) {
    array.type = Type::kList;
    array.items = data.items;
  } else {
    array.type = Type::kBytes;
    array.text = "";
  }
}

}  // namespace loci
