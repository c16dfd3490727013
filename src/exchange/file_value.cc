// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "guard.h"

#include "loci/base/check.h"
#include "loci/base/text.h"
#include "loci/exchange/file_tree.h"

#include <cstring>
#include <numeric>

namespace loci {
namespace {

constexpr int kMaxDepth = 64;

void collect(const FileValue& value,
             const std::string& name,
             int depth,
             std::vector<NamedTensor>* out) {
  if (value.is(FileValue::Kind::kTensor)) {
    out->push_back({name, &value});
    return;
  }
  if (depth > kMaxDepth) return;
  for (size_t i = 0; i < value.items.size(); ++i) {
    const std::string part = value.is(FileValue::Kind::kDict) ? value.keys[i] : std::to_string(i);
    collect(value.items[i], name.empty() ? part : name + "." + part, depth + 1, out);
  }
}

template <class T>
void permute(const uint8_t* in,
             uint8_t* out,
             const std::vector<int64_t>& shape,
             const std::vector<int64_t>& strides) {
  const size_t rank = shape.size();
  std::vector<int64_t> index(rank, 0);
  int64_t total = 1;
  for (const int64_t side : shape) total *= side;
  const int64_t inner = rank == 0 ? 1 : shape.back();
  const int64_t inner_stride = rank == 0 ? 0 : strides.back();
  int64_t at = 0;
  for (int64_t done = 0; done < total; done += inner) {
    for (int64_t i = 0; i < inner; ++i) {
      std::memcpy(out, in + (at + i * inner_stride) * static_cast<int64_t>(sizeof(T)), sizeof(T));
      out += sizeof(T);
    }
    for (size_t d = rank - (rank == 0 ? 0 : 1); d-- > 0;) {
      at += strides[d];
      if (++index[d] < shape[d]) break;
      at -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}

}  // namespace

FileValue FileValue::of_kind(Kind kind) {
  FileValue value;
  value.kind = kind;
  return value;
}

FileValue FileValue::make_text(std::string text) {
  FileValue value = of_kind(Kind::kText);
  value.text = std::move(text);
  return value;
}

FileValue FileValue::make_integer(int64_t number) {
  FileValue value = of_kind(Kind::kInteger);
  value.integer = number;
  return value;
}

FileValue FileValue::make_real(double number) {
  FileValue value = of_kind(Kind::kReal);
  value.real = number;
  return value;
}

FileValue FileValue::make_tensor(Tensor tensor, bool column_major) {
  FileValue value = of_kind(Kind::kTensor);
  value.tensor = std::move(tensor);
  value.column_major = column_major && value.tensor.shape.size() > 1;
  return value;
}

FileValue FileValue::make_other(std::string what) {
  FileValue value = of_kind(Kind::kOther);
  value.text = std::move(what);
  return value;
}

void FileValue::add(std::string key, FileValue value) {
  keys.push_back(std::move(key));
  items.push_back(std::move(value));
}

const FileValue* FileValue::find(std::string_view key) const {
  if (kind != Kind::kDict) return nullptr;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == key) return &items[i];
  }
  return nullptr;
}

double FileValue::number(double otherwise) const {
  switch (kind) {
    case Kind::kBool:
    case Kind::kInteger:
      return static_cast<double>(integer);
    case Kind::kReal:
      return real;
    case Kind::kTensor:
      if (tensor.size() != 1) return otherwise;
      if (tensor.dtype == DType::kF64) {
        double value;
        std::memcpy(&value, tensor.bytes.data(), sizeof value);
        return value;
      }
      return static_cast<double>(tensor.to_floats()[0]);
    default:
      return otherwise;
  }
}

std::string FileValue::describe() const {
  switch (kind) {
    case Kind::kNone:
      return "none";
    case Kind::kBool:
      return integer != 0 ? "true" : "false";
    case Kind::kInteger:
      return std::to_string(integer);
    case Kind::kReal:
      return format("%.9g", real);
    case Kind::kText:
      return "\"" + printable(to_utf8(text.substr(0, 80))) + (text.size() > 80 ? "...\"" : "\"");
    case Kind::kBytes:
      return std::to_string(text.size()) + " bytes";
    case Kind::kList:
    case Kind::kDict:
      return std::to_string(items.size()) + " items";
    case Kind::kTensor:
      return tensor.to_string();
    case Kind::kOther:
      return text;
  }
  return {};
}

std::vector<NamedTensor> list_tensors(const FileValue& root) {
  std::vector<NamedTensor> out;
  collect(root, "", 0, &out);
  return out;
}

Tensor row_major(const FileValue& value, std::vector<int> axes) {
  LOCI_REQUIRE(value.is(FileValue::Kind::kTensor), "only tensors have axes");
  const Tensor& tensor = value.tensor;
  const size_t rank = tensor.shape.size();
  const bool as_it_is = axes.empty();
  if (as_it_is) {
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), 0);
  }
  LOCI_REQUIRE(axes.size() == rank, "every axis is named once");
  if (as_it_is && !value.column_major) return tensor;
  std::vector<int64_t> in_strides(rank, 1);
  if (value.column_major) {
    for (size_t d = 1; d < rank; ++d) in_strides[d] = in_strides[d - 1] * tensor.shape[d - 1];
  } else {
    for (size_t d = rank; d-- > 1;) in_strides[d - 1] = in_strides[d] * tensor.shape[d];
  }
  Tensor out;
  out.dtype = tensor.dtype;
  std::vector<int64_t> strides;
  for (const int axis : axes) {
    out.shape.push_back(tensor.shape[static_cast<size_t>(axis)]);
    strides.push_back(in_strides[static_cast<size_t>(axis)]);
  }
  // Already in that order but for sides of one: the bytes can be shared.
  int64_t expected = 1;
  bool contiguous = true;
  for (size_t d = rank; d-- > 0;) {
    if (out.shape[d] == 1) continue;
    contiguous = contiguous && strides[d] == expected;
    expected *= out.shape[d];
  }
  if (contiguous || tensor.size() == 0) {
    out.bytes = tensor.bytes;
    out.owner = tensor.owner;
    return out;
  }
  auto buffer = std::make_shared<AlignedBuffer<uint8_t>>(tensor.bytes.size());
  switch (dtype_size(tensor.dtype)) {
    case 1:
      permute<uint8_t>(tensor.bytes.data(), buffer->data(), out.shape, strides);
      break;
    case 2:
      permute<uint16_t>(tensor.bytes.data(), buffer->data(), out.shape, strides);
      break;
    case 4:
      permute<uint32_t>(tensor.bytes.data(), buffer->data(), out.shape, strides);
      break;
    default:
      permute<uint64_t>(tensor.bytes.data(), buffer->data(), out.shape, strides);
      break;
  }
  out.bytes = buffer->span();
  out.owner = std::move(buffer);
  return out;
}

}  // namespace loci
