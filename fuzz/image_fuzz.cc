// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/decode.h"

/// Any bytes as a photograph.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)loci::decode_image({data, size}, "input").ok();
  return 0;
}
