// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "codecs.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <tiffio.h>
#include <vector>

namespace loci::internal {
namespace {

/// A file in memory and what libtiff says of it.
struct Source {
  std::span<const uint8_t> bytes;
  uint64_t at = 0;
  char reason[200] = "";  ///< the first error
  bool cut = false;       ///< a codec warned that its data end early
};

tmsize_t read_bytes(thandle_t handle, void* to, tmsize_t count) {
  auto* source = static_cast<Source*>(handle);
  if (count <= 0 || source->at >= source->bytes.size()) return 0;
  const uint64_t left = source->bytes.size() - source->at;
  const uint64_t taken = std::min(left, static_cast<uint64_t>(count));
  std::copy_n(source->bytes.data() + source->at, taken, static_cast<uint8_t*>(to));
  source->at += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t write_nothing(thandle_t, void*, tmsize_t) { return 0; }

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  auto* source = static_cast<Source*>(handle);
  if (whence == SEEK_CUR) offset += source->at;
  if (whence == SEEK_END) offset += source->bytes.size();
  return source->at = offset;
}

int close_nothing(thandle_t) { return 0; }
/// Mapped data are read in place. Without this libtiff 4.5 refuses sound uncompressed tiles of 16.
int map(thandle_t handle, void** base, toff_t* size) {
  const auto* source = static_cast<Source*>(handle);
  *base = const_cast<uint8_t*>(source->bytes.data());
  *size = source->bytes.size();
  return 1;
}
void unmap(thandle_t, void*, toff_t) {}
toff_t size_of(thandle_t handle) { return static_cast<Source*>(handle)->bytes.size(); }

int on_error(TIFF*, void* user, const char*, const char* pattern, va_list values) {
  auto* source = static_cast<Source*>(user);
  if (source->reason[0] == '\0') {
    std::vsnprintf(source->reason, sizeof source->reason, pattern, values);
  }
  return 1;  // no further handler, which would print
}

int on_warning(TIFF*, void* user, const char*, const char* pattern, va_list values) {
  char text[200];
  std::vsnprintf(text, sizeof text, pattern, values);
  if (std::string_view(text).find("remature end") != std::string_view::npos) {
    static_cast<Source*>(user)->cut = true;
  }
  return 1;
}

struct Close {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
struct FreeOptions {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};
struct End {
  void operator()(TIFFRGBAImage* reader) const { TIFFRGBAImageEnd(reader); }
};

std::unique_ptr<TIFF, Close> open(Source& source, uint64_t pixels) {
  const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
  if (!options) return nullptr;
  // No piece of memory larger than the widest pixels could need, with room for tiles at the edge.
  const uint64_t most = std::min<uint64_t>(pixels, uint64_t{1} << 32) * 16 + (uint64_t{16} << 20);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(most));
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, &source);
  return std::unique_ptr<TIFF, Close>(TIFFClientOpenExt("image",
                                                        "r",
                                                        &source,
                                                        read_bytes,
                                                        write_nothing,
                                                        seek,
                                                        close_nothing,
                                                        size_of,
                                                        map,
                                                        unmap,
                                                        options.get()));
}

/// The most bytes of pixels that one byte of the file can stand for; 0: no bound.
uint64_t largest_ratio(uint16_t compression) {
  switch (compression) {
    case COMPRESSION_NONE:
      return 1;
    case COMPRESSION_PACKBITS:
      return 64;
    case COMPRESSION_DEFLATE:
    case COMPRESSION_ADOBE_DEFLATE:
      return 1032;
    case COMPRESSION_LZW:
      return 4096;
    default:
      return 0;
  }
}

/// Whether the file could be long enough for its pixels.
bool can_hold(TIFF* tiff, const Header& header, uint64_t file_bytes) {
  uint16_t compression = COMPRESSION_NONE, bits = 1, samples = 1, photometric = 0;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
  if (photometric == PHOTOMETRIC_YCBCR) samples = 1;  // the others may be sampled more coarsely
  const uint64_t ratio = largest_ratio(compression);
  return ratio == 0 || header.width * header.height / 8 / ratio * bits * samples <= file_bytes;
}

/// One sample of 16 bits, brighter where larger, in strips.
bool is_deep_grey(TIFF* tiff) {
  uint16_t bits = 1, samples = 1, photometric = PHOTOMETRIC_RGB, format = SAMPLEFORMAT_UINT;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
  return bits == 16 && samples == 1 && photometric == PHOTOMETRIC_MINISBLACK &&
         format == SAMPLEFORMAT_UINT && TIFFIsTiled(tiff) == 0;
}

}  // namespace

Result<Image> decode_tiff(std::span<const uint8_t> bytes,
                          std::string_view where,
                          const Header& header) {
  Source source{bytes};
  const auto broken = [&] {
    return undecodable(
        header, where, source.reason[0] != '\0' ? source.reason : "it ends too early");
  };
  const std::unique_ptr<TIFF, Close> tiff = open(source, header.width * header.height);
  if (!tiff) return broken();
  uint32_t width = 0, height = 0, rows = 0;
  TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height);
  if (!same_size(header, width, height)) return undecodable(header, where, "it says two sizes");
  char message[1024] = "";
  if (TIFFRGBAImageOK(tiff.get(), message) == 0) {
    return unsupported(printable(where) +
                       ": the TIFF file's pixels are of a kind that is not read (" +
                       printable(message) + "); convert it to PNG");
  }
  if (!can_hold(tiff.get(), header, bytes.size())) return cut_short(header, where, bytes.size());
  if (is_deep_grey(tiff.get())) {
    std::vector<uint16_t> grey(size_t{width} * height);
    for (uint32_t y = 0; y < height; ++y) {
      if (TIFFReadScanline(tiff.get(), grey.data() + size_t{y} * width, y, 0) != 1) return broken();
    }
    if (source.cut) return undecodable(header, where, "it ends too early");
    Image image(static_cast<int>(width), static_cast<int>(height));
    spread_grey(grey, &image);
    return image;
  }
  TIFFRGBAImage state;
  if (TIFFRGBAImageBegin(&state, tiff.get(), 1, message) == 0) {
    return undecodable(header, where, source.reason[0] != '\0' ? source.reason : message);
  }
  const std::unique_ptr<TIFFRGBAImage, End> end(&state);
  // As stored: the orientation is applied later, for every format alike.
  state.orientation = state.req_orientation = ORIENTATION_TOPLEFT;
  TIFFGetFieldDefaulted(
      tiff.get(), TIFFIsTiled(tiff.get()) != 0 ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP, &rows);
  rows = std::clamp<uint32_t>(rows, 1, height);
  Image image(static_cast<int>(width), static_cast<int>(height));
  std::vector<uint32_t> block(size_t{width} * rows);
  for (uint32_t y = 0; y < height; y += rows) {
    const uint32_t count = std::min(rows, height - y);
    state.row_offset = static_cast<int>(y);
    if (TIFFRGBAImageGet(&state, block.data(), width, count) == 0) return broken();
    uint8_t* to = image.at(0, static_cast<int>(y));
    for (size_t i = 0; i < size_t{width} * count; ++i, to += 3) {
      to[0] = static_cast<uint8_t>(TIFFGetR(block[i]));
      to[1] = static_cast<uint8_t>(TIFFGetG(block[i]));
      to[2] = static_cast<uint8_t>(TIFFGetB(block[i]));
    }
  }
  if (source.cut) return undecodable(header, where, "it ends too early");
  return image;
}

}  // namespace loci::internal
