// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "raw_image.h"

#include "loci/base/text.h"
#include "loci/image/deep_grey.h"

#include <algorithm>
#include <array>
#include <vector>

namespace loci::internal {
namespace {

enum class Layout {
  kChannels,  ///< samples of a pixel one after the other
  kGrey16,
  kMosaic,  ///< one sample a pixel, behind a filter of a colour
  kPairs,   ///< four samples for two pixels of a row, which share one u and one v
  kPlanes,  ///< all y, then u and v for each square of four pixels
  k565,     ///< 16 bits a pixel
};

struct Encoding {
  std::string_view name;  ///< in small letters
  Layout layout = Layout::kChannels;
  int channels = 1;            ///< of a pixel
  int bytes = 1;               ///< a channel
  std::array<int, 3> order{};  ///< kChannels: those of red, green and blue
  /// kMosaic: colours of the first two pixels of rows 0 and 1; kPairs: samples; kPlanes: which of u and v is first
  std::string_view detail{};
  bool chosen = true;  ///< also where nobody named its topic: not depth
};

constexpr std::array<int, 3> kRgb{0, 1, 2}, kBgr{2, 1, 0};
constexpr Encoding kEncodings[] = {
    {"rgb8", Layout::kChannels, 3, 1, kRgb},
    {"bgr8", Layout::kChannels, 3, 1, kBgr},
    {"rgba8", Layout::kChannels, 4, 1, kRgb},
    {"bgra8", Layout::kChannels, 4, 1, kBgr},
    {"rgb16", Layout::kChannels, 3, 2, kRgb},
    {"bgr16", Layout::kChannels, 3, 2, kBgr},
    {"rgba16", Layout::kChannels, 4, 2, kRgb},
    {"bgra16", Layout::kChannels, 4, 2, kBgr},
    {"mono8", Layout::kChannels, 1, 1},
    {"8uc1", Layout::kChannels, 1, 1},
    {"8uc3", Layout::kChannels, 3, 1, kBgr},
    {"8uc4", Layout::kChannels, 4, 1, kBgr},
    {"mono16", Layout::kGrey16, 1, 2},
    {"16uc1", Layout::kGrey16, 1, 2, {}, {}, false},
    {"bayer_rggb8", Layout::kMosaic, 1, 1, {}, "rggb"},
    {"bayer_bggr8", Layout::kMosaic, 1, 1, {}, "bggr"},
    {"bayer_gbrg8", Layout::kMosaic, 1, 1, {}, "gbrg"},
    {"bayer_grbg8", Layout::kMosaic, 1, 1, {}, "grbg"},
    {"bayer_rggb16", Layout::kMosaic, 1, 2, {}, "rggb"},
    {"bayer_bggr16", Layout::kMosaic, 1, 2, {}, "bggr"},
    {"bayer_gbrg16", Layout::kMosaic, 1, 2, {}, "gbrg"},
    {"bayer_grbg16", Layout::kMosaic, 1, 2, {}, "grbg"},
    {"yuv422", Layout::kPairs, 2, 1, {}, "uyvy"},
    {"uyvy", Layout::kPairs, 2, 1, {}, "uyvy"},
    {"yuv422_yuy2", Layout::kPairs, 2, 1, {}, "yuyv"},
    {"yuyv", Layout::kPairs, 2, 1, {}, "yuyv"},
    {"nv12", Layout::kPlanes, 1, 1, {}, "uv"},
    {"nv21", Layout::kPlanes, 1, 1, {}, "vu"},
    {"rgb565", Layout::k565, 1, 2, kRgb},
    {"bgr565", Layout::k565, 1, 2, kBgr},
};

const Encoding* find_encoding(std::string_view name) {
  const auto* found = std::ranges::find(kEncodings, to_lower(name), &Encoding::name);
  return found == std::end(kEncodings) ? nullptr : found;
}

const uint8_t* row_of(const RawImage& raw, int y) {
  return raw.data.data() + uint64_t{raw.step} * static_cast<uint64_t>(y);
}

uint32_t value_16(const uint8_t* from, bool big_endian) {
  return big_endian ? uint32_t{from[0]} << 8 | from[1] : uint32_t{from[1]} << 8 | from[0];
}

uint8_t sample(const uint8_t* from, int bytes, bool big_endian) {
  if (bytes == 1) return *from;
  return static_cast<uint8_t>((value_16(from, big_endian) * 255 + 32767) / 65535);
}

/// Channels of one byte, their number and order known to the compiler.
template <int kChannels, int kRed, int kGreen, int kBlue>
void copy_bytes(const RawImage& raw, Image* out) {
  for (int y = 0; y < out->height; ++y) {
    const uint8_t* from = row_of(raw, y);
    uint8_t* to = out->at(0, y);
    for (int x = 0; x < out->width; ++x, from += kChannels, to += 3) {
      to[0] = from[kRed];
      to[1] = from[kGreen];
      to[2] = from[kBlue];
    }
  }
}

void copy_pixels(const RawImage& raw, const Encoding& encoding, Image* out) {
  const bool rgb = encoding.order == kRgb;
  if (encoding.bytes == 1) {
    if (encoding.channels == 1) return copy_bytes<1, 0, 0, 0>(raw, out);
    if (encoding.channels == 3)
      return rgb ? copy_bytes<3, 0, 1, 2>(raw, out) : copy_bytes<3, 2, 1, 0>(raw, out);
    return rgb ? copy_bytes<4, 0, 1, 2>(raw, out) : copy_bytes<4, 2, 1, 0>(raw, out);
  }
  for (int y = 0; y < out->height; ++y) {
    const uint8_t* from = row_of(raw, y);
    for (int x = 0; x < out->width; ++x, from += encoding.channels * encoding.bytes) {
      uint8_t* to = out->at(x, y);
      for (size_t c = 0; c < 3; ++c) {
        to[c] = sample(from + encoding.order[c] * encoding.bytes, encoding.bytes, raw.big_endian);
      }
    }
  }
}

/// One sample a pixel as bytes without padding.
std::vector<uint8_t> samples(const RawImage& raw, const Encoding& encoding) {
  const size_t width = raw.width, height = raw.height;
  std::vector<uint8_t> out(width * height);
  if (encoding.bytes == 1) {
    for (size_t y = 0; y < height; ++y)
      std::copy_n(row_of(raw, static_cast<int>(y)), width, out.data() + y * width);
    return out;
  }
  std::vector<uint16_t> deep(width * height);
  for (size_t y = 0; y < height; ++y) {
    const uint8_t* from = row_of(raw, static_cast<int>(y));
    for (size_t x = 0; x < width; ++x)
      deep[y * width + x] = static_cast<uint16_t>(value_16(from + 2 * x, raw.big_endian));
  }
  deep_grey(deep, out);
  return out;
}

void copy_grey(const std::vector<uint8_t>& grey, Image* out) {
  for (size_t i = 0; i < grey.size(); ++i) std::fill_n(out->pixels.data() + 3 * i, 3, grey[i]);
}

void interpolate_mosaic(const std::vector<uint8_t>& grey, std::string_view mosaic, Image* out) {
  std::array<size_t, 4> colours{};
  for (size_t i = 0; i < 4; ++i) colours[i] = std::string_view("rgb").find(mosaic[i]);
  const auto colour = [&](int x, int y) {
    return colours[static_cast<size_t>((y & 1) * 2 + (x & 1))];
  };
  const auto row = [&](int y) {
    return grey.data() + static_cast<size_t>(y) * static_cast<size_t>(out->width);
  };
  for (int y = 0; y < out->height; ++y) {
    for (int x = 0; x < out->width; ++x) {
      std::array<int, 3> sums{}, counts{};
      for (int v = std::max(y - 1, 0); v <= std::min(y + 1, out->height - 1); ++v) {
        for (int u = std::max(x - 1, 0); u <= std::min(x + 1, out->width - 1); ++u) {
          sums[colour(u, v)] += row(v)[u];
          ++counts[colour(u, v)];
        }
      }
      for (size_t c = 0; c < 3; ++c) {
        if (counts[c] > 0) out->at(x, y)[c] = static_cast<uint8_t>(sums[c] / counts[c]);
      }
      out->at(x, y)[colour(x, y)] = row(y)[x];
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

void convert_pairs(const RawImage& raw, std::string_view order, Image* out) {
  const size_t y_at = order.find('y'), u_at = order.find('u'), v_at = order.find('v');
  for (int y = 0; y < out->height; ++y) {
    const uint8_t* from = row_of(raw, y);
    for (int x = 0; x < out->width; x += 2, from += 4) {
      write_rgb(from[y_at], from[u_at], from[v_at], out->at(x, y));
      write_rgb(from[y_at + 2], from[u_at], from[v_at], out->at(x + 1, y));
    }
  }
}

void convert_planes(const RawImage& raw, std::string_view order, Image* out) {
  const size_t u_at = order.find('u'), v_at = order.find('v');
  for (int y = 0; y < out->height; ++y) {
    const uint8_t* luma = row_of(raw, y);
    const uint8_t* chroma = row_of(raw, out->height + y / 2);
    for (int x = 0; x < out->width; ++x) {
      const uint8_t* of_pair = chroma + (x & ~1);
      write_rgb(luma[x], of_pair[u_at], of_pair[v_at], out->at(x, y));
    }
  }
}

void convert_565(const RawImage& raw, const std::array<int, 3>& order, Image* out) {
  for (int y = 0; y < out->height; ++y) {
    const uint8_t* from = row_of(raw, y);
    for (int x = 0; x < out->width; ++x, from += 2) {
      const uint32_t v = value_16(from, raw.big_endian);
      const uint32_t parts[] = {
          (v >> 11) * 255 / 31, (v >> 5 & 63) * 255 / 63, (v & 31) * 255 / 31};
      for (size_t c = 0; c < 3; ++c) out->at(x, y)[c] = static_cast<uint8_t>(parts[order[c]]);
    }
  }
}

Status check_size(const RawImage& raw, const Encoding& encoding) {
  const bool planes = encoding.layout == Layout::kPlanes;
  if ((planes || encoding.layout == Layout::kPairs) && raw.width % 2 != 0) {
    return corrupt(std::string(raw.encoding) +
                   format(": expected an even width, got %u", raw.width));
  }
  if (planes && raw.height % 2 != 0) {
    return corrupt(std::string(raw.encoding) +
                   format(": expected an even height, got %u", raw.height));
  }
  const uint64_t row =
      uint64_t{raw.width} * static_cast<uint64_t>(encoding.channels * encoding.bytes);
  const uint64_t rows = uint64_t{raw.height} + (planes ? raw.height / 2 : 0);
  // The last row may come without its padding.
  const bool empty = raw.width == 0 || raw.height == 0;
  if (empty || raw.step < row || raw.data.size() < row ||
      (raw.data.size() - row) / raw.step < rows - 1) {
    return corrupt(format("%u x %u pixels with rows of %u bytes do not fit into %zu bytes",
                          raw.width,
                          raw.height,
                          raw.step,
                          raw.data.size()));
  }
  return {};
}

}  // namespace

bool is_readable_encoding(std::string_view encoding) {
  const Encoding* found = find_encoding(encoding);
  return found != nullptr && found->chosen;
}

Result<Image> to_image(const RawImage& raw) {
  const Encoding* encoding = find_encoding(raw.encoding);
  if (encoding == nullptr) {
    return unsupported("encoding '" + printable(raw.encoding) +
                       "'; expected rgb8, bgr8, rgba8, bgra8, mono8, mono16, yuv422, nv12, nv21, "
                       "rgb565 or a bayer_... of 8 or 16 bits");
  }
  LOCI_RETURN_IF_ERROR(check_size(raw, *encoding));
  Image out(static_cast<int>(raw.width), static_cast<int>(raw.height));
  switch (encoding->layout) {
    case Layout::kChannels:
      copy_pixels(raw, *encoding, &out);
      break;
    case Layout::kGrey16:
      copy_grey(samples(raw, *encoding), &out);
      break;
    case Layout::kMosaic:
      interpolate_mosaic(samples(raw, *encoding), encoding->detail, &out);
      break;
    case Layout::kPairs:
      convert_pairs(raw, encoding->detail, &out);
      break;
    case Layout::kPlanes:
      convert_planes(raw, encoding->detail, &out);
      break;
    case Layout::k565:
      convert_565(raw, encoding->order, &out);
      break;
  }
  return out;
}

}  // namespace loci::internal
