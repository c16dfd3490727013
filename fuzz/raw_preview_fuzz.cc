// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "raw_preview.h"

#include "loci/image/decode.h"

/// Any bytes as the RAW file of a camera: its largest preview, and the picture.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> bytes(data, size);
  (void)loci::internal::is_raw_photo(bytes, "input.nef");
  (void)loci::internal::largest_preview(bytes);
  loci::DecodeOptions options;
  options.max_pixels = 1 << 16;
  (void)loci::decode_image(bytes, "input.nef", options).ok();
  return 0;
}
