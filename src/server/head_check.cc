// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "head_check.h"

#include "loci/base/text.h"

#include <algorithm>
#include <string>
#include <vector>

namespace loci::internal {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_token_char(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}
/// Visible characters, spaces, tabs, and the bytes that RFC 9110 calls obs-text.
bool is_value_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7F);
}

/// Spaces and tabs at both ends, and nothing else: a form feed is no blank to the server behind.
std::string_view without_blanks(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

Response bad(const std::string& message) {
  return failure(Refusal::kInvalidArgument, "this is no HTTP request: " + message);
}

/// What the fields say of the body and of the server that is meant.
struct Fields {
  std::vector<std::string> hosts, lengths, codings;
  std::string expect, content_encoding;
};

std::optional<Response> read_field(std::string_view line, Fields* fields) {
  if (line.front() == ' ' || line.front() == '\t') return bad("a header line is folded");
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bad("a header line has no colon");
  const std::string name = to_lower(line.substr(0, colon));
  if (!is_token(name)) return bad("a header has the name '" + printable(name.substr(0, 60)) + "'");
  const std::string value(without_blanks(line.substr(colon + 1)));
  if (!std::all_of(value.begin(), value.end(), is_value_char))
    return bad("header '" + name + "' holds control characters");
  if (name == "host") fields->hosts.push_back(value);
  if (name == "content-length") fields->lengths.push_back(value);
  if (name == "transfer-encoding") fields->codings.push_back(to_lower(value));
  if (name == "expect") fields->expect = to_lower(value);
  if (name == "content-encoding") fields->content_encoding = to_lower(value);
  return std::nullopt;
}

std::optional<Response> check_line(std::string_view line, bool* old) {
  const size_t first = line.find(' ');
  const size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos || line.find(' ', second + 1) != std::string_view::npos)
    return bad("its first line is not METHOD TARGET VERSION");
  const std::string_view target = line.substr(first + 1, second - first - 1);
  const std::string_view version = line.substr(second + 1);
  if (!is_token(line.substr(0, first))) return bad("its method is no word");
  if (target.empty() || std::any_of(target.begin(), target.end(), [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F;
      })) {
    return bad("its address holds characters that must be percent-encoded");
  }
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return bad("it states no version of HTTP");
  }
  *old = version == "HTTP/1.0";
  if (!*old && version != "HTTP/1.1") {
    return failure(Refusal::kVersion, "this server speaks HTTP/1.1, not " + std::string(version));
  }
  return std::nullopt;
}

/// RFC 9112 6: one length or one coding, never both.
std::optional<Response> check_body(const Fields& fields, bool old) {
  if (fields.lengths.size() > 1) return bad("it has more than one Content-Length");
  if (!fields.lengths.empty()) {
    const std::string& length = fields.lengths.front();
    if (length.empty() || length.size() > 18 ||
        !std::all_of(length.begin(), length.end(), is_digit))
      return bad("its Content-Length is '" + printable(length.substr(0, 40)) + "'");
  }
  if (!fields.codings.empty()) {
    if (old) return bad("HTTP/1.0 knows no Transfer-Encoding");
    if (!fields.lengths.empty()) return bad("it has both Content-Length and Transfer-Encoding");
    if (fields.codings.size() > 1) return bad("it has more than one Transfer-Encoding");
    if (fields.codings.front() != "chunked") {
      return failure(Refusal::kNotImplemented,
                     "Transfer-Encoding '" + printable(fields.codings.front().substr(0, 60)) +
                         "' is not known here; send chunked, or a Content-Length");
    }
  }
  if (!fields.content_encoding.empty() && fields.content_encoding != "identity") {
    return failure(Refusal::kUnsupported,
                   "Content-Encoding '" + printable(fields.content_encoding.substr(0, 60)) +
                       "' is not read here; send the photo's bytes themselves");
  }
  if (!fields.expect.empty() && fields.expect != "100-continue") {
    return failure(Refusal::kExpectation,
                   "expectation '" + printable(fields.expect.substr(0, 60)) + "' cannot be met");
  }
  return std::nullopt;
}

}  // namespace

bool is_host(std::string_view text) {
  size_t end = text.find(':');
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    if (!std::all_of(text.begin() + 1, text.begin() + static_cast<int64_t>(end), [](char c) {
          return is_alnum(c) || c == ':' || c == '.';
        })) {
      return false;
    }
    ++end;
  } else {
    const std::string_view name = text.substr(0, end);
    if (!std::all_of(name.begin(), name.end(), [](char c) {
          return is_alnum(c) ||
                 std::string_view("-._~!$&'()*+,;=%").find(c) != std::string_view::npos;
        })) {
      return false;
    }
  }
  if (end >= text.size()) return true;
  const std::string_view port = text.substr(end + 1);
  return text[end] == ':' && port.size() <= 5 && std::all_of(port.begin(), port.end(), is_digit);
}

std::optional<Response> check_head(std::string_view head) {
  bool old = false;
  Fields fields;
  for (bool first = true;; first = false) {
    const size_t end = head.find("\r\n");
    if (end == std::string_view::npos) return bad("a line of its head does not end");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (line.find_first_of("\r\n") != std::string_view::npos)
      return bad("a line of its head does not end in CR LF");
    if (line.empty()) break;
    if (auto refusal = first ? check_line(line, &old) : read_field(line, &fields)) return refusal;
  }
  if (fields.hosts.size() > 1) return bad("it has more than one Host");
  if (fields.hosts.empty() && !old) return bad("it has no Host");
  if (!fields.hosts.empty() && !is_host(fields.hosts.front()))
    return bad("its Host is '" + printable(fields.hosts.front().substr(0, 100)) + "'");
  return check_body(fields, old);
}

}  // namespace loci::internal
