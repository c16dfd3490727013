// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "codecs.h"

#include "loci/base/file.h"

#include <algorithm>
#include <optional>

namespace loci::internal {
namespace {

bool is_space(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/// Numbers in text, with comments from # to the end of a line.
class Words {
 public:
  explicit Words(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  /// The next number of at most `digits` digits; nothing where there is none.
  std::optional<uint32_t> number(int digits) {
    while (at_ < bytes_.size() && (is_space(bytes_[at_]) || bytes_[at_] == '#')) {
      if (bytes_[at_] == '#') {
        skip_line();
      } else {
        ++at_;
      }
    }
    const size_t begin = at_;
    uint32_t value = 0;
    for (; at_ < bytes_.size() && is_digit(bytes_[at_]) && digits > 0; ++at_, --digits) {
      value = value * 10 + (bytes_[at_] - uint32_t{'0'});
    }
    return at_ > begin ? std::optional(value) : std::nullopt;
  }

  /// What is behind the one white space (or the comment) that ends a header.
  std::span<const uint8_t> rest() {
    if (at_ < bytes_.size() && bytes_[at_] == '#') skip_line();
    if (at_ < bytes_.size() && is_space(bytes_[at_])) ++at_;
    return bytes_.subspan(at_);
  }

 private:
  void skip_line() {
    while (at_ < bytes_.size() && bytes_[at_] != '\n' && bytes_[at_] != '\r') ++at_;
  }

  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
};

/// 0 to `most` becomes 0 to 255. Of 16 full bits the upper 8 count, as in other formats.
uint8_t scale(uint32_t value, uint32_t most) {
  if (most == 255) return static_cast<uint8_t>(std::min(value, most));
  if (most == 65535) return static_cast<uint8_t>(value >> 8);
  return static_cast<uint8_t>((uint64_t{std::min(value, most)} * 255 + most / 2) / most);
}

}  // namespace

Result<Image> decode_pnm(std::span<const uint8_t> bytes,
                         std::string_view where,
                         const Header& header) {
  const int kind = bytes[1] - '0';  // 1 to 3 in text, 4 to 6 binary: bits, grey, colours
  const bool text = kind <= 3, bits = kind == 1 || kind == 4;
  const uint64_t channels = kind == 3 || kind == 6 ? 3 : 1;
  Words words(bytes.subspan(2));
  const auto width = words.number(10), height = words.number(10);
  if (!width || !height || !same_size(header, *width, *height)) {
    return undecodable(header, where, "its size is no number");
  }
  uint32_t most = 1;
  if (!bits) {
    const auto said = words.number(9);
    if (!said || *said == 0 || *said > 65535) {
      return undecodable(
          header,
          where,
          "its largest value must be 1 to 65535" + (said ? ", not " + std::to_string(*said) : ""));
    }
    most = *said;
  }
  const std::span<const uint8_t> data = words.rest();
  const uint64_t sample_bytes = !text && most > 255 ? 2 : 1;
  uint64_t row = channels * header.width * sample_bytes;
  if (kind == 4) row = (header.width + 7) / 8;
  // In text a sample takes a digit and, but for bits, a space.
  if (text && !bits) row *= 2;
  uint64_t needed = 0;
  if (!checked_mul(row, header.height, &needed) || needed > data.size() + (text && !bits ? 1 : 0)) {
    return cut_short(header, where, bytes.size());
  }
  Image image(static_cast<int>(header.width), static_cast<int>(header.height));
  Words samples(data);
  for (int y = 0; y < image.height; ++y) {
    const uint8_t* from = data.data() + static_cast<uint64_t>(y) * row;
    uint8_t* to = image.at(0, y);
    if (kind == 6 && most == 255) {
      std::copy_n(from, row, to);
      continue;
    }
    for (uint64_t i = 0; i < channels * header.width; ++i) {
      uint32_t value = 0;
      if (text) {
        const auto read = samples.number(bits ? 1 : 9);
        if (!read) return cut_short(header, where, bytes.size());
        value = std::min(*read, most);
      } else if (bits) {
        value = from[i / 8] >> (7 - i % 8) & 1u;
      } else {
        value = sample_bytes == 2 ? uint32_t{from[2 * i]} << 8 | from[2 * i + 1] : from[i];
      }
      const uint8_t shade = scale(bits ? 1 - value : value, most);  // a set bit is ink
      if (channels == 3) {
        to[i] = shade;
      } else {
        std::fill_n(to + 3 * i, 3, shade);
      }
    }
  }
  return image;
}

}  // namespace loci::internal
