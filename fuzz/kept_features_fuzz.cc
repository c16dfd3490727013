// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/kept_features.h"

#include <cstdint>
#include <cstdlib>
#include <vector>

/// Any bytes as kept local features: what is read is written as the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto kept = loci::unpack_kept({data, size}, "input");
  if (kept.ok() && loci::pack(*kept) != std::vector<uint8_t>(data, data + size)) abort();
  return 0;
}
