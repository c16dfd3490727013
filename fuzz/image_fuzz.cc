// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/decode.h"

/// Any bytes as a photograph, small so that many are tried.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  loci::DecodeOptions options;
  options.max_pixels = 1 << 16;
  (void)loci::decode_image({data, size}, "input", options).ok();
  return 0;
}
