// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "side_files.h"

/// Any bytes as a JSON file of Google Takeout, and as the name of a photograph that has one.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  loci::PhotoInfo info;
  loci::read_takeout(text, &info);
  (void)loci::takeout_names(text);
  (void)loci::xmp_names(text);
  return 0;
}
