// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/geo.h"
#include "loci/base/text.h"
#include "loci/base/zoned_time.h"

#include <chrono>
#include <string_view>

namespace loci {
namespace {

constexpr int64_t kSecondsPerDay = 86400;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads fields of digits from the left; `rest` is what is still to come.
struct Fields {
  std::string_view rest;

  bool number(size_t least, size_t most, int* out) {
    size_t length = 0;
    int value = 0;
    while (length < most && length < rest.size() && is_digit(rest[length])) {
      value = value * 10 + (rest[length++] - '0');
    }
    if (length < least) return false;
    rest.remove_prefix(length);
    *out = value;
    return true;
  }
  bool separator(std::string_view allowed) {
    if (rest.empty() || allowed.find(rest.front()) == std::string_view::npos) return false;
    rest.remove_prefix(1);
    return true;
  }
};

struct Civil {
  int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;

  std::optional<int64_t> seconds() const {
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (year < 1800 || year > 2999 || !date.ok() || hour > 23 || minute > 59 || second > 60)
      return std::nullopt;
    return civil_seconds(year, month, day, hour, minute, second);
  }
};

// A fraction of a second and a time zone may follow; neither changes the civil time.
bool is_tail(std::string_view tail) {
  Fields fields{tail};
  int ignored = 0;
  if (fields.separator(".,")) {
    if (!fields.number(1, 1, &ignored)) return false;
    while (fields.number(1, 1, &ignored)) {
    }
  }
  if (fields.separator("Zz") || fields.rest.empty()) return fields.rest.empty();
  if (!fields.separator("+-") || !fields.number(2, 2, &ignored)) return false;
  fields.separator(":");
  return fields.rest.empty() || (fields.number(2, 2, &ignored) && fields.rest.empty());
}

// Year, then any number of the smaller fields; `nullopt` where a field is cut or something follows.
std::optional<int64_t> parse_civil(std::string_view text) {
  Fields fields{text};
  Civil civil;
  if (!fields.number(4, 4, &civil.year)) return std::nullopt;
  if (fields.rest.empty()) return civil.seconds();
  const size_t least = fields.separator("-:/.") ? 1 : 2;  // "2015-6-1", but "20150601"
  if (!fields.number(least, 2, &civil.month)) return std::nullopt;
  if (fields.rest.empty()) return civil.seconds();
  fields.separator("-:/.");
  if (!fields.number(least, 2, &civil.day)) return std::nullopt;
  if (fields.rest.empty()) return civil.seconds();
  fields.separator("T_ -");
  if (!fields.number(2, 2, &civil.hour)) return std::nullopt;
  if (is_tail(fields.rest)) return civil.seconds();
  fields.separator(":-.h");
  if (!fields.number(2, 2, &civil.minute)) return std::nullopt;
  if (is_tail(fields.rest)) return civil.seconds();
  fields.separator(":-.m");
  if (!fields.number(2, 2, &civil.second) || !is_tail(fields.rest)) return std::nullopt;
  return civil.seconds();
}

// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size.
std::optional<int64_t> parse_unix(std::string_view text) {
  const std::string_view whole = text.substr(0, text.find('.'));
  const std::optional<int64_t> value = parse_int(whole);
  if (!value.has_value() || whole.size() < 10 || !parse_double(text).has_value())
    return std::nullopt;
  if (*value >= 100'000'000'000'000'000) return *value / 1'000'000'000;
  if (*value >= 100'000'000'000'000) return *value / 1'000'000;
  if (*value >= 100'000'000'000) return *value / 1'000;
  return *value;
}

}  // namespace

int64_t civil_seconds(int year, int month, int day, int hour, int minute, int second) {
  const std::chrono::sys_days date{std::chrono::year(year) / month / day};
  return int64_t{date.time_since_epoch().count()} * kSecondsPerDay + hour * 3600 + minute * 60 +
         second;
}

std::string iso_time(int64_t seconds) {
  int64_t days = seconds / kSecondsPerDay, left = seconds % kSecondsPerDay;
  if (left < 0) {
    left += kSecondsPerDay;
    --days;
  }
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  return format("%04d-%02u-%02uT%02d:%02d:%02d",
                static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()),
                static_cast<int>(left / 3600),
                static_cast<int>(left / 60 % 60),
                static_cast<int>(left % 60));
}

std::optional<int32_t> parse_utc_offset(std::string_view text) {
  text = trim(text);
  if (text == "Z" || text == "z") return 0;
  Fields fields{text};
  int hours = 0, minutes = 0;
  if (text.empty() || !fields.separator("+-") || !fields.number(1, 2, &hours)) return std::nullopt;
  fields.separator(":");
  if (!fields.rest.empty() && !fields.number(2, 2, &minutes)) return std::nullopt;
  if (!fields.rest.empty() || hours > 14 || minutes > 59) return std::nullopt;
  const int32_t seconds = hours * 3600 + minutes * 60;
  return text.front() == '-' ? -seconds : seconds;
}

std::optional<int64_t> parse_zoned_time(std::string_view text, std::optional<int32_t>* offset_s) {
  const auto civil = parse_time(text);
  if (!civil) return std::nullopt;
  text = trim(text);
  // The sign of an offset comes after the time of day; those before it part the date.
  const size_t clock = text.find(':', text.find_first_of("Tt "));
  const size_t zone = clock == std::string_view::npos ? clock : text.find_first_of("+-Zz", clock);
  const auto offset =
      zone == std::string_view::npos ? std::nullopt : parse_utc_offset(text.substr(zone));
  if (!offset) return civil;
  *offset_s = offset;
  return *civil - *offset;
}

namespace {

// "21.06.2015 12:00:00": with dots the day comes first; 21/06 and 06/21 nobody can tell apart.
std::optional<std::string> year_first(std::string_view text) {
  Fields fields{text};
  int day = 0, month = 0, year = 0;
  if (!fields.number(1, 2, &day) || !fields.separator(".") || !fields.number(1, 2, &month) ||
      !fields.separator(".") || !fields.number(4, 4, &year))
    return std::nullopt;
  return format("%04d-%02d-%02d", year, month, day) + std::string(fields.rest);
}

}  // namespace

std::optional<int64_t> parse_time(std::string_view text) {
  text = trim(text);
  if (const auto turned = year_first(text)) return parse_time(*turned);
  const std::string_view whole = text.substr(0, text.find('.'));
  bool all_digits = !whole.empty();
  for (const char c : whole) all_digits = all_digits && is_digit(c);
  // 12 and 14 digits are a date with time where they can be; other long numbers count from 1970.
  const bool compact = whole.size() == 12 || whole.size() == 14;
  if (all_digits && whole.size() >= 10 && !compact) return parse_unix(text);
  if (const auto civil = parse_civil(text)) return civil;
  return all_digits ? parse_unix(text) : std::nullopt;
}

std::optional<double> parse_precise_time(std::string_view text) {
  text = trim(text);
  const size_t point = text.find('.', text.find(':'));
  const auto whole = parse_time(text.substr(0, point));
  if (!whole || point == std::string_view::npos)
    return whole ? std::optional(static_cast<double>(*whole)) : std::nullopt;
  const auto rest = parse_double("0" + std::string(text.substr(point)));
  return rest ? std::optional(static_cast<double>(*whole) + *rest) : std::nullopt;
}

}  // namespace loci
