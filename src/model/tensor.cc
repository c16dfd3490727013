// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/tensor.h"

#include "loci/base/check.h"
#include "loci/base/text.h"

#include <cmath>
#include <cstring>

namespace loci {
namespace {

struct DTypeInfo {
  const char* name;
  size_t size;
};

constexpr DTypeInfo kDTypes[] = {{"F64", 8},
                                 {"F32", 4},
                                 {"F16", 2},
                                 {"BF16", 2},
                                 {"I64", 8},
                                 {"I32", 4},
                                 {"I16", 2},
                                 {"I8", 1},
                                 {"U8", 1},
                                 {"BOOL", 1}};

float half_bits_to_float(uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  float value;
  if (exponent == 31) {
    value = fraction == 0 ? INFINITY : NAN;
  } else {
    value = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                          : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

float bf16_bits_to_float(uint16_t bits) {
  const uint32_t wide = uint32_t{bits} << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

template <class T, class Convert>
void convert(std::span<const uint8_t> bytes, std::vector<float>& out, Convert convert_one) {
  for (size_t i = 0; i < out.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof value);
    out[i] = convert_one(value);
  }
}

Tensor owned(DType dtype, std::vector<int64_t> shape, const void* data, size_t bytes) {
  Tensor tensor;
  tensor.dtype = dtype;
  tensor.shape = std::move(shape);
  LOCI_REQUIRE(static_cast<size_t>(tensor.size()) * dtype_size(dtype) == bytes,
               "values do not fill the shape");
  auto buffer = std::make_shared<AlignedBuffer<uint8_t>>(bytes);
  if (bytes != 0) std::memcpy(buffer->data(), data, bytes);
  tensor.bytes = {buffer->data(), bytes};
  tensor.owner = std::move(buffer);
  return tensor;
}

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string text;
  for (const int64_t side : shape) {
    if (!text.empty()) text += 'x';
    text += side < 0 ? "?" : std::to_string(side);
  }
  return text.empty() ? "scalar" : text;
}

}  // namespace

size_t dtype_size(DType type) { return kDTypes[static_cast<size_t>(type)].size; }
const char* dtype_name(DType type) { return kDTypes[static_cast<size_t>(type)].name; }

int64_t Tensor::size() const {
  int64_t count = 1;
  for (const int64_t side : shape) count *= side;
  return count;
}

std::vector<float> Tensor::to_floats() const {
  std::vector<float> out(static_cast<size_t>(size()));
  const auto plain = [](auto value) { return static_cast<float>(value); };
  switch (dtype) {
    case DType::kF64:
      convert<double>(bytes, out, plain);
      break;
    case DType::kF32:
      if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(float));
      break;
    case DType::kF16:
      convert<uint16_t>(bytes, out, half_bits_to_float);
      break;
    case DType::kBF16:
      convert<uint16_t>(bytes, out, bf16_bits_to_float);
      break;
    case DType::kI64:
      convert<int64_t>(bytes, out, plain);
      break;
    case DType::kI32:
      convert<int32_t>(bytes, out, plain);
      break;
    case DType::kI16:
      convert<int16_t>(bytes, out, plain);
      break;
    case DType::kI8:
      convert<int8_t>(bytes, out, plain);
      break;
    case DType::kU8:
    case DType::kBool:
      convert<uint8_t>(bytes, out, plain);
      break;
  }
  return out;
}

std::span<const float> Tensor::floats() const {
  LOCI_REQUIRE(dtype == DType::kF32, "the tensor is not float32");
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

std::string Tensor::to_string() const {
  return std::string(dtype_name(dtype)) + " " + shape_text(shape);
}

Tensor make_tensor(std::vector<int64_t> shape, std::span<const float> values) {
  return owned(DType::kF32, std::move(shape), values.data(), values.size_bytes());
}

Tensor make_tensor(std::vector<int64_t> shape, std::span<const uint16_t> bits, DType half_type) {
  LOCI_REQUIRE(half_type == DType::kF16 || half_type == DType::kBF16,
               "16-bit floats are F16 or BF16");
  return owned(half_type, std::move(shape), bits.data(), bits.size_bytes());
}

Tensor make_tensor(std::vector<int64_t> shape, std::span<const int8_t> values) {
  return owned(DType::kI8, std::move(shape), values.data(), values.size_bytes());
}

Tensor make_tensor(ConstMatrixView matrix) {
  Matrix rows(matrix.rows(), matrix.cols());
  for (int64_t i = 0; i < matrix.rows() && matrix.cols() > 0; ++i) {
    std::memcpy(
        rows.row(i).data(), matrix.row_data(i), static_cast<size_t>(matrix.cols()) * sizeof(float));
  }
  return make_tensor({matrix.rows(), matrix.cols()},
                     std::span<const float>(rows.data(), rows.size()));
}

Result<Tensor> find_tensor(const TensorMap& tensors,
                           const std::string& name,
                           const std::vector<int64_t>& shape) {
  const auto it = tensors.find(name);
  if (it == tensors.end()) {
    return not_found("tensor '" + name + "' (" + shape_text(shape) + ") is missing from the model");
  }
  const Tensor& tensor = it->second;
  bool fits = tensor.shape.size() == shape.size();
  for (size_t i = 0; fits && i < shape.size(); ++i)
    fits = shape[i] < 0 || shape[i] == tensor.shape[i];
  if (!fits) {
    return corrupt("tensor '" + name + "' is " + shape_text(tensor.shape) +
                   ", the model's description needs " + shape_text(shape));
  }
  if (tensor.dtype == DType::kF32) return tensor;
  return make_tensor(tensor.shape, tensor.to_floats());
}

Result<Matrix> find_matrix(const TensorMap& tensors,
                           const std::string& name,
                           int64_t rows,
                           int64_t cols) {
  LOCI_TRY(tensor, find_tensor(tensors, name, {rows, cols}));
  Matrix matrix(tensor.shape[0], tensor.shape[1]);
  const std::vector<float> values = tensor.to_floats();
  std::copy(values.begin(), values.end(), matrix.data());
  return matrix;
}

Result<std::vector<float>> find_vector(const TensorMap& tensors,
                                       const std::string& name,
                                       int64_t size) {
  LOCI_TRY(tensor, find_tensor(tensors, name, {size}));
  return tensor.to_floats();
}

}  // namespace loci
