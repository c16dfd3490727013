// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/angle.h"

#include "loci/base/text.h"

#include <cctype>
#include <cmath>

namespace loci {
namespace {

/// The letter of a hemisphere at an end of the text, taken off; 0 for none, '?' where there are two that differ.
char take_letter(std::string_view& text) {
  const auto letter_of = [](char c) -> char {
    const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return std::string_view("NSEW").find(upper) != std::string_view::npos ? upper : '\0';
  };
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  char found = 0;
  if (!text.empty() && letter_of(text.front()) != 0 && (text.size() < 2 || !is_letter(text[1]))) {
    found = letter_of(text.front());
    text = trim(text.substr(1));
  }
  const size_t n = text.size();
  if (n > 0 && letter_of(text.back()) != 0 && (n < 2 || !is_letter(text[n - 2]))) {
    const char last = letter_of(text.back());
    found = found == 0 || found == last ? last : '?';
    text = trim(text.substr(0, n - 1));
  }
  return found;
}

/// Signs and words of degrees, minutes and seconds become blanks: the order says which is which.
std::string only_numbers(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool number = (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
    if (number) {
      out += c;
      continue;
    }
    out += ' ';
    if (std::isalpha(static_cast<unsigned char>(c)) == 0) continue;
    size_t end = i;
    while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) ++end;
    const std::string word = to_lower(text.substr(i, end - i));
    const bool unit = word == "d" || word == "deg" || word == "degrees" || word == "m" ||
                      word == "min" || word == "s" || word == "sec";
    if (!unit) return "x";
    i = end - 1;
  }
  return out;
}

}  // namespace

std::optional<Angle> parse_angle(std::string_view text) {
  text = trim(text);
  Angle angle;
  const char letter = take_letter(text);
  if (letter == '?') return std::nullopt;
  angle.letter = letter;
  std::string numbers = only_numbers(text);
  double value = 0, scale = 1;
  int parts = 0;
  bool minus = false;
  for (const std::string& word : split(numbers, ' ')) {
    if (word.empty()) continue;
    const auto number = parse_double(word);
    if (!number || !std::isfinite(*number) || parts == 3) return std::nullopt;
    if (parts > 0 && !(*number >= 0 && *number <= 60)) return std::nullopt;
    if (parts == 0) minus = std::signbit(*number);
    value += std::abs(*number) / scale;
    scale *= 60;
    ++parts;
  }
  if (parts == 0) return std::nullopt;
  const bool far = letter == 'S' || letter == 'W';
  angle.degrees = minus || far ? -value : value;
  angle.signed_by_text = minus || letter != 0;
  return angle;
}

}  // namespace loci
