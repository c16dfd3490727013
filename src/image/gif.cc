// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bytes.h"
#include "codecs.h"

#include <algorithm>
#include <array>
#include <vector>

// GIF89a: a screen, palettes, and frames of LZW codes of 3 to 12 bits. The first frame alone is read.
namespace loci::internal {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr int kCodes = 4096;
// A code of 12 bits stands for at most 4096 pixels.
constexpr uint64_t kPixelsOfAByte = 2731;

/// The sub-blocks that begin at `at`, put together; `at` moves behind them.
std::vector<uint8_t> sub_blocks(Bytes bytes, uint64_t* at) {
  std::vector<uint8_t> out;
  while (*at < bytes.size() && bytes[*at] != 0) {
    const uint64_t length = std::min<uint64_t>(bytes[*at], bytes.size() - *at - 1);
    const Bytes part = bytes.subspan(*at + 1, length);
    out.insert(out.end(), part.begin(), part.end());
    *at += 1 + length;
  }
  ++*at;
  return out;
}

/// Colour numbers of at most `count` pixels.
std::vector<uint8_t> unpack(const std::vector<uint8_t>& data, int first_bits, uint64_t count) {
  std::vector<uint8_t> out;
  out.reserve(count);
  const int clear = 1 << first_bits, end = clear + 1;
  std::array<uint16_t, kCodes> before{};
  std::array<uint8_t, kCodes> last{};
  std::array<uint8_t, kCodes> pixels{};
  int bits = first_bits + 1, next = end + 1, previous = -1;
  uint32_t held = 0;
  int held_bits = 0;
  uint8_t first = 0;
  for (size_t at = 0; out.size() < count;) {
    while (held_bits < bits && at < data.size()) {
      held |= uint32_t{data[at++]} << held_bits;
      held_bits += 8;
    }
    if (held_bits < bits) break;
    const int code = static_cast<int>(held & ((1u << bits) - 1));
    held >>= bits;
    held_bits -= bits;
    if (code == clear) {
      bits = first_bits + 1;
      next = end + 1;
      previous = -1;
      continue;
    }
    if (code == end || code > next || (code == next && previous < 0)) break;
    // A code that is only being made begins and ends with the first pixel of the one before.
    int from = code;
    size_t length = 0;
    if (code == next) {
      pixels[length++] = first;
      from = previous;
    }
    while (from > end) {
      pixels[length++] = last[static_cast<size_t>(from)];
      from = before[static_cast<size_t>(from)];
    }
    first = static_cast<uint8_t>(from);
    pixels[length++] = first;
    const size_t room = static_cast<size_t>(count) - out.size();
    for (size_t i = 0; i < std::min(length, room); ++i) out.push_back(pixels[length - 1 - i]);
    if (previous >= 0 && next < kCodes) {
      before[static_cast<size_t>(next)] = static_cast<uint16_t>(previous);
      last[static_cast<size_t>(next)] = first;
      ++next;
      if (next == 1 << bits && bits < 12) ++bits;
    }
    previous = code;
  }
  return out;
}

struct Frame {
  uint64_t left = 0, top = 0, width = 0, height = 0;
  bool interlaced = false;
  Bytes palette;
  std::vector<uint8_t> pixels;
};

/// Rows of an interlaced frame come in four passes.
std::vector<uint64_t> row_order(const Frame& frame) {
  std::vector<uint64_t> rows;
  const auto pass = [&](uint64_t from, uint64_t step) {
    for (uint64_t y = from; y < frame.height; y += step) rows.push_back(y);
  };
  if (!frame.interlaced) {
    pass(0, 1);
  } else {
    pass(0, 8);
    pass(4, 8);
    pass(2, 4);
    pass(1, 2);
  }
  return rows;
}

void draw(const Frame& frame, Image* image) {
  const std::vector<uint64_t> rows = row_order(frame);
  for (uint64_t i = 0; i < frame.height; ++i) {
    const uint64_t y = frame.top + rows[i];
    for (uint64_t x = 0; x < frame.width; ++x) {
      const size_t colour = size_t{frame.pixels[i * frame.width + x]} * 3;
      const uint64_t to_x = frame.left + x;
      if (y >= static_cast<uint64_t>(image->height) || to_x >= static_cast<uint64_t>(image->width))
        continue;
      if (colour + 3 > frame.palette.size()) continue;
      std::copy_n(
          frame.palette.data() + colour, 3, image->at(static_cast<int>(to_x), static_cast<int>(y)));
    }
  }
}

}  // namespace

Result<Image> decode_gif(Bytes bytes, std::string_view where, const Header& header) {
  if (header.width * header.height / kPixelsOfAByte > bytes.size())
    return cut_short(header, where, bytes.size());
  ByteReader in(bytes, false);
  const auto palette_bytes = [](uint32_t flags) { return uint64_t{3} << ((flags & 7) + 1); };
  const uint32_t screen = in.u8(10), background = in.u8(11);
  uint64_t at = 13;
  Bytes palette;
  if ((screen & 0x80) != 0) {
    palette = in.part(at, palette_bytes(screen));
    at += palette_bytes(screen);
  }
  while (in.has(at, 1)) {
    const uint32_t kind = in.u8(at++);
    if (kind == 0x21) {  // an extension: its label, then sub-blocks
      ++at;
      sub_blocks(bytes, &at);
      continue;
    }
    if (kind != 0x2C) break;
    Frame frame;
    frame.left = in.u16(at);
    frame.top = in.u16(at + 2);
    frame.width = in.u16(at + 4);
    frame.height = in.u16(at + 6);
    const uint32_t flags = in.u8(at + 8);
    frame.interlaced = (flags & 0x40) != 0;
    frame.palette = palette;
    at += 9;
    if ((flags & 0x80) != 0) {
      frame.palette = in.part(at, palette_bytes(flags));
      at += palette_bytes(flags);
    }
    const uint32_t first_bits = in.u8(at++);
    if (!in.ok() || first_bits < 1 || first_bits > 8 || frame.palette.empty())
      return undecodable(header, where, "its first frame has no colours or no codes");
    const uint64_t count = frame.width * frame.height;
    if (count / kPixelsOfAByte > bytes.size()) return cut_short(header, where, bytes.size());
    frame.pixels = unpack(sub_blocks(bytes, &at), static_cast<int>(first_bits), count);
    if (frame.pixels.size() < count) return undecodable(header, where, "it ends too early");
    Image image(static_cast<int>(header.width), static_cast<int>(header.height));
    if (const size_t from = size_t{background} * 3; from + 3 <= palette.size()) {
      for (size_t i = 0; i < image.pixels.size(); i += 3)
        std::copy_n(palette.data() + from, 3, image.pixels.data() + i);
    }
    draw(frame, &image);
    return image;
  }
  return undecodable(header, where, "it has no frame");
}

}  // namespace loci::internal
