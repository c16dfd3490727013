// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/image/exif.h"
#include "loci/image/image.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci {

/// A baseline JPEG (4:2:0 below quality 90, 4:4:4 from there). `photo` becomes its EXIF block when
/// given.
Result<std::vector<uint8_t>> encode_jpeg(ImageView image,
                                         int quality = 90,
                                         const PhotoInfo* photo = nullptr);
Result<std::vector<uint8_t>> encode_png(ImageView image);
Status save_jpeg(const std::string& path,
                 ImageView image,
                 int quality = 90,
                 const PhotoInfo* photo = nullptr);

}  // namespace loci
