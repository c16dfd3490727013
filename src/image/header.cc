// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "header.h"

#include "bytes.h"
#include "codecs.h"

#include "loci/base/text.h"

#include <array>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <string>

namespace loci::internal {
namespace {

struct Size {
  uint64_t width = 0, height = 0;
};
using Bytes = std::span<const uint8_t>;

std::optional<Size> jpeg_size(Bytes bytes) {
  std::optional<Size> size;
  walk_jpeg(bytes, [&](uint8_t marker, Bytes payload) {
    // SOF0 to SOF15 without DHT, JPG and DAC, which share the range.
    const bool frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame && payload.size() >= 6) {
      ByteReader in(payload, true);
      size = Size{in.u16(3), in.u16(1)};
    }
    return !frame;
  });
  return size;
}

std::optional<Size> png_size(Bytes bytes) {
  ByteReader in(bytes, true);
  const Size size{in.u32(16), in.u32(20)};
  if (!in.ok() || !has_text(bytes, 12, "IHDR")) return std::nullopt;
  return size;
}

std::optional<Size> bmp_size(Bytes bytes) {
  ByteReader in(bytes, false);
  const uint32_t header_size = in.u32(14);
  Size size;
  if (header_size == 12) {
    size = {in.u16(18), in.u16(20)};
  } else {
    const int64_t height = static_cast<int32_t>(in.u32(22));  // negative: rows from the top
    size = {in.u32(18), static_cast<uint64_t>(height < 0 ? -height : height)};
  }
  return in.ok() ? std::optional(size) : std::nullopt;
}

std::optional<Size> gif_size(Bytes bytes) {
  ByteReader in(bytes, false);
  const Size size{in.u16(6), in.u16(8)};
  return in.ok() ? std::optional(size) : std::nullopt;
}

std::optional<Size> webp_size(Bytes bytes) {
  ByteReader in(bytes, false);
  Size size;
  if (has_text(bytes, 12, "VP8X")) {
    size = {in.u24(24) + uint64_t{1}, in.u24(27) + uint64_t{1}};
  } else if (has_text(bytes, 12, "VP8L")) {
    const uint32_t packed = in.u32(21);
    size = {(packed & 0x3FFF) + uint64_t{1}, (packed >> 14 & 0x3FFF) + uint64_t{1}};
  } else if (has_text(bytes, 12, "VP8 ")) {
    size = {in.u16(26) & 0x3FFFu, in.u16(28) & 0x3FFFu};
  } else {
    return std::nullopt;
  }
  return in.ok() ? std::optional(size) : std::nullopt;
}

std::optional<Size> tiff_size(Bytes bytes) {
  ByteReader in(bytes, bytes[0] == 'M');
  const uint64_t ifd = in.u32(4);
  const uint32_t count = in.u16(ifd);
  Size size;
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    const uint64_t entry = ifd + 2 + 12 * uint64_t{i};
    const uint32_t tag = in.u16(entry);
    const uint64_t value = in.u16(entry + 2) == 3 ? in.u16(entry + 8) : in.u32(entry + 8);
    if (tag == 256) size.width = value;
    if (tag == 257) size.height = value;
  }
  return in.ok() ? std::optional(size) : std::nullopt;
}

/// "P6 # comment \n 640 480 255"
std::optional<Size> pnm_size(Bytes bytes) {
  std::array<uint64_t, 2> numbers{};
  size_t at = 2;
  for (uint64_t& number : numbers) {
    while (at < bytes.size() && (std::isspace(bytes[at]) != 0 || bytes[at] == '#')) {
      if (bytes[at] == '#') {
        while (at < bytes.size() && bytes[at] != '\n') ++at;
      } else {
        ++at;
      }
    }
    const size_t begin = at;
    while (at < bytes.size() && at < begin + 10 && std::isdigit(bytes[at]) != 0) {
      number = number * 10 + (bytes[at++] - uint64_t{'0'});
    }
    if (at == begin) return std::nullopt;
  }
  return Size{numbers[0], numbers[1]};
}

std::optional<Format> find_format(Bytes b) {
  if (b.size() >= 3 && b[0] == 0xFF && b[1] == 0xD8 && b[2] == 0xFF) return Format::kJpeg;
  if (has_text(b, 0, "\x89PNG\r\n\x1a\n")) return Format::kPng;
  if (has_text(b, 0, "RIFF") && has_text(b, 8, "WEBP")) return Format::kWebp;
  if (has_text(b, 0, "BM") && b.size() >= 18) return Format::kBmp;
  if (has_text(b, 0, std::string_view("II*\0", 4)) ||
      has_text(b, 0, std::string_view("MM\0*", 4))) {
    return Format::kTiff;
  }
  if (has_text(b, 0, "GIF87a") || has_text(b, 0, "GIF89a")) return Format::kGif;
  if (b.size() >= 3 && b[0] == 'P' && b[1] >= '1' && b[1] <= '6' && std::isspace(b[2]) != 0) {
    return Format::kPnm;
  }
  return std::nullopt;
}

/// The name of an image format that is recognised so that the message can say more than "no image".
const char* unread_format(Bytes b) {
  if (has_text(b, 4, "jP  ")) return "JPEG 2000";
  if (has_text(b, 0, std::string_view("II+\0", 4)) ||
      has_text(b, 0, std::string_view("MM\0+", 4))) {
    return "BigTIFF";
  }
  return nullptr;
}

std::optional<Size> find_size(Format format, Bytes bytes) {
  switch (format) {
    case Format::kJpeg:
      return jpeg_size(bytes);
    case Format::kPng:
      return png_size(bytes);
    case Format::kWebp:
      return webp_size(bytes);
    case Format::kBmp:
      return bmp_size(bytes);
    case Format::kTiff:
      return tiff_size(bytes);
    case Format::kPnm:
      return pnm_size(bytes);
    case Format::kGif:
      return gif_size(bytes);
  }
  return std::nullopt;
}

}  // namespace

const char* format_name(Format format) {
  switch (format) {
    case Format::kJpeg:
      return "jpeg";
    case Format::kPng:
      return "png";
    case Format::kWebp:
      return "webp";
    case Format::kBmp:
      return "bmp";
    case Format::kTiff:
      return "tiff";
    case Format::kPnm:
      return "pnm";
    case Format::kGif:
      return "gif";
  }
  return "";
}

Result<Header> read_header(Bytes bytes, std::string_view where) {
  const std::string name = printable(where);
  if (bytes.empty()) {
    return corrupt(name + ": the file is empty (0 bytes); an image was expected");
  }
  const std::optional<Format> format = find_format(bytes);
  if (!format) {
    if (const char* known = unread_format(bytes)) {
      return unsupported(name + ": is a " + known +
                         " file, which this build does not read; convert it to JPEG or PNG");
    }
    const size_t shown = bytes.size() < 12 ? bytes.size() : 12;
    return corrupt(name + ": is no image: it begins with '" +
                   printable(std::string_view(reinterpret_cast<const char*>(bytes.data()), shown)) +
                   "'; expected a JPEG, PNG, WebP, GIF, BMP, TIFF or PNM file");
  }
  const std::optional<Size> size = find_size(*format, bytes);
  if (!size) {
    return corrupt(name + ": the " + format_name(*format) +
                   " file ends (or breaks) before it says " + "how large the image is, after " +
                   std::to_string(bytes.size()) + " bytes");
  }
  if (size->width == 0 || size->height == 0) {
    return corrupt(name + ": the " + format_name(*format) + " header says " +
                   std::to_string(size->width) + " x " + std::to_string(size->height) +
                   " pixels; both sides must be at least 1");
  }
  return Header{*format, size->width, size->height};
}

bool is_out_of_memory(std::string_view reason) {
  const std::string text = to_lower(reason);
  for (const char* words : {"out of memory",
                            "insufficient memory",
                            "not enough memory",
                            "no space for",
                            "allocate memory"}) {
    if (text.find(words) != std::string::npos) return true;
  }
  return false;
}

Status undecodable(const Header& header, std::string_view where, std::string_view reason) {
  if (is_out_of_memory(reason)) return no_memory_for(header, where);
  return corrupt(printable(where) + ": the " + format_name(header.format) +
                 " image cannot be decoded: " + printable(reason));
}

Status no_memory_for(const Header& header, std::string_view where) {
  return io_error(printable(where) + ": not enough memory for " + std::to_string(header.width) +
                  " x " + std::to_string(header.height) +
                  " pixels; try again later, or make the image smaller");
}

Status cut_short(const Header& header, std::string_view where, uint64_t bytes) {
  return corrupt(printable(where) + ": the " + format_name(header.format) + " file's " +
                 std::to_string(bytes) + " bytes cannot hold the " + std::to_string(header.width) +
                 " x " + std::to_string(header.height) +
                 " pixels that its header says; it is cut short or damaged");
}

bool same_size(const Header& header, uint64_t width, uint64_t height) {
  return header.width == width && header.height == height;
}

}  // namespace loci::internal
