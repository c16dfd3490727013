// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "byte_reader.h"
#include "numeric.h"

#include "loci/base/text.h"

#include <cstring>

namespace loci {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);

/// The text behind `'key':` in the header's Python dictionary.
std::string_view field(std::string_view header, std::string_view key) {
  const size_t at = header.find("'" + std::string(key) + "'");
  if (at == std::string_view::npos) return {};
  const size_t colon = header.find(':', at);
  return colon == std::string_view::npos ? std::string_view() : trim(header.substr(colon + 1));
}

std::vector<int64_t> parse_shape(std::string_view text, const std::string& what) {
  const size_t close = text.find(')');
  if (!text.starts_with('(') || close == std::string_view::npos)
    fail_corrupt(what + ": the .npy header has no shape");
  std::vector<int64_t> shape;
  for (const std::string& part : split(text.substr(1, close - 1), ',')) {
    if (trim(part).empty()) continue;
    const auto side = parse_int(trim(part));
    if (!side || *side < 0) fail_corrupt(what + ": the .npy header's shape makes no sense");
    shape.push_back(*side);
  }
  return shape;
}

/// Fixed-width UTF-32 text ("<U15"), as NumPy stores lists of names.
FileValue parse_text_array(std::string_view descr,
                           const std::vector<int64_t>& shape,
                           std::span<const uint8_t> data,
                           const std::string& what) {
  const auto width = parse_int(descr.substr(2));
  const uint64_t count = count_elements(shape, what);
  if (!width || *width <= 0 || static_cast<uint64_t>(*width) > data.size() / 4 ||
      count > data.size() / (4 * static_cast<uint64_t>(*width))) {
    fail_corrupt(what + ": is shorter than its text needs");
  }
  FileValue list = FileValue::make_list();
  list.items.reserve(static_cast<size_t>(count));
  ByteReader in(data);
  for (uint64_t i = 0; i < count; ++i) {
    ByteReader letters(in.take(4 * static_cast<uint64_t>(*width)));
    std::string text;
    while (letters.left() >= 4) {
      const uint32_t c = letters.u32();
      if (c == 0) continue;
      if (c < 0x80) {
        text += static_cast<char>(c);
      } else if (c < 0x800) {
        text += {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
      } else if (c < 0x10000) {
        text += {static_cast<char>(0xe0 | c >> 12),
                 static_cast<char>(0x80 | (c >> 6 & 63)),
                 static_cast<char>(0x80 | (c & 63))};
      } else {
        text += {static_cast<char>(0xf0 | (c >> 18 & 7)),
                 static_cast<char>(0x80 | (c >> 12 & 63)),
                 static_cast<char>(0x80 | (c >> 6 & 63)),
                 static_cast<char>(0x80 | (c & 63))};
      }
    }
    list.items.push_back(FileValue::make_text(to_utf8(text)));
  }
  return list;
}

}  // namespace

FileValue parse_npy_value(std::span<const uint8_t> bytes,
                          std::shared_ptr<const void> owner,
                          const std::string& what) {
  ByteReader in(bytes);
  if (bytes.size() < 10 || in.text(6) != kMagic) {
    fail_corrupt(what + ": is not an .npy file (it does not begin with \\x93NUMPY)");
  }
  const bool wide = in.u8() >= 2;
  in.u8();
  const uint32_t length = wide ? in.u32() : in.u16();
  const std::string_view header = in.text(length);
  const std::vector<int64_t> shape = parse_shape(field(header, "shape"), what);
  const std::string_view descr_text = field(header, "descr");
  if (!descr_text.starts_with('\'')) fail_unsupported(what + ": the array has a structured type");
  const std::string_view descr = descr_text.substr(1, descr_text.find('\'', 1) - 1);
  const std::span<const uint8_t> data = in.take(in.left());
  if (descr.starts_with("<U")) return parse_text_array(descr, shape, data, what);
  if (descr == "|O" || descr == "O")
    return FileValue::make_other("object array (a pickle), not read");
  const auto type = numpy_type(descr);
  if (!type) {
    fail_unsupported(what + ": element type '" + printable(descr) +
                     "' is not read; save it as little-endian floats, integers or booleans");
  }
  Tensor tensor = numeric_tensor(*type, dtype_for(*type), shape, data, std::move(owner), what);
  return FileValue::make_tensor(std::move(tensor),
                                field(header, "fortran_order").starts_with("True"));
}

}  // namespace loci
