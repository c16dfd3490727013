// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bytes.h"
#include "codecs.h"

#include "loci/base/text.h"

#include <string>

#include <webp/decode.h>

namespace loci::internal {
namespace {

const char* reason_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
      return "not enough memory, or a size that contradicts itself";
    case VP8_STATUS_BITSTREAM_ERROR:
      return "its data contradict themselves";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return "it uses a feature that libwebp does not know";
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
      return "it ends too early";
    default:
      return "libwebp gives no reason";
  }
}

}  // namespace

Result<Image> decode_webp(std::span<const uint8_t> bytes,
                          std::string_view where,
                          const Header& header) {
  const uint64_t said = ByteReader(bytes, false).u32(4) + uint64_t{8};
  if (said > bytes.size()) {
    return corrupt(printable(where) + ": the webp file is cut short: it has " +
                   std::to_string(bytes.size()) + " of the " + std::to_string(said) +
                   " bytes that it says");
  }
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) {
    return unsupported("the libwebp at hand is not of the version this program was built with");
  }
  VP8StatusCode status = WebPGetFeatures(bytes.data(), bytes.size(), &config.input);
  if (status != VP8_STATUS_OK) return undecodable(header, where, reason_of(status));
  if (config.input.has_animation != 0) {
    return unsupported(printable(where) +
                       ": is an animated WebP, which this build does not read; save one of its "
                       "pictures as JPEG or PNG");
  }
  if (config.input.width <= 0 || config.input.height <= 0 ||
      !same_size(header,
                 static_cast<uint64_t>(config.input.width),
                 static_cast<uint64_t>(config.input.height))) {
    return undecodable(header, where, "it says two sizes");
  }
  Image image(config.input.width, config.input.height);
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = image.pixels.data();
  config.output.u.RGBA.stride = 3 * image.width;
  config.output.u.RGBA.size = image.pixels.size();
  status = WebPDecode(bytes.data(), bytes.size(), &config);
  WebPFreeDecBuffer(&config.output);
  if (status != VP8_STATUS_OK) return undecodable(header, where, reason_of(status));
  return image;
}

}  // namespace loci::internal
