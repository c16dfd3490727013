// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/text.h"

#include <array>
#include <chrono>

namespace loci {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::string_view kSeparators = "-_.: ";

/// Reads fields of two digits with at most one separator before each.
struct NameFields {
  std::string_view text;
  size_t at;

  bool digits(size_t count, int* out) {
    int value = 0;
    for (size_t i = 0; i < count; ++i) {
      if (at + i >= text.size() || !is_digit(text[at + i])) return false;
      value = value * 10 + (text[at + i] - '0');
    }
    at += count;
    *out = value;
    return true;
  }
  bool next(int* out) {
    const size_t before = at;
    if (at < text.size() && kSeparators.find(text[at]) != std::string_view::npos) ++at;
    if (digits(2, out)) return true;
    at = before;
    return false;
  }
  /// What stands between a date and a time of day: a separator or two, a T, " at ".
  void gap() {
    for (const std::string_view word : {" at ", "_at_", " - ", "--", "-", "_", " ", "T", "."}) {
      if (text.substr(at).starts_with(word)) {
        at += word.size();
        return;
      }
    }
  }
};

/// A time of day, and the half of the day where one is named ("9.05.03 AM", as macOS names screenshots).
std::optional<int> second_of_day(NameFields fields) {
  int hour = 0, minute = 0, second = 0;
  fields.gap();
  const bool two = fields.digits(2, &hour);
  if (!two && !fields.digits(1, &hour)) return std::nullopt;
  if (!two && (fields.at >= fields.text.size() || is_digit(fields.text[fields.at])))
    return std::nullopt;
  if (!fields.next(&minute)) return std::nullopt;
  (void)fields.next(&second);
  std::string rest = to_lower(fields.text.substr(fields.at, 8));
  std::erase_if(rest,
                [](char c) { return c == ' ' || (c & 0x80) != 0; });  // also narrow no-break spaces
  if (rest.starts_with("pm") && hour < 12) hour += 12;
  if (rest.starts_with("am") && hour == 12) hour = 0;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return hour * 3600 + minute * 60 + second;
}

/// "IMG_20210601_090503", "2021-06-01 09.05.03", "IMG-20190101-WA0001": a year of four digits that are no part of a longer
/// number before them, month and day, perhaps a time of day.
std::optional<int64_t> civil_in(std::string_view stem) {
  for (size_t at = 0; at + 8 <= stem.size(); ++at) {
    if (!is_digit(stem[at]) || (at > 0 && is_digit(stem[at - 1]))) continue;
    NameFields fields{stem, at};
    int year = 0, month = 0, day = 0;
    if (!fields.digits(4, &year) || year < 1990 || year > 2099) continue;
    const bool parted = fields.at < stem.size() && !is_digit(stem[fields.at]);
    if (!fields.next(&month) || !fields.next(&day)) continue;
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) continue;
    size_t end = fields.at;
    while (end < stem.size() && is_digit(stem[end])) ++end;
    const size_t run = end - fields.at;  // of digits right behind the date
    if (run != 0 && (parted || run < 6)) continue;
    const auto seconds = second_of_day(fields);
    if (run != 0 && !seconds) continue;
    return civil_seconds(year, month, day) + seconds.value_or(0);
  }
  return std::nullopt;
}

/// "FB_IMG_1622538303000": milliseconds since 1970 behind a word.
std::optional<int64_t> unix_in(std::string_view stem) {
  size_t end = stem.size();
  size_t begin = end;
  while (begin > 0 && is_digit(stem[begin - 1])) --begin;
  if (end - begin != 13) return std::nullopt;
  return parse_int(stem.substr(begin, 10));
}

// "2012_0104_09400": a date and a time cut at unusual places. Digits beyond whole fields are left
// out.
std::optional<int64_t> parse_spaced_digits(std::string_view stem) {
  std::string digits;
  for (const char c : stem) {
    if (is_digit(c)) {
      digits += c;
    } else if (c != '_' && c != '-') {
      return std::nullopt;
    }
  }
  if (digits.size() == stem.size()) return std::nullopt;  // one number: that was no time
  const size_t whole = digits.size() >= 14 ? 14 : digits.size() >= 12 ? 12 : 8;
  return digits.size() < whole ? std::nullopt : parse_time(digits.substr(0, whole));
}

}  // namespace

std::optional<int64_t> time_in_name(std::string_view path) {
  const std::string stem = base_name(without_extension(path));
  if (stem.size() < 8) return std::nullopt;
  // A frame number such as 0000001234 reads as a second of 1970.
  const auto plausible = [](const std::optional<int64_t>& time) {
    return time.has_value() && *time >= civil_seconds(1990, 1, 1) &&
           *time < civil_seconds(2100, 1, 1);
  };
  for (const auto& time :
       {civil_in(stem), parse_time(stem), parse_spaced_digits(stem), unix_in(stem)}) {
    if (plausible(time)) return time;
  }
  return std::nullopt;
}

}  // namespace loci
