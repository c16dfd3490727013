// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/decode.h"

#include "header.h"
#include "jpeg.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/image/exif.h"
#include "loci/image/resize.h"

#include <new>
#include <string>
#include <utility>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

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
                     std::to_string(max_pixels) + "; make the image smaller or raise max_pixels");
}

bool swaps_sides(int orientation) { return orientation >= 5 && orientation <= 8; }

Result<Image> decode_by_opencv(std::span<const uint8_t> bytes,
                               std::string_view where,
                               const Header& header) {
  if (header.format == Format::kPng) LOCI_RETURN_IF_ERROR(internal::check_png(bytes, where));
  if (header.format == Format::kGif) {
    return unsupported(printable(where) +
                       ": GIF files are not read by this build; convert it to JPEG or PNG");
  }
  if (bytes.size() > 0x7FFFFFFF) {
    return unsupported(printable(where) + ": the file is larger than 2 GiB");
  }
  std::string reason = "its data contradict its header or end too early";
  try {
    const cv::Mat encoded(
        1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<uint8_t*>(bytes.data()));
    const cv::Mat bgr = cv::imdecode(encoded, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
    if (bgr.type() == CV_8UC3 && !bgr.empty()) {
      Image image(bgr.cols, bgr.rows);
      for (int y = 0; y < bgr.rows; ++y) {
        const uint8_t* from = bgr.ptr<uint8_t>(y);
        uint8_t* to = image.at(0, y);
        for (int x = 0; x < bgr.cols; ++x, from += 3, to += 3) {
          to[0] = from[2];
          to[1] = from[1];
          to[2] = from[0];
        }
      }
      return image;
    }
  } catch (const std::exception& error) {
    reason = printable(error.what());
  }
  return corrupt(printable(where) + ": the " + internal::format_name(header.format) +
                 " image cannot be decoded: " + reason);
}

}  // namespace

Result<Image> decode_image(std::span<const uint8_t> bytes,
                           std::string_view where,
                           const DecodeOptions& options) {
  LOCI_TRY(header, internal::read_header(bytes, where));
  LOCI_RETURN_IF_ERROR(check_size(header, where, options.max_pixels));
  const int orientation = options.apply_orientation ? read_photo_info(bytes).orientation : 1;
  try {
    int wanted_width = options.wanted_width, wanted_height = options.wanted_height;
    if (swaps_sides(orientation)) std::swap(wanted_width, wanted_height);
    LOCI_TRY(image,
             header.format == Format::kJpeg
                 ? internal::decode_jpeg(bytes, where, wanted_width, wanted_height)
                 : decode_by_opencv(bytes, where, header));
    return orient(std::move(image), orientation);
  } catch (const std::bad_alloc&) {
    return unsupported(printable(where) + ": not enough memory for " +
                       std::to_string(header.width) + " x " + std::to_string(header.height) +
                       " pixels");
  }
}

Result<Image> load_image(const std::string& path, const DecodeOptions& options) {
  LOCI_TRY(bytes, read_file(path));
  return decode_image(bytes, path, options);
}

Result<ImageInfo> probe_image(std::span<const uint8_t> bytes, std::string_view where) {
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
