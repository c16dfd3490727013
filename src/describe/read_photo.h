// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/describe/describer.h"

#include <string>

namespace loci {

/// A photograph's file as a describer wants it. What could be read before a failure is filled in.
struct Photo {
  Image image;
  int width = 0, height = 0;  ///< of the file, as seen
  PhotoInfo info;
  std::string sha256;  ///< of the file's bytes, when asked for
};

/// Reads, probes and decodes one file at the size that suits the describer.
Status read_photo(const Describer& describer,
                  const std::string& path,
                  bool want_sha256,
                  Photo* photo);

}  // namespace loci
