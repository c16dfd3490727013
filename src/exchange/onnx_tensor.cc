// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_tensor.h"

#include "proto_reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <optional>

namespace loci {
namespace {

using Bytes = std::span<const uint8_t>;
using Owner = std::shared_ptr<const void>;

std::optional<DType> dtype_of(int64_t type) {
  switch (type) {
    case 1:
      return DType::kF32;
    case 2:
      return DType::kU8;
    case 3:
      return DType::kI8;
    case 5:
      return DType::kI16;
    case 6:
      return DType::kI32;
    case 7:
      return DType::kI64;
    case 9:
      return DType::kBool;
    case 10:
      return DType::kF16;
    case 11:
      return DType::kF64;
    case 16:
      return DType::kBF16;
    default:
      return {};
  }
}

/// Everything the message may hold; the data are in one of the last five.
struct Fields {
  std::string name;
  std::vector<int64_t> shape;
  int64_t type = 0, location = 0;
  ExternalPart part;
  bool external = false;
  std::optional<Bytes> raw;
  std::vector<float> floats;
  std::vector<double> doubles;
  std::vector<int64_t> integers;
};

void read_external(Bytes bytes, Fields* f) {
  f->external = true;
  std::string key, value;
  for (ProtoReader r(bytes); r.next();) {
    if (r.field() == 1) key = r.text();
    if (r.field() == 2) value = r.text();
  }
  if (key == "location") f->part.location = value;
  const auto number = [&]() -> uint64_t {
    const auto parsed = parse_int(value);
    if (!parsed || *parsed < 0)
      fail_corrupt("external data: " + key + " '" + printable(value) + "' is no number of bytes");
    return static_cast<uint64_t>(*parsed);
  };
  if (key == "offset") f->part.offset = number();
  if (key == "length") f->part.length = number();
}

Fields read_fields(Bytes bytes) {
  Fields f;
  for (ProtoReader r(bytes); r.next();) {
    switch (r.field()) {
      case 1:
        r.integers(&f.shape);
        break;
      case 2:
        f.type = r.integer();
        break;
      case 4:
        r.numbers(&f.floats);
        break;
      case 5:
      case 7:
        r.integers(&f.integers);
        break;
      case 8:
        f.name = r.text();
        break;
      case 9:
        f.raw = r.bytes();
        break;
      case 10:
        r.numbers(&f.doubles);
        break;
      case 13:
        read_external(r.bytes(), &f);
        break;
      case 14:
        f.location = r.integer();
        break;
      default:
        break;
    }
  }
  return f;
}

uint64_t element_count(const Fields& f) {
  constexpr size_t kMaxRank = 64;
  if (f.shape.size() > kMaxRank)
    fail_corrupt("tensor '" + printable(f.name) + "' has too many sides");
  uint64_t count = 1;
  for (const int64_t side : f.shape) {
    if (side < 0 || !checked_mul(count, static_cast<uint64_t>(side), &count)) {
      fail_corrupt("tensor '" + printable(f.name) + "' has a side that is negative or too long");
    }
  }
  return count;
}

template <class To, class From>
void keep(const std::vector<From>& from, Tensor* tensor) {
  auto owned = std::make_shared<std::vector<To>>();
  owned->reserve(from.size());
  for (const From& value : from) owned->push_back(static_cast<To>(value));
  tensor->bytes = {reinterpret_cast<const uint8_t*>(owned->data()), owned->size() * sizeof(To)};
  tensor->owner = owned;
}

void keep_integers(const Fields& f, Tensor* tensor) {
  switch (dtype_size(tensor->dtype)) {
    case 1:
      return keep<uint8_t>(f.integers, tensor);
    case 2:  // half floats are stored so, too, as their bits
      return keep<uint16_t>(f.integers, tensor);
    case 4:
      return keep<int32_t>(f.integers, tensor);
    default:
      return keep<int64_t>(f.integers, tensor);
  }
}

void keep_raw(Bytes raw, const Owner& owner, Tensor* tensor) {
  tensor->bytes = raw;
  tensor->owner = owner;
  if (reinterpret_cast<uintptr_t>(raw.data()) % dtype_size(tensor->dtype) == 0) return;
  // Protocol buffers align nothing.
  auto copy = std::make_shared<std::vector<uint8_t>>(raw.begin(), raw.end());
  tensor->bytes = *copy;
  tensor->owner = copy;
}

}  // namespace

OnnxTensor read_onnx_tensor(Bytes bytes, const Owner& owner, OnnxExternal& external) {
  const Fields f = read_fields(bytes);
  OnnxTensor out{f.name, {}};
  const std::optional<DType> dtype = dtype_of(f.type);
  if (!dtype) {
    out.value = FileValue::make_other("tensor of type " + std::to_string(f.type) + ", not read");
    return out;
  }
  const uint64_t count = element_count(f);
  Tensor tensor;
  tensor.dtype = *dtype;
  tensor.shape = f.shape;
  if (f.external || f.location == 1) {
    uint64_t needed = 0;
    if (!checked_mul(count, dtype_size(*dtype), &needed))
      fail_corrupt("tensor '" + printable(f.name) + "' is too large");
    const OnnxExternal::Found found = external.read(f.part, needed, f.name);
    keep_raw(found.bytes, found.owner, &tensor);
  } else if (f.raw) {
    keep_raw(*f.raw, owner, &tensor);
  } else if (tensor.dtype == DType::kF32) {
    keep<float>(f.floats, &tensor);
  } else if (tensor.dtype == DType::kF64) {
    keep<double>(f.doubles, &tensor);
  } else {
    keep_integers(f, &tensor);
  }
  uint64_t wanted = 0;
  if (!checked_mul(count, dtype_size(*dtype), &wanted) || wanted != tensor.bytes.size()) {
    fail_corrupt("tensor '" + printable(f.name) + "' has " + std::to_string(tensor.bytes.size()) +
                 " bytes of data, its shape needs " + std::to_string(count) + " x " +
                 std::to_string(dtype_size(*dtype)));
  }
  out.value = FileValue::make_tensor(std::move(tensor));
  return out;
}

}  // namespace loci
