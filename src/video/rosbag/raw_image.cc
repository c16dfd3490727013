// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "raw_image.h"

#include "loci/base/text.h"

#include <algorithm>
#include <array>

namespace loci::internal {
namespace {

struct Encoding {
  std::string_view name;
  int channels = 1;
  int bytes = 1;               ///< a channel
  std::array<int, 3> order{};  ///< channels of red, green and blue
  std::string_view mosaic{};   ///< colours of the first two pixels of rows 0 and 1
  std::string_view yuv{};      ///< samples of two pixels of a row, which share one u and one v
};

constexpr std::array<int, 3> kRgb{0, 1, 2}, kBgr{2, 1, 0};
constexpr Encoding kEncodings[] = {
    {"rgb8", 3, 1, kRgb},
    {"bgr8", 3, 1, kBgr},
    {"rgba8", 4, 1, kRgb},
    {"bgra8", 4, 1, kBgr},
    {"rgb16", 3, 2, kRgb},
    {"bgr16", 3, 2, kBgr},
    {"rgba16", 4, 2, kRgb},
    {"bgra16", 4, 2, kBgr},
    {"mono8", 1, 1},
    {"mono16", 1, 2},
    {"8UC1", 1, 1},
    {"8UC3", 3, 1, kBgr},
    {"bayer_rggb8", 1, 1, {}, "rggb"},
    {"bayer_bggr8", 1, 1, {}, "bggr"},
    {"bayer_gbrg8", 1, 1, {}, "gbrg"},
    {"bayer_grbg8", 1, 1, {}, "grbg"},
    {"yuv422", 2, 1, {}, {}, "uyvy"},
    {"yuv422_yuy2", 2, 1, {}, {}, "yuyv"},
};

const Encoding* find_encoding(std::string_view name) {
  const auto* found = std::ranges::find(kEncodings, name, &Encoding::name);
  return found == std::end(kEncodings) ? nullptr : found;
}

uint8_t sample(const uint8_t* from, int bytes, bool big_endian) {
  if (bytes == 1) return *from;
  const uint32_t value = big_endian ? from[0] << 8 | from[1] : from[1] << 8 | from[0];
  return static_cast<uint8_t>((value * 255 + 32767) / 65535);
}

void copy_pixels(const RawImage& raw, const Encoding& encoding, Image* out) {
  for (int y = 0; y < out->height; ++y) {
    const uint8_t* from = raw.data.data() + uint64_t{raw.step} * static_cast<uint64_t>(y);
    for (int x = 0; x < out->width; ++x, from += encoding.channels * encoding.bytes) {
      uint8_t* to = out->at(x, y);
      for (size_t c = 0; c < 3; ++c) {
        to[c] = sample(from + encoding.order[c] * encoding.bytes, encoding.bytes, raw.big_endian);
      }
    }
  }
}

void interpolate_mosaic(const RawImage& raw, std::string_view mosaic, Image* out) {
  std::array<size_t, 4> colours{};
  for (size_t i = 0; i < 4; ++i) colours[i] = std::string_view("rgb").find(mosaic[i]);
  const auto colour = [&](int x, int y) {
    return colours[static_cast<size_t>((y & 1) * 2 + (x & 1))];
  };
  for (int y = 0; y < out->height; ++y) {
    for (int x = 0; x < out->width; ++x) {
      std::array<int, 3> sums{}, counts{};
      for (int v = std::max(y - 1, 0); v <= std::min(y + 1, out->height - 1); ++v) {
        const uint8_t* row = raw.data.data() + uint64_t{raw.step} * static_cast<uint64_t>(v);
        for (int u = std::max(x - 1, 0); u <= std::min(x + 1, out->width - 1); ++u) {
          sums[colour(u, v)] += row[u];
          ++counts[colour(u, v)];
        }
      }
      for (size_t c = 0; c < 3; ++c) {
        if (counts[c] > 0) out->at(x, y)[c] = static_cast<uint8_t>(sums[c] / counts[c]);
      }
      out->at(x, y)[colour(x, y)] =
          raw.data[uint64_t{raw.step} * static_cast<uint64_t>(y) + static_cast<uint64_t>(x)];
    }
  }
}

/// ITU-R BT.601 with luma 16 to 235 and chroma 16 to 240 around 128, as cv_bridge converts it.
void write_rgb(int y, int u, int v, uint8_t* to) {
  const auto byte = [](double value) {
    return static_cast<uint8_t>(std::clamp(value, 0.0, 255.0) + 0.5);
  };
  const double luma = 255.0 / 219 * (y - 16);
  to[0] = byte(luma + 1.596 * (v - 128));
  to[1] = byte(luma - 0.813 * (v - 128) - 0.391 * (u - 128));
  to[2] = byte(luma + 2.018 * (u - 128));
}

void convert_yuv(const RawImage& raw, std::string_view order, Image* out) {
  const size_t y_at = order.find('y'), u_at = order.find('u'), v_at = order.find('v');
  for (int y = 0; y < out->height; ++y) {
    const uint8_t* from = raw.data.data() + uint64_t{raw.step} * static_cast<uint64_t>(y);
    for (int x = 0; x < out->width; x += 2, from += 4) {
      write_rgb(from[y_at], from[u_at], from[v_at], out->at(x, y));
      write_rgb(from[y_at + 2], from[u_at], from[v_at], out->at(x + 1, y));
    }
  }
}

}  // namespace

bool is_readable_encoding(std::string_view encoding) { return find_encoding(encoding) != nullptr; }

Result<Image> to_image(const RawImage& raw) {
  const Encoding* encoding = find_encoding(raw.encoding);
  if (encoding == nullptr) {
    return unsupported(
        "encoding '" + printable(raw.encoding) +
        "'; expected rgb8, bgr8, rgba8, bgra8, mono8, mono16, yuv422 or an 8-bit bayer_...");
  }
  if (!encoding->yuv.empty() && raw.width % 2 != 0) {
    return corrupt(std::string(raw.encoding) +
                   format(": expected an even width, got %u", raw.width));
  }
  const uint64_t row =
      uint64_t{raw.width} * static_cast<uint64_t>(encoding->channels * encoding->bytes);
  // The last row may come without its padding.
  const bool empty = raw.width == 0 || raw.height == 0;
  if (empty || raw.step < row || raw.data.size() < row ||
      (raw.data.size() - row) / raw.step < raw.height - 1) {
    return corrupt(format("%u x %u pixels with rows of %u bytes do not fit into %zu bytes",
                          raw.width,
                          raw.height,
                          raw.step,
                          raw.data.size()));
  }
  Image out(static_cast<int>(raw.width), static_cast<int>(raw.height));
  if (!encoding->mosaic.empty()) {
    interpolate_mosaic(raw, encoding->mosaic, &out);
  } else if (!encoding->yuv.empty()) {
    convert_yuv(raw, encoding->yuv, &out);
  } else {
    copy_pixels(raw, *encoding, &out);
  }
  return out;
}

}  // namespace loci::internal
