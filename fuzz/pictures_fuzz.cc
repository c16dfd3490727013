// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "decoders.h"

/// Any bytes as HEIC, AVIF or JPEG XL, as their first bytes say, by the decoders of the plugin.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace loci::internal;
  const std::span<const uint8_t> bytes(data, size);
  const auto format = foreign_format(bytes);
  if (!format) return 0;
  constexpr uint64_t kMaxPixels = 1 << 14;
#ifdef LOCI_HAVE_JXL
  if (*format == ForeignFormat::kJpegXl) {
    (void)jxl_size(bytes, "input");
    (void)decode_jxl(bytes, "input", kMaxPixels).ok();
  }
#endif
#ifdef LOCI_HAVE_HEIF
  if (*format != ForeignFormat::kJpegXl) {
    (void)heif_size(bytes, "input");
    (void)decode_heif(bytes, "input", kMaxPixels).ok();
  }
#endif
  return 0;
}
