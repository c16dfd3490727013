// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bytes.h"
#include "codecs.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

namespace loci::internal {
namespace {

using Bytes = std::span<const uint8_t>;
using Masks = std::array<uint32_t, 3>;  // R G B

constexpr uint32_t kFileHeader = 14;
enum Compression : uint32_t { kPlain = 0, kRle8 = 1, kRle4 = 2, kMasks = 3, kAlphaMasks = 6 };

/// The part of a BMP's headers that pixels depend on.
struct Layout {
  uint32_t bits = 0;
  uint32_t compression = kPlain;
  bool from_top = false;
  uint64_t pixels_at = 0;
  uint64_t palette_at = 0;
  uint32_t palette_entry = 4;  ///< bytes: 3 in the oldest files
  uint32_t colours = 0;
  Masks masks{};
};

Layout read_layout(Bytes bytes) {
  ByteReader in(bytes, false);
  Layout layout;
  layout.pixels_at = in.u32(10);
  const uint32_t size = in.u32(kFileHeader);
  layout.palette_at = uint64_t{kFileHeader} + size;
  if (size == 12) {
    layout.bits = in.u16(24);
    layout.palette_entry = 3;
  } else {
    layout.from_top = (in.u32(22) & 0x80000000u) != 0;
    layout.bits = in.u16(28);
    layout.compression = in.u32(30);
    layout.colours = in.u32(46);
  }
  if (layout.bits == 16) layout.masks = {0x7C00, 0x3E0, 0x1F};
  if (layout.bits == 32) layout.masks = {0xFF0000, 0xFF00, 0xFF};
  if (layout.compression == kMasks || layout.compression == kAlphaMasks) {
    // Behind a header of 40 bytes or inside a longer one, which comes to the same place.
    layout.masks = {in.u32(54), in.u32(58), in.u32(62)};
  }
  // With more bits the number only advises a screen of few colours.
  const uint32_t most = layout.bits <= 8 ? 1u << layout.bits : 0;
  if (layout.colours == 0 || layout.colours > most) layout.colours = most;
  return layout;
}

/// Why pixels of this layout are not read, or nothing.
std::string why_not(const Layout& layout, uint32_t header_size) {
  if (header_size != 12 && header_size < 40) {
    return "has a header of " + std::to_string(header_size) + " bytes";
  }
  if (layout.compression == kRle8 || layout.compression == kRle4) return "is run-length coded";
  const bool masks = layout.compression == kMasks || layout.compression == kAlphaMasks;
  if (layout.compression != kPlain && !masks) {
    return "is compressed by method " + std::to_string(layout.compression);
  }
  const bool wide = layout.bits == 16 || layout.bits == 32;
  const bool known =
      wide || layout.bits == 1 || layout.bits == 4 || layout.bits == 8 || layout.bits == 24;
  if (!known || (masks && !wide)) {
    return "has " + std::to_string(layout.bits) + " bits a pixel" + (masks ? " with masks" : "");
  }
  return "";
}

/// Colours of a palette; those it lacks are black.
std::array<uint8_t, 256 * 3> read_palette(Bytes bytes, const Layout& layout) {
  std::array<uint8_t, 256 * 3> palette{};
  ByteReader in(bytes, false);
  for (uint64_t i = 0; i < layout.colours; ++i) {
    const uint32_t bgr = in.u24(layout.palette_at + i * layout.palette_entry);
    palette[i * 3] = static_cast<uint8_t>(bgr >> 16);
    palette[i * 3 + 1] = static_cast<uint8_t>(bgr >> 8);
    palette[i * 3 + 2] = static_cast<uint8_t>(bgr);
  }
  return palette;
}

/// The part of `pixel` under `mask`, scaled to 0 to 255.
uint8_t under_mask(uint32_t pixel, uint32_t mask) {
  if (mask == 0) return 0;
  const int shift = std::countr_zero(mask);
  const uint64_t most = mask >> shift, value = (pixel & mask) >> shift;
  return static_cast<uint8_t>(most == 255 ? value : (value * 255 + most / 2) / most);
}

void read_row(const uint8_t* row,
              const Layout& layout,
              const std::array<uint8_t, 256 * 3>& palette,
              int width,
              uint8_t* to) {
  const uint32_t bits = layout.bits;
  for (size_t x = 0; x < static_cast<size_t>(width); ++x, to += 3) {
    if (bits == 24) {
      to[0] = row[3 * x + 2];
      to[1] = row[3 * x + 1];
      to[2] = row[3 * x];
    } else if (bits > 8) {
      const uint8_t* at = row + x * (bits / 8);
      uint32_t pixel = at[0] | uint32_t{at[1]} << 8;
      if (bits == 32) pixel |= uint32_t{at[2]} << 16 | uint32_t{at[3]} << 24;
      for (size_t c = 0; c < 3; ++c) to[c] = under_mask(pixel, layout.masks[c]);
    } else {
      const size_t per_byte = 8 / bits;
      const auto shift = static_cast<uint32_t>(8 - bits * (x % per_byte + 1));
      const size_t index = row[x / per_byte] >> shift & ((1u << bits) - 1);
      std::copy_n(palette.data() + 3 * index, 3, to);
    }
  }
}

}  // namespace

Result<Image> decode_bmp(std::span<const uint8_t> bytes,
                         std::string_view where,
                         const Header& header) {
  const Layout layout = read_layout(bytes);
  const uint32_t header_size = ByteReader(bytes, false).u32(kFileHeader);
  if (const std::string reason = why_not(layout, header_size); !reason.empty()) {
    return unsupported(printable(where) + ": the BMP file " + reason +
                       ", which this build does not read; convert it to PNG");
  }
  const uint64_t used = (header.width * layout.bits + 7) / 8, stride = (used + 3) / 4 * 4;
  uint64_t needed = 0;  // the padding of the last row may be missing
  if (!checked_mul(stride, header.height - 1, &needed) ||
      !ByteReader(bytes, false).has(layout.pixels_at, needed) ||
      !ByteReader(bytes, false).has(layout.pixels_at + needed, used)) {
    return cut_short(header, where, bytes.size());
  }
  const auto palette = read_palette(bytes, layout);
  Image image(static_cast<int>(header.width), static_cast<int>(header.height));
  for (int y = 0; y < image.height; ++y) {
    const auto row = static_cast<uint64_t>(layout.from_top ? y : image.height - 1 - y);
    read_row(bytes.data() + layout.pixels_at + row * stride,
             layout,
             palette,
             image.width,
             image.at(0, y));
  }
  return image;
}

}  // namespace loci::internal
