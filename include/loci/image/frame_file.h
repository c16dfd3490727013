// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/image/exif.h"
#include "loci/image/image.h"

#include <optional>
#include <string>

namespace loci {

/// save_jpeg() of a frame whose camera is known: with FocalLengthIn35mmFilm (mm, of a film whose diagonal is 43.27 mm), which
/// COLMAP begins with.
Status save_frame(const std::string& path,
                  ImageView image,
                  int quality,
                  const PhotoInfo& photo,
                  std::optional<double> focal_35mm);

}  // namespace loci
