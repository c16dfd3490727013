// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bytes.h"
#include "codecs.h"

#include "loci/base/check.h"
#include "loci/base/text.h"
#include "loci/image/encode.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <new>
#include <png.h>
#include <string>
#include <vector>
#include <zlib.h>

namespace loci {
namespace {

using internal::Header;

/// What libpng's callbacks share with the code around them. libpng leaves a failed call by longjmp,
/// so functions that call setjmp own nothing.
struct Session {
  png_structp png = nullptr;
  png_infop info = nullptr;
  char reason[160] = "";
  std::span<const uint8_t> in;
  std::vector<uint8_t> out;
};

[[noreturn]] void on_error(png_structp png, png_const_charp text) {
  auto* session = static_cast<Session*>(png_get_error_ptr(png));
  std::snprintf(session->reason, sizeof session->reason, "%s", text);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void take_bytes(png_structp png, png_bytep to, size_t count) {
  auto* session = static_cast<Session*>(png_get_io_ptr(png));
  if (count > session->in.size()) png_error(png, "it ends too early");
  std::copy_n(session->in.data(), count, to);
  session->in = session->in.subspan(count);
}

void give_bytes(png_structp png, png_bytep from, size_t count) {
  auto* session = static_cast<Session*>(png_get_io_ptr(png));
  bool full = false;
  try {
    session->out.insert(session->out.end(), from, from + count);
  } catch (const std::bad_alloc&) {
    full = true;
  }
  if (full) png_error(png, "not enough memory");
}

struct Reader : Session {
  explicit Reader(std::span<const uint8_t> bytes) {
    in = bytes;
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png != nullptr) info = png_create_info_struct(png);
  }
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  bool deep = false;           ///< grey of 16 bits
  std::vector<uint16_t> grey;  ///< its values, in the order of this machine
};

struct Writer : Session {
  Writer() {
    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png != nullptr) info = png_create_info_struct(png);
  }
  ~Writer() { png_destroy_write_struct(&png, &info); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
};

/// Reads up to the pixels and asks for 8-bit RGB: 16 bits of colours lose their lower half, alpha is dropped.
bool start(Reader& reader) {
  png_structp png = reader.png;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_read_fn(png, static_cast<Session*>(&reader), take_bytes);
  png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);  // they were checked before
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);               // and so was the size
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  png_read_info(png, reader.info);
  const int colour = png_get_color_type(png, reader.info);
  if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if ((colour & PNG_COLOR_MASK_COLOR) == 0) {
    if (png_get_bit_depth(png, reader.info) < 8) png_set_expand_gray_1_2_4_to_8(png);
  }
  png_set_strip_alpha(png);
  reader.deep = colour == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png, reader.info) == 16;
  if (reader.deep) return true;  // its 16 bits, to be spread
  if ((colour & PNG_COLOR_MASK_COLOR) == 0) png_set_gray_to_rgb(png);
  png_set_strip_16(png);
  return true;
}

/// Grey of 16 bits.
bool read_deep_rows(Reader& reader, uint32_t width, uint32_t height) {
  png_structp png = reader.png;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_swap(png);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader.info);
  if (png_get_rowbytes(png, reader.info) != size_t{2} * width) {
    png_error(png, "its rows are of a kind that is not read");
  }
  for (int pass = 0; pass < passes; ++pass) {
    for (uint32_t y = 0; y < height; ++y) {
      png_read_row(
          png, reinterpret_cast<png_bytep>(reader.grey.data() + size_t{y} * width), nullptr);
    }
  }
  png_read_end(png, nullptr);
  return true;
}

bool read_rows(Reader& reader, Image& image) {
  png_structp png = reader.png;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader.info);
  if (png_get_rowbytes(png, reader.info) != size_t{3} * static_cast<size_t>(image.width)) {
    png_error(png, "its rows are of a kind that is not read");
  }
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < image.height; ++y) png_read_row(png, image.at(0, y), nullptr);
  }
  png_read_end(png, nullptr);
  return true;
}

bool write_rows(Writer& writer, ImageView image) {
  png_structp png = writer.png;
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_write_fn(png, static_cast<Session*>(&writer), give_bytes, nullptr);
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
  // Fast, and nearly as small as the best for photographs.
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
  png_set_compression_level(png, Z_BEST_SPEED);
  png_set_compression_strategy(png, Z_RLE);
  png_set_IHDR(png,
               writer.info,
               static_cast<png_uint_32>(image.width),
               static_cast<png_uint_32>(image.height),
               8,
               PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, writer.info);
  for (int y = 0; y < image.height; ++y) png_write_row(png, image.at(0, y));
  png_write_end(png, writer.info);
  return true;
}

/// Walks the chunks: Corrupt where the file ends early or a checksum is wrong. libpng would pass
/// over the latter in chunks that it does not need. Returns the bytes of compressed pixels.
Result<uint64_t> check_chunks(std::span<const uint8_t> bytes,
                              std::string_view where,
                              bool* without_end) {
  std::string broken;
  uint64_t compressed = 0, last_end = 0;
  const bool complete = internal::walk_png(
      bytes, [&](std::string_view type, std::span<const uint8_t> payload, uint32_t stored) {
        if (type == "IDAT") compressed += payload.size();
        last_end = static_cast<uint64_t>(payload.data() + payload.size() + 4 - bytes.data());
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
        // The type stands right before the payload.
        if (crc32_z(0, payload.data() - 4, payload.size() + 4) != stored) broken = printable(type);
#else
        (void)stored;
#endif
        return broken.empty();
      });
  if (!broken.empty()) {
    return corrupt(printable(where) + ": the checksum of PNG chunk '" + broken + "' is wrong");
  }
  // All chunks are whole, and only the closing one is missing; the decoder tells whether rows are.
  *without_end = !complete && compressed > 0 && last_end == bytes.size();
  if (!complete && !*without_end) {
    return corrupt(printable(where) + ": the PNG file is cut short: it ends after " +
                   std::to_string(bytes.size()) + " bytes without its closing chunk");
  }
  return compressed;
}

}  // namespace

Result<Image> internal::decode_png(std::span<const uint8_t> bytes,
                                   std::string_view where,
                                   const Header& header) {
  bool without_end = false;
  LOCI_TRY(compressed, check_chunks(bytes, where, &without_end));
  std::vector<uint8_t> ended;
  if (without_end) {
    constexpr uint8_t kEnd[] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82};
    ended.assign(bytes.begin(), bytes.end());
    ended.insert(ended.end(), std::begin(kEnd), std::end(kEnd));
    bytes = ended;
  }
  Reader reader(bytes);
  if (reader.info == nullptr) return no_memory_for(header, where);
  if (!start(reader)) return undecodable(header, where, reader.reason);
  const uint64_t width = png_get_image_width(reader.png, reader.info);
  const uint64_t height = png_get_image_height(reader.png, reader.info);
  if (!same_size(header, width, height)) return undecodable(header, where, "it has two headers");
  const uint64_t bits = uint64_t{png_get_bit_depth(reader.png, reader.info)} *
                        png_get_channels(reader.png, reader.info);
  // Deflate makes at most 1032 bytes of one.
  if (width * height / 8 / 1032 * bits > compressed) return cut_short(header, where, bytes.size());
  Image image(static_cast<int>(width), static_cast<int>(height));
  if (reader.deep) {
    reader.grey.resize(width * height);
    if (!read_deep_rows(reader, static_cast<uint32_t>(width), static_cast<uint32_t>(height)))
      return undecodable(header, where, reader.reason);
    spread_grey(reader.grey, &image);
    return image;
  }
  if (!read_rows(reader, image)) return undecodable(header, where, reader.reason);
  return image;
}

Result<std::vector<uint8_t>> encode_png(ImageView image) {
  LOCI_REQUIRE(!image.empty(), "an image to encode has pixels");
  Writer writer;
  if (writer.info == nullptr) return io_error("the PNG encoder cannot be started");
  if (!write_rows(writer, image)) {
    return io_error("the PNG encoder failed: " + printable(writer.reason));
  }
  return std::move(writer.out);
}

}  // namespace loci
