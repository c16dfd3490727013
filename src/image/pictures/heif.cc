// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "decoders.h"

#include "loci/base/text.h"

#include <algorithm>
#include <memory>

#if LOCI_HAVE_HEIF
#include <libheif/heif.h>
#endif

namespace loci::internal {

#if LOCI_HAVE_HEIF
namespace {

using Context = std::unique_ptr<heif_context, void (*)(heif_context*)>;
using Handle = std::unique_ptr<heif_image_handle, void (*)(const heif_image_handle*)>;
using Picture = std::unique_ptr<heif_image, void (*)(const heif_image*)>;

Status failed(std::string_view where, const heif_error& error) {
  const std::string text =
      printable(where) + ": the HEIF picture cannot be decoded: " + printable(error.message);
  const bool lacks = error.code == heif_error_Unsupported_feature ||
                     error.code == heif_error_Unsupported_filetype ||
                     error.code == heif_error_Plugin_loading_error;
  if (error.code == heif_error_Memory_allocation_error) return io_error(text);
  return lacks ? unsupported(text) : corrupt(text);
}

struct Opened {
  Context context{nullptr, heif_context_free};
  Handle handle{nullptr, heif_image_handle_release};
};

Result<Opened> open(std::span<const uint8_t> bytes, std::string_view where) {
  Opened out;
  out.context.reset(heif_context_alloc());
  heif_error error = heif_context_read_from_memory_without_copy(
      out.context.get(), bytes.data(), bytes.size(), nullptr);
  if (error.code != heif_error_Ok) return failed(where, error);
  heif_image_handle* handle = nullptr;
  error = heif_context_get_primary_image_handle(out.context.get(), &handle);
  out.handle.reset(handle);
  if (error.code != heif_error_Ok) return failed(where, error);
  return out;
}

}  // namespace

Result<std::pair<uint32_t, uint32_t>> heif_size(std::span<const uint8_t> bytes,
                                                std::string_view where) {
  LOCI_TRY(opened, open(bytes, where));
  return std::pair(static_cast<uint32_t>(heif_image_handle_get_width(opened.handle.get())),
                   static_cast<uint32_t>(heif_image_handle_get_height(opened.handle.get())));
}

Result<Image> decode_heif(std::span<const uint8_t> bytes,
                          std::string_view where,
                          uint64_t max_pixels) {
  LOCI_TRY(opened, open(bytes, where));
  const auto stated =
      static_cast<uint64_t>(std::max(0, heif_image_handle_get_width(opened.handle.get()))) *
      static_cast<uint64_t>(std::max(0, heif_image_handle_get_height(opened.handle.get())));
  if (stated == 0) return corrupt(printable(where) + ": a HEIF picture without pixels");
  if (stated > max_pixels) {
    return unsupported(printable(where) + ": " + std::to_string(stated) +
                       " pixels are more than the limit of " + std::to_string(max_pixels) +
                       "; make the image smaller");
  }
  heif_image* picture = nullptr;
  const heif_error error = heif_decode_image(
      opened.handle.get(), &picture, heif_colorspace_RGB, heif_chroma_interleaved_RGB, nullptr);
  const Picture owner(picture, heif_image_release);
  if (error.code != heif_error_Ok) return failed(where, error);
  int stride = 0;
  const uint8_t* from = heif_image_get_plane_readonly(picture, heif_channel_interleaved, &stride);
  const int width = heif_image_get_width(picture, heif_channel_interleaved);
  const int height = heif_image_get_height(picture, heif_channel_interleaved);
  if (from == nullptr || width <= 0 || height <= 0 || stride < 3 * width ||
      static_cast<uint64_t>(width) * static_cast<uint64_t>(height) > max_pixels)
    return corrupt(printable(where) + ": a HEIF picture without pixels");
  Image image(width, height);
  for (int y = 0; y < height; ++y)
    std::copy_n(from + static_cast<ptrdiff_t>(stride) * y, 3 * width, image.at(0, y));
  return image;
}
#else
Result<std::pair<uint32_t, uint32_t>> heif_size(std::span<const uint8_t>, std::string_view where) {
  return unsupported(printable(where) + ": built without libheif");
}
Result<Image> decode_heif(std::span<const uint8_t>, std::string_view where, uint64_t) {
  return unsupported(printable(where) + ": built without libheif");
}
#endif

}  // namespace loci::internal
