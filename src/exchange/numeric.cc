// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "numeric.h"

#include "byte_reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <cstring>
#include <limits>

namespace loci {
namespace {

/// Calls `use` with a value of the C++ type that `type` names.
template <class Use>
bool with_type(NumberType type, Use use) {
  const int key = type.kind * 16 + type.bytes;
  switch (key) {
    case 'f' * 16 + 4:
      use(float{});
      return true;
    case 'f' * 16 + 8:
      use(double{});
      return true;
    case 'i' * 16 + 1:
      use(int8_t{});
      return true;
    case 'i' * 16 + 2:
      use(int16_t{});
      return true;
    case 'i' * 16 + 4:
      use(int32_t{});
      return true;
    case 'i' * 16 + 8:
      use(int64_t{});
      return true;
    case 'b' * 16 + 1:
    case 'u' * 16 + 1:
      use(uint8_t{});
      return true;
    case 'u' * 16 + 2:
      use(uint16_t{});
      return true;
    case 'u' * 16 + 4:
      use(uint32_t{});
      return true;
    case 'u' * 16 + 8:
      use(uint64_t{});
      return true;
    default:
      return false;
  }
}

NumberType type_of(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return {'f', 8};
    case DType::kF32:
      return {'f', 4};
    case DType::kI64:
      return {'i', 8};
    case DType::kI32:
      return {'i', 4};
    case DType::kI16:
      return {'i', 2};
    case DType::kI8:
      return {'i', 1};
    case DType::kU8:
      return {'u', 1};
    case DType::kBool:
      return {'b', 1};
    default:
      return {'f', 2};
  }
}

template <class From, class To>
bool convert_all(const uint8_t* in, uint8_t* out, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, in + i * sizeof(From), sizeof value);
    if constexpr (std::is_integral_v<To>) {
      // Written so that NaN and values at the very edge of double's integers are refused too.
      const double wide = static_cast<double>(value);
      if (!(wide >= static_cast<double>(std::numeric_limits<To>::lowest())) ||
          !(wide <= static_cast<double>(std::numeric_limits<To>::max())) ||
          (sizeof(To) == 8 && wide >= 9223372036854775808.0)) {
        return false;
      }
    }
    const To converted = static_cast<To>(value);
    std::memcpy(out + i * sizeof(To), &converted, sizeof converted);
  }
  return true;
}

Tensor share(DType dtype,
             std::vector<int64_t> shape,
             std::span<const uint8_t> bytes,
             std::shared_ptr<const void> owner) {
  Tensor tensor;
  tensor.dtype = dtype;
  tensor.shape = std::move(shape);
  tensor.bytes = bytes;
  tensor.owner = std::move(owner);
  if (reinterpret_cast<uintptr_t>(bytes.data()) % dtype_size(dtype) != 0) {
    auto copy = std::make_shared<AlignedBuffer<uint8_t>>(bytes.size());
    if (!bytes.empty()) std::memcpy(copy->data(), bytes.data(), bytes.size());
    tensor.bytes = copy->span();
    tensor.owner = std::move(copy);
  }
  return tensor;
}

}  // namespace

DType dtype_for(NumberType type) {
  if (type.kind == 'b') return DType::kBool;
  if (type.kind == 'f') {
    return type.bytes == 8 ? DType::kF64 : type.bytes == 4 ? DType::kF32 : DType::kF16;
  }
  if (type.kind == 'u') {
    return type.bytes == 1 ? DType::kU8 : type.bytes == 2 ? DType::kI32 : DType::kI64;
  }
  return type.bytes == 1   ? DType::kI8
         : type.bytes == 2 ? DType::kI16
         : type.bytes == 4 ? DType::kI32
                           : DType::kI64;
}

uint64_t count_elements(const std::vector<int64_t>& shape, const std::string& what) {
  uint64_t count = 1;
  bool good = shape.size() <= 32;
  bool empty = false;
  for (const int64_t side : shape) {
    good = good && side >= 0 && side <= (int64_t{1} << 48);
    if (side == 0) empty = true;
    // A zero side must not hide an absurd one, so it is left out of the product.
    if (good && side > 0)
      good =
          checked_mul(count, static_cast<uint64_t>(side), &count) && count <= (uint64_t{1} << 48);
  }
  if (!good) fail_corrupt(what + ": its shape makes no sense");
  return empty ? 0 : count;
}

Tensor numeric_tensor(NumberType from,
                      DType to,
                      std::vector<int64_t> shape,
                      std::span<const uint8_t> bytes,
                      std::shared_ptr<const void> owner,
                      const std::string& what) {
  const uint64_t count = count_elements(shape, what);
  const uint64_t needed = count * static_cast<uint64_t>(from.bytes);
  if (needed > bytes.size()) {
    fail_corrupt(what + ": its shape needs " + std::to_string(needed) + " bytes, " +
                 std::to_string(bytes.size()) + " are there");
  }
  const NumberType target = type_of(to);
  const bool same_bits = from.bytes == target.bytes && (from.kind == 'f') == (target.kind == 'f') &&
                         (from.kind == target.kind || from.kind == 'b' || target.kind == 'b');
  if (same_bits) return share(to, std::move(shape), bytes.first(needed), std::move(owner));
  auto out = std::make_shared<AlignedBuffer<uint8_t>>(count * dtype_size(to));
  bool fits = false;
  const bool known = with_type(from, [&](auto in_type) {
    with_type(target, [&](auto out_type) {
      fits = convert_all<decltype(in_type), decltype(out_type)>(bytes.data(), out->data(), count);
    });
  });
  if (!known) fail_unsupported(what + ": its number type is not read");
  if (!fits) fail_corrupt(what + ": holds a number that its type cannot hold");
  const auto written = out->span();
  return share(to, std::move(shape), written, std::move(out));
}

std::optional<NumberType> numpy_type(std::string_view descr) {
  if (!descr.empty() && (descr[0] == '<' || descr[0] == '|' || descr[0] == '='))
    descr.remove_prefix(1);
  if (descr == "?") return NumberType{'b', 1};
  if (descr.size() != 2) return std::nullopt;
  const NumberType type{descr[0], descr[1] - '0'};
  switch (type.kind) {
    case 'f':
      return type.bytes == 2 || type.bytes == 4 || type.bytes == 8 ? std::optional(type)
                                                                   : std::nullopt;
    case 'i':
    case 'u':
      return type.bytes == 1 || type.bytes == 2 || type.bytes == 4 || type.bytes == 8
                 ? std::optional(type)
                 : std::nullopt;
    case 'b':
      return type.bytes == 1 ? std::optional(type) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace loci
