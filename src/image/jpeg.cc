// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "jpeg.h"

#include "codecs.h"
#include "jpeg_scans.h"

#include "loci/base/text.h"

#include <memory>
#include <string>

#include <turbojpeg.h>

namespace loci::internal {
namespace {

struct Destroy {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<void, Destroy>;

Status failure(const Handle& handle, std::string_view where) {
  const std::string reason = tjGetErrorStr2(handle.get());
  const std::string text = printable(where) + ": the JPEG cannot be decoded: " + reason;
  return is_out_of_memory(reason) ? io_error(text) : corrupt(text);
}

tjscalingfactor choose_scale(int width, int height, int wanted_width, int wanted_height) {
  tjscalingfactor best{1, 1};
  if (wanted_width <= 0 && wanted_height <= 0) return best;
  for (int denominator : {2, 4, 8}) {
    const tjscalingfactor scale{1, denominator};
    if (TJSCALED(width, scale) >= wanted_width && TJSCALED(height, scale) >= wanted_height) {
      best = scale;
    }
  }
  return best;
}

/// Ink to light. Every program that writes CMYK JPEGs stores them inverted, as Adobe does (255 = no
/// ink), so the products are of light already.
void from_cmyk(const std::vector<uint8_t>& cmyk, Image& image) {
  for (size_t i = 0; i * 4 < cmyk.size(); ++i) {
    for (size_t c = 0; c < 3; ++c) {
      const uint32_t light = uint32_t{cmyk[i * 4 + c]} * cmyk[i * 4 + 3];
      image.pixels[i * 3 + c] = static_cast<uint8_t>((light + 127) / 255);
    }
  }
}

}  // namespace

namespace {

/// One decoding; `*ended_early` when pixels were missing.
Result<Image> decode_once(std::span<const uint8_t> bytes,
                          std::string_view where,
                          int wanted_width,
                          int wanted_height,
                          bool* ended_early) {
  const Handle handle(tjInitDecompress());
  if (!handle)
    return io_error("the JPEG decoder cannot be started: " + std::string(tjGetErrorStr()));
  int width = 0, height = 0, subsampling = 0, colours = 0;
  const auto size = static_cast<unsigned long>(bytes.size());
  if (tjDecompressHeader3(
          handle.get(), bytes.data(), size, &width, &height, &subsampling, &colours) != 0 &&
      tjGetErrorCode(handle.get()) == TJERR_FATAL) {
    return failure(handle, where);
  }
  LOCI_RETURN_IF_ERROR(check_jpeg_work(bytes, where, width, height));
  const tjscalingfactor scale = choose_scale(width, height, wanted_width, wanted_height);
  const int scaled_width = TJSCALED(width, scale), scaled_height = TJSCALED(height, scale);
  const bool ink = colours == TJCS_CMYK || colours == TJCS_YCCK;
  Image image(scaled_width, scaled_height);
  std::vector<uint8_t> cmyk(ink ? image.pixels.size() / 3 * 4 : 0);
  // 500 scans at most; fewer for many pixels, see above.
  const int status = tjDecompress2(handle.get(),
                                   bytes.data(),
                                   size,
                                   ink ? cmyk.data() : image.pixels.data(),
                                   scaled_width,
                                   0,
                                   scaled_height,
                                   ink ? TJPF_CMYK : TJPF_RGB,
                                   TJFLAG_LIMITSCANS);
  if (status != 0) {
    // Warnings such as extra bytes between segments are common in good photographs; only one says
    // that pixels are missing.
    const std::string message = tjGetErrorStr2(handle.get());
    if (tjGetErrorCode(handle.get()) == TJERR_FATAL) return failure(handle, where);
    *ended_early = to_lower(message).find("premature end") != std::string::npos;
  }
  if (ink) from_cmyk(cmyk, image);
  return image;
}

}  // namespace

Result<Image> decode_jpeg(std::span<const uint8_t> bytes,
                          std::string_view where,
                          int wanted_width,
                          int wanted_height) {
  bool ended_early = false;
  LOCI_TRY(image, decode_once(bytes, where, wanted_width, wanted_height, &ended_early));
  if (!ended_early) return image;
  // Some cameras leave out the marker of the end. With it, only pixels that are missing are missed.
  std::vector<uint8_t> ended(bytes.begin(), bytes.end());
  ended.insert(ended.end(), {0xFF, 0xD9});
  ended_early = false;
  LOCI_TRY(again, decode_once(ended, where, wanted_width, wanted_height, &ended_early));
  if (!ended_early) return again;
  return corrupt(printable(where) + ": the JPEG is cut short: it ends after " +
                 std::to_string(bytes.size()) + " bytes, before the last of its pixels");
}

}  // namespace loci::internal
