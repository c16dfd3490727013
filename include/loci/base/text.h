// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loci {

/// printf into a std::string.
std::string format(const char* pattern, ...) __attribute__((format(printf, 1, 2)));

std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);
bool ends_with_any(std::string_view text, const std::vector<std::string>& endings);
/// Whole text as a number, or nothing: no trailing words, no locale.
std::optional<double> parse_double(std::string_view text);
std::optional<int64_t> parse_int(std::string_view text);

/// Text for HTML content and attributes; bytes that are no UTF-8 become U+FFFD.
std::string escape_html(std::string_view text);
/// A path for use in an URL: everything but letters, digits and "-_.~/" becomes %XX.
std::string escape_url_path(std::string_view path);
/// Valid UTF-8 made of any bytes: wrong ones become U+FFFD.
std::string to_utf8(std::string_view bytes);
/// A file name made readable on one line of a terminal: control characters as \n, \x1b.
std::string printable(std::string_view text);
/// A file name of at most 200 bytes: a longer one is cut before its ending and told apart by a hash, so that a suffix
/// still fits into the 255 bytes that file systems allow.
std::string short_file_name(const std::string& name);
/// Byte by byte, but runs of digits by their value: "frame_2" before "frame_10".
bool natural_less(std::string_view a, std::string_view b);
/// "1.5 GiB"
std::string human_bytes(double bytes);
/// "2 h 05 min", "38 s"
std::string human_seconds(double seconds);

/// RFC 4180 rows: quoted fields, doubled quotes, line breaks inside quotes, CRLF, a UTF-8 byte-order mark.
std::vector<std::vector<std::string>> parse_csv(std::string_view text, char separator = ',');
std::string csv_field(std::string_view text);

}  // namespace loci
