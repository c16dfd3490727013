// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/name_key.h"

#include <algorithm>
#include <cstdint>

namespace loci {
namespace {

struct Pair {
  char16_t letter, base, mark;
};
constexpr Pair kPairs[] = {
#include "unicode_pairs.inc.h"
};

/// The code point at `at`, and past it; a byte that is no UTF-8 is itself.
char32_t next_code(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) -> uint32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const uint32_t first = byte(at);
  const size_t length = first < 0xC2   ? 1
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                        : first < 0xF5 ? 4
                                       : 1;
  char32_t code = length == 1 ? first : first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) {
      ++at;
      return first;
    }
    code = code << 6 | (byte(at + i) & 0x3F);
  }
  at += length;
  return code;
}

void append(std::string& out, char32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

void decompose(char32_t code, std::u32string& out) {
  if (code >= 0xAC00 && code <= 0xD7A3) {  // Hangul syllables, by their arithmetic (Unicode 3.12)
    const char32_t index = code - 0xAC00;
    out += 0x1100 + index / 588;
    out += 0x1161 + index % 588 / 28;
    if (index % 28 != 0) out += 0x11A7 + index % 28;
    return;
  }
  const auto found =
      std::ranges::lower_bound(kPairs, code, {}, [](const Pair& p) { return char32_t{p.letter}; });
  if (found == std::end(kPairs) || found->letter != code) {
    out += code;
    return;
  }
  decompose(found->base, out);
  out += found->mark;
}

bool is_mark(char32_t code) {
  return (code >= 0x300 && code < 0x370) || (code >= 0x1AB0 && code < 0x1B00) ||
         (code >= 0x1DC0 && code < 0x1E00) || (code >= 0x20D0 && code < 0x2100) || code == 0x3099 ||
         code == 0x309A;
}

}  // namespace

std::string name_key(std::string_view text) {
  std::u32string codes;
  for (size_t at = 0; at < text.size();) decompose(next_code(text, at), codes);
  for (size_t i = 0; i < codes.size();) {
    size_t end = i;
    while (end < codes.size() && is_mark(codes[end])) ++end;
    std::sort(codes.begin() + static_cast<std::ptrdiff_t>(i),
              codes.begin() + static_cast<std::ptrdiff_t>(end));
    i = std::max(end, i + 1);
  }
  std::string out;
  for (const char32_t code : codes)
    append(out, code >= 'A' && code <= 'Z' ? code - 'A' + 'a' : code);
  return out;
}

}  // namespace loci
