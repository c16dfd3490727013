// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "decoders.h"

#include "loci/base/text.h"

#include <memory>

#if LOCI_HAVE_JXL
#include <jxl/decode.h>
#endif

namespace loci::internal {

#if LOCI_HAVE_JXL
namespace {

using Decoder = std::unique_ptr<JxlDecoder, void (*)(JxlDecoder*)>;

Status damaged(std::string_view where) {
  return corrupt(printable(where) +
                 ": the JPEG XL picture cannot be decoded; it is cut short or damaged");
}

/// Its sides; with `image`, its first frame as well.
Result<std::pair<uint32_t, uint32_t>> read(std::span<const uint8_t> bytes,
                                           std::string_view where,
                                           uint64_t max_pixels,
                                           Image* image) {
  const Decoder decoder(JxlDecoderCreate(nullptr), JxlDecoderDestroy);
  if (!decoder) return unsupported("the JPEG XL decoder cannot be started");
  const int events = JXL_DEC_BASIC_INFO | (image != nullptr ? JXL_DEC_FULL_IMAGE : 0);
  if (JxlDecoderSubscribeEvents(decoder.get(), events) != JXL_DEC_SUCCESS ||
      JxlDecoderSetInput(decoder.get(), bytes.data(), bytes.size()) != JXL_DEC_SUCCESS)
    return unsupported("the JPEG XL decoder cannot be started");
  // The input is not closed: of one that is cut short the library would print so.
  std::pair<uint32_t, uint32_t> sides{0, 0};
  const JxlPixelFormat format{3, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
  while (true) {
    switch (JxlDecoderProcessInput(decoder.get())) {
      case JXL_DEC_BASIC_INFO: {
        JxlBasicInfo info;
        if (JxlDecoderGetBasicInfo(decoder.get(), &info) != JXL_DEC_SUCCESS) return damaged(where);
        sides = {info.xsize, info.ysize};
        const uint64_t pixels = uint64_t{info.xsize} * info.ysize;
        if (pixels == 0) return damaged(where);
        if (pixels > max_pixels) {
          return unsupported(printable(where) + ": " + std::to_string(pixels) +
                             " pixels are more than the limit of " + std::to_string(max_pixels) +
                             "; make the image smaller");
        }
        if (image == nullptr) return sides;
        break;
      }
      case JXL_DEC_NEED_IMAGE_OUT_BUFFER: {
        size_t size = 0;
        *image = Image(static_cast<int>(sides.first), static_cast<int>(sides.second));
        if (JxlDecoderImageOutBufferSize(decoder.get(), &format, &size) != JXL_DEC_SUCCESS ||
            size > image->pixels.size() ||
            JxlDecoderSetImageOutBuffer(
                decoder.get(), &format, image->pixels.data(), image->pixels.size()) !=
                JXL_DEC_SUCCESS)
          return damaged(where);
        break;
      }
      case JXL_DEC_FULL_IMAGE:  // of an animation the first frame
        return sides;
      default:
        return damaged(where);
    }
  }
}

}  // namespace

Result<std::pair<uint32_t, uint32_t>> jxl_size(std::span<const uint8_t> bytes,
                                               std::string_view where) {
  return read(bytes, where, UINT64_MAX, nullptr);
}

Result<Image> decode_jxl(std::span<const uint8_t> bytes,
                         std::string_view where,
                         uint64_t max_pixels) {
  Image image;
  LOCI_RETURN_IF_ERROR(read(bytes, where, max_pixels, &image).status());
  if (image.empty()) return damaged(where);
  return image;
}
#else
Result<std::pair<uint32_t, uint32_t>> jxl_size(std::span<const uint8_t>, std::string_view where) {
  return unsupported(printable(where) + ": built without libjxl");
}
Result<Image> decode_jxl(std::span<const uint8_t>, std::string_view where, uint64_t) {
  return unsupported(printable(where) + ": built without libjxl");
}
#endif

}  // namespace loci::internal
