// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/text.h"

#include <algorithm>
#include <cstdint>

namespace loci {
namespace {

/// Length of the valid UTF-8 sequence at the start of `text`, 0 when there is none (RFC 3629, table 3-7 of Unicode).
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const auto tail = [&](size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!tail(1) || !tail(2)) return 0;
    if (first == 0xe0 && byte(1) < 0xa0) return 0;
    if (first == 0xed && byte(1) > 0x9f) return 0;  // surrogates
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) > 0x8f) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t length = utf8_length(bytes);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      bytes.remove_prefix(1);
    } else {
      out += bytes.substr(0, length);
      bytes.remove_prefix(length);
    }
  }
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : to_utf8(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string escape_url_path(std::string_view path) {
  std::string out;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~/").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += format("%%%02X", static_cast<unsigned>(static_cast<uint8_t>(c)));
    }
  }
  return out;
}

namespace {

/// Characters beyond ASCII that steer a terminal or turn the text around them: C1 controls (8-bit escape sequences), the
/// marks, embeddings, overrides and isolates of the bidirectional algorithm, and line and paragraph separators.
bool steers(uint32_t code) {
  return (code >= 0x80 && code <= 0x9F) || code == 0x061C || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/// The code point of a valid sequence of two or three bytes; 0 for any other.
uint32_t code_point(std::string_view sequence) {
  const auto bits = [&](size_t i) { return static_cast<uint32_t>(sequence[i]) & 0x3F; };
  if (sequence.size() == 2) return (static_cast<uint32_t>(sequence[0]) & 0x1F) << 6 | bits(1);
  if (sequence.size() == 3)
    return (static_cast<uint32_t>(sequence[0]) & 0x0F) << 12 | bits(1) << 6 | bits(2);
  return 0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  const std::string valid = to_utf8(text);
  for (size_t i = 0, length = 1; i < valid.size(); i += length) {
    const char c = valid[i];
    length = std::max<size_t>(utf8_length(std::string_view(valid).substr(i)), 1);
    if (length > 1) {
      const std::string_view sequence = std::string_view(valid).substr(i, length);
      const uint32_t code = code_point(sequence);
      if (steers(code)) {
        out += format("\\u%04x", static_cast<unsigned>(code));
      } else {
        out += sequence;
      }
      continue;
    }
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += format("\\x%02x", static_cast<unsigned>(static_cast<uint8_t>(c)));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace loci
