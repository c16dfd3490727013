// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "metadata.h"

/// Any bytes as a photograph with EXIF and XMP, as an EXIF block alone, and as an XMP file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> bytes(data, size);
  const loci::PhotoInfo info = loci::read_photo_info(bytes);
  loci::PhotoInfo alone;
  loci::internal::read_exif_block(bytes, &alone);
  loci::PhotoInfo sidecar;
  loci::read_xmp(bytes, &sidecar);
  (void)loci::make_exif(info);
  return 0;
}
