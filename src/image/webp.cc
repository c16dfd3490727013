// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bytes.h"
#include "codecs.h"

#include "loci/base/text.h"

#include <optional>
#include <string>

#include <webp/decode.h>

namespace loci::internal {
namespace {

const char* reason_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
      return "not enough memory";
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

using Bytes = std::span<const uint8_t>;

struct AnimationFrame {
  uint64_t left = 0, top = 0, width = 0, height = 0;
  Bytes bitstream;  ///< a VP8 or VP8L chunk's
};

/// The first ANMF chunk: where its frame lies, and the bitstream in it.
std::optional<AnimationFrame> first_frame(Bytes bytes) {
  ByteReader in(bytes, false);
  uint64_t at = 12;
  while (in.has(at, 8) && !has_text(bytes, at, "ANMF")) {
    const uint64_t length = in.u32(at + 4);
    at += 8 + length + (length & 1);
  }
  const uint64_t begin = at + 8, end = begin + in.u32(at + 4);
  AnimationFrame frame{uint64_t{2} * in.u24(begin),
                       uint64_t{2} * in.u24(begin + 3),
                       in.u24(begin + 6) + uint64_t{1},
                       in.u24(begin + 9) + uint64_t{1},
                       {}};
  for (at = begin + 16; in.ok() && at + 8 <= end;) {
    const uint64_t length = in.u32(at + 4);
    if (has_text(bytes, at, "VP8 ") || has_text(bytes, at, "VP8L")) {
      frame.bitstream = in.part(at + 8, length);
      if (!frame.bitstream.empty()) return frame;
      break;
    }
    at += 8 + length + (length & 1);
  }
  return std::nullopt;
}

/// On a black canvas where the frame is smaller.
Result<Image> decode_first_frame(Bytes bytes, std::string_view where, const Header& header) {
  const auto frame = first_frame(bytes);
  if (!frame || frame->left + frame->width > header.width ||
      frame->top + frame->height > header.height)
    return undecodable(header, where, "its first frame is not there or does not fit");
  Image image(static_cast<int>(header.width), static_cast<int>(header.height));
  int width = 0, height = 0;
  if (WebPGetInfo(frame->bitstream.data(), frame->bitstream.size(), &width, &height) == 0 ||
      static_cast<uint64_t>(width) != frame->width ||
      static_cast<uint64_t>(height) != frame->height)
    return undecodable(header, where, "its first frame says two sizes");
  uint8_t* to = image.at(static_cast<int>(frame->left), static_cast<int>(frame->top));
  const size_t room = image.pixels.size() - static_cast<size_t>(to - image.pixels.data());
  if (WebPDecodeRGBInto(
          frame->bitstream.data(), frame->bitstream.size(), to, room, 3 * image.width) == nullptr)
    return undecodable(header, where, "the data of its first frame contradict themselves");
  return image;
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
  if (config.input.has_animation != 0) return decode_first_frame(bytes, where, header);
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
