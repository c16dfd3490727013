// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "byte_reader.h"
#include "pickle.h"

#include "loci/base/text.h"

namespace loci {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Python's escapes of protocol 0 text, as far as repr() writes them.
std::string unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    switch (c) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'r':
        out += '\r';
        break;
      case 'x':
        if (i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
          out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
          i += 2;
          break;
        }
        [[fallthrough]];
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

bool Pickle::step_text(uint8_t op) {
  ByteReader in(bytes_, at_);
  uint64_t size = 0;
  Type type = Type::kText;
  switch (op) {
    case 'X':
    case 'T':
      size = in.u32();
      break;
    case 'U':
    case 0x8c:
      size = in.u8();
      break;
    case 0x8d:
      size = in.u64();
      break;
    case 'C':
      type = Type::kBytes;
      size = in.u8();
      break;
    case 'B':
      type = Type::kBytes;
      size = in.u32();
      break;
    case 0x8e:
    case 0x96:
      type = Type::kBytes;
      size = in.u64();
      break;
    case 'S': {
      std::string_view text = trim(line());
      if (text.size() < 2 || text.front() != text.back())
        fail_corrupt(here() + ": a quoted text does not end");
      push(add_text(Type::kText, keep(unescape(text.substr(1, text.size() - 2)))));
      return true;
    }
    case 'V':
      push(add_text(Type::kText, keep(unescape(line()))));
      return true;
    default:
      return false;
  }
  at_ = in.at();
  push(add_text(type, counted(size)));
  return true;
}

}  // namespace loci
