// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/npy.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <bit>
#include <cstring>

namespace loci {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);

double half_to_double(uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  double value;
  if (exponent == 0) {
    value = fraction * 0x1.0p-24;
  } else if (exponent == 31) {
    value = fraction == 0 ? __builtin_inf() : __builtin_nan("");
  } else {
    value = (1024 + fraction) * __builtin_ldexp(1.0, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

template <class T>
double load(const uint8_t* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return static_cast<double>(value);
}

using Loader = double (*)(const uint8_t*);

/// The reader of one element and its size, or nothing for types that are not plain numbers.
std::pair<Loader, size_t> loader_for(const std::string& dtype) {
  if (dtype == "<f2")
    return {
        [](const uint8_t* p) { return half_to_double(static_cast<uint16_t>(p[0] | p[1] << 8)); },
        2};
  if (dtype == "<f4") return {load<float>, 4};
  if (dtype == "<f8") return {load<double>, 8};
  if (dtype == "|b1" || dtype == "|u1") return {load<uint8_t>, 1};
  if (dtype == "|i1") return {load<int8_t>, 1};
  if (dtype == "<i2") return {load<int16_t>, 2};
  if (dtype == "<u2") return {load<uint16_t>, 2};
  if (dtype == "<i4") return {load<int32_t>, 4};
  if (dtype == "<u4") return {load<uint32_t>, 4};
  if (dtype == "<i8") return {load<int64_t>, 8};
  if (dtype == "<u8") return {load<uint64_t>, 8};
  return {nullptr, 0};
}

/// The text behind `'key':` in the header's Python dictionary.
std::string_view field(std::string_view header, std::string_view key) {
  const size_t at = header.find("'" + std::string(key) + "'");
  if (at == std::string_view::npos) return {};
  const size_t colon = header.find(':', at);
  return colon == std::string_view::npos ? std::string_view() : trim(header.substr(colon + 1));
}

void fortran_to_c(NpyArray& array) {
  std::vector<double> out(array.values.size());
  const size_t rank = array.shape.size();
  std::vector<int64_t> index(rank, 0);
  for (double& value : out) {
    int64_t at = 0, step = 1;
    for (size_t d = 0; d < rank; ++d) {
      at += index[d] * step;
      step *= array.shape[d];
    }
    value = array.values[static_cast<size_t>(at)];
    for (size_t d = rank; d-- > 0;) {
      if (++index[d] < array.shape[d]) break;
      index[d] = 0;
    }
  }
  array.values = std::move(out);
}

}  // namespace

Result<NpyArray> parse_npy(std::span<const uint8_t> bytes, const std::string& where) {
  if (bytes.size() < 10 || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    return corrupt(where + ": is not an .npy file (it does not begin with \\x93NUMPY)");
  }
  const bool wide = bytes[6] >= 2;
  const size_t prefix = wide ? 12 : 10;
  if (bytes.size() < prefix) return corrupt(where + ": ends inside the .npy header");
  uint64_t length = bytes[8] | uint64_t{bytes[9]} << 8;
  if (wide) length |= uint64_t{bytes[10]} << 16 | uint64_t{bytes[11]} << 24;
  if (length > bytes.size() - prefix) return corrupt(where + ": ends inside the .npy header");
  const std::string_view header(reinterpret_cast<const char*>(bytes.data()) + prefix, length);

  NpyArray array;
  std::string_view descr = field(header, "descr");
  if (!descr.starts_with('\'')) {
    return unsupported(where + ": the array has a structured type; only plain numbers are read");
  }
  descr.remove_prefix(1);
  array.dtype = std::string(descr.substr(0, descr.find('\'')));
  const auto [loader, element_size] = loader_for(array.dtype);
  if (loader == nullptr) {
    return unsupported(where + ": element type '" + array.dtype +
                       "' is not read; save it as little-endian floats, integers or booleans");
  }
  std::string_view shape = field(header, "shape");
  const size_t close = shape.find(')');
  if (!shape.starts_with('(') || close == std::string_view::npos)
    return corrupt(where + ": the header has no shape");
  uint64_t count = 1;
  for (const std::string& part : split(shape.substr(1, close - 1), ',')) {
    if (trim(part).empty()) continue;
    const auto side = parse_int(part);
    if (!side || *side < 0 || !checked_mul(count, static_cast<uint64_t>(*side), &count)) {
      return corrupt(where + ": shape (" + std::string(shape.substr(1, close - 1)) +
                     ") makes no sense");
    }
    array.shape.push_back(*side);
  }
  uint64_t needed = 0;
  const uint64_t present = bytes.size() - prefix - length;
  if (!checked_mul(count, element_size, &needed) || needed > present) {
    return corrupt(where + ": holds " + std::to_string(present) +
                   " bytes of data, its shape needs more");
  }
  array.values.resize(count);
  const uint8_t* data = bytes.data() + prefix + length;
  for (uint64_t i = 0; i < count; ++i) array.values[i] = loader(data + i * element_size);
  if (field(header, "fortran_order").starts_with("True") && array.shape.size() > 1)
    fortran_to_c(array);
  return array;
}

Result<NpyArray> read_npy(const std::string& path) {
  LOCI_TRY(bytes, read_file(path));
  return parse_npy(bytes, printable(path));
}

Status write_npy(const std::string& path, ConstMatrixView matrix) {
  static_assert(std::endian::native == std::endian::little);
  std::string header = format("{'descr': '<f4', 'fortran_order': False, 'shape': (%lld, %lld), }",
                              static_cast<long long>(matrix.rows()),
                              static_cast<long long>(matrix.cols()));
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string head(kMagic);
  head += std::string("\x01\x00", 2);
  head += static_cast<char>(header.size() & 255);
  head += static_cast<char>(header.size() >> 8);
  LOCI_TRY(writer, FileWriter::create(path));
  LOCI_RETURN_IF_ERROR(writer.write(head.data(), head.size()));
  LOCI_RETURN_IF_ERROR(writer.write(header.data(), header.size()));
  for (int64_t i = 0; i < matrix.rows(); ++i) {
    LOCI_RETURN_IF_ERROR(
        writer.write(matrix.row_data(i), static_cast<size_t>(matrix.cols()) * sizeof(float)));
  }
  return writer.commit();
}

}  // namespace loci
