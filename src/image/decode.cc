// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/decode.h"

#include "codecs.h"
#include "header.h"
#include "jpeg.h"
#include "pictures_plugin.h"
#include "raw_preview.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/image/exif.h"
#include "loci/image/resize.h"

#include <new>
#include <string>
#include <utility>

namespace loci {
namespace {

using internal::Format;
using internal::Header;

Status check_size(const Header& header, std::string_view where, uint64_t max_pixels) {
  uint64_t pixels = 0;
  if (checked_mul(header.width, header.height, &pixels) && pixels <= max_pixels &&
      header.width <= 0x7FFFFFFF && header.height <= 0x7FFFFFFF) {
    return {};
  }
  return unsupported(printable(where) + ": " + std::to_string(header.width) + " x " +
                     std::to_string(header.height) + " pixels are more than the limit of " +
                     std::to_string(max_pixels) + "; make the image smaller");
}

bool swaps_sides(int orientation) { return orientation >= 5 && orientation <= 8; }

/// Of the RAW file where it says one, else of the preview.
int raw_orientation(std::span<const uint8_t> bytes, std::span<const uint8_t> preview) {
  const int of_file = read_photo_info(bytes).orientation;
  return of_file != 1 ? of_file : read_photo_info(preview).orientation;
}

Result<Image> decode_pixels(std::span<const uint8_t> bytes,
                            std::string_view where,
                            const Header& header,
                            int wanted_width,
                            int wanted_height) {
  switch (header.format) {
    case Format::kJpeg:
      return internal::decode_jpeg(bytes, where, wanted_width, wanted_height);
    case Format::kPng:
      return internal::decode_png(bytes, where, header);
    case Format::kWebp:
      return internal::decode_webp(bytes, where, header);
    case Format::kBmp:
      return internal::decode_bmp(bytes, where, header);
    case Format::kTiff:
      return internal::decode_tiff(bytes, where, header);
    case Format::kPnm:
      return internal::decode_pnm(bytes, where, header);
    case Format::kGif:
      return internal::decode_gif(bytes, where, header);
  }
  return unsupported(printable(where) + ": a format that is not read");
}

/// The preview that a camera put into its RAW file, turned as that says.
Result<Image> decode_raw(std::span<const uint8_t> bytes,
                         std::string_view where,
                         const DecodeOptions& options) {
  const auto preview = internal::largest_preview(bytes);
  if (!preview) {
    return unsupported(printable(where) +
                       ": a RAW file without a picture for display in it; convert it to JPEG");
  }
  DecodeOptions inner = options;
  inner.apply_orientation = false;
  const int orientation = options.apply_orientation ? raw_orientation(bytes, *preview) : 1;
  if (swaps_sides(orientation)) std::swap(inner.wanted_width, inner.wanted_height);
  LOCI_TRY(image, decode_image(*preview, where, inner));
  return orient(std::move(image), orientation);
}

Result<Image> decode(std::span<const uint8_t> bytes,
                     std::string_view where,
                     const DecodeOptions& options) {
  if (const auto format = internal::foreign_format(bytes)) {
    const auto plugin = internal::pictures_plugin(*format);
    if (!plugin.ok())
      return Status(plugin.status().code(), printable(where) + ": " + plugin.status().message());
    if (options.cancelled && options.cancelled())
      return cancelled(printable(where) + ": decoding was stopped");
    return (*plugin)->decode(*format, bytes, where, options.max_pixels);
  }
  if (internal::is_raw_photo(bytes, where)) return decode_raw(bytes, where, options);
  LOCI_TRY(header, internal::read_header(bytes, where));
  LOCI_RETURN_IF_ERROR(check_size(header, where, options.max_pixels));
  const auto stop = [&] { return options.cancelled && options.cancelled(); };
  const auto stopped = [&] { return cancelled(printable(where) + ": decoding was stopped"); };
  if (stop()) return stopped();
  const int orientation = options.apply_orientation ? read_photo_info(bytes).orientation : 1;
  int wanted_width = options.wanted_width, wanted_height = options.wanted_height;
  if (swaps_sides(orientation)) std::swap(wanted_width, wanted_height);
  LOCI_TRY(image, decode_pixels(bytes, where, header, wanted_width, wanted_height));
  if (stop()) return stopped();
  return orient(std::move(image), orientation);
}

}  // namespace

Result<Image> decode_image(std::span<const uint8_t> bytes,
                           std::string_view where,
                           const DecodeOptions& options) {
  try {
    return decode(bytes, where, options);
  } catch (const std::bad_alloc&) {
    return io_error(
        printable(where) +
        ": not enough memory for its pixels; try again later, or make the image smaller");
  }
}

Result<Image> load_image(const std::string& path, const DecodeOptions& options) {
  LOCI_TRY(bytes, read_file(path));
  return decode_image(bytes, path, options);
}

Result<ImageInfo> probe_image(std::span<const uint8_t> bytes, std::string_view where) {
  if (const auto format = internal::foreign_format(bytes)) {
    const auto plugin = internal::pictures_plugin(*format);
    if (!plugin.ok())
      return Status(plugin.status().code(), printable(where) + ": " + plugin.status().message());
    LOCI_TRY(size, (*plugin)->size(*format, bytes, where));
    return ImageInfo{static_cast<int>(size.first),
                     static_cast<int>(size.second),
                     to_lower(internal::name_of(*format))};
  }
  if (internal::is_raw_photo(bytes, where)) {
    const auto preview = internal::largest_preview(bytes);
    if (!preview) return unsupported(printable(where) + ": a RAW file without a picture in it");
    LOCI_TRY(header, internal::read_header(*preview, where));
    ImageInfo info{static_cast<int>(header.width), static_cast<int>(header.height), "raw"};
    if (swaps_sides(raw_orientation(bytes, *preview))) std::swap(info.width, info.height);
    return info;
  }
  LOCI_TRY(header, internal::read_header(bytes, where));
  LOCI_RETURN_IF_ERROR(check_size(header, where, uint64_t{1} << 62));
  ImageInfo info{static_cast<int>(header.width),
                 static_cast<int>(header.height),
                 internal::format_name(header.format)};
  if (swaps_sides(read_photo_info(bytes).orientation)) std::swap(info.width, info.height);
  return info;
}

const std::vector<std::string>& image_extensions() {
  static const std::vector<std::string> kExtensions = {".jpg",
                                                       ".jpeg",
                                                       ".jpe",
                                                       ".jfif",
                                                       ".png",
                                                       ".webp",
                                                       ".bmp",
                                                       ".tif",
                                                       ".tiff",
                                                       ".ppm",
                                                       ".pgm",
                                                       ".pbm",
                                                       ".pnm"};
  return kExtensions;
}

}  // namespace loci
