// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "thumbnail.h"

#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/resize.h"

#include <algorithm>

namespace loci::cli {

std::vector<uint8_t> jpeg_thumbnail(const std::string& path, int side) {
  Result<Image> image = load_image(path, {.wanted_width = side, .wanted_height = side});
  if (!image.ok()) return {};
  const double scale = static_cast<double>(side) / std::max(image->width, image->height);
  if (scale < 1) {
    const auto scaled = [scale](int length) {
      return std::max(1, static_cast<int>(length * scale + 0.5));
    };
    image = resize(*image, scaled(image->width), scaled(image->height), Resampling::kArea);
  }
  Result<std::vector<uint8_t>> bytes = encode_jpeg(*image, 80);
  return bytes.ok() ? std::move(bytes).value() : std::vector<uint8_t>();
}

}  // namespace loci::cli
