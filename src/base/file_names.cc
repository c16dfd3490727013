// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/rng.h"
#include "loci/base/text.h"

namespace loci {
namespace {

constexpr size_t kLongest = 200;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The run of digits at `at`, without zeros in front.
std::string_view digits_at(std::string_view text, size_t at, size_t* end) {
  *end = at;
  while (*end < text.size() && is_digit(text[*end])) ++*end;
  while (at + 1 < *end && text[at] == '0') ++at;
  return text.substr(at, *end - at);
}

}  // namespace

std::string short_file_name(const std::string& name) {
  if (name.size() <= kLongest) return name;
  const size_t dot = name.rfind('.');
  const std::string ending =
      dot == std::string::npos || name.size() - dot > 16 ? "" : name.substr(dot);
  const std::string hash = format("~%08x", static_cast<unsigned>(hash_text(name)));
  size_t keep = kLongest - ending.size() - hash.size();
  while (keep > 0 && (static_cast<unsigned char>(name[keep]) & 0xC0) == 0x80)
    --keep;  // not inside a letter
  return name.substr(0, keep) + hash + ending;
}

bool natural_less(std::string_view a, std::string_view b) {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      size_t i_end = 0, j_end = 0;
      const std::string_view x = digits_at(a, i, &i_end), y = digits_at(b, j, &j_end);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      i = i_end;
      j = j_end;
    } else if (a[i] != b[j]) {
      return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
    } else {
      ++i, ++j;
    }
  }
  if (i == a.size() && j == b.size()) return a < b;  // "01" and "1": some order, always the same
  return i == a.size();
}

}  // namespace loci
