// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "thumbnail.h"

#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/resize.h"

#include <algorithm>

namespace loci::cli {

std::vector<uint8_t> jpeg_thumbnail(const std::string& path, int side) {
  const Result<Image> image = load_image(path, {.wanted_width = side, .wanted_height = side});
  return image.ok() ? jpeg_thumbnail(*image, side) : std::vector<uint8_t>();
}

std::vector<uint8_t> jpeg_thumbnail(ImageView image, int side) {
  const double scale = static_cast<double>(side) / std::max(image.width, image.height);
  Image smaller;
  if (scale < 1) {
    const auto scaled = [scale](int length) {
      return std::max(1, static_cast<int>(length * scale + 0.5));
    };
    smaller = resize(image, scaled(image.width), scaled(image.height), Resampling::kArea);
    image = smaller;
  }
  Result<std::vector<uint8_t>> bytes = encode_jpeg(image, 80);
  return bytes.ok() ? std::move(bytes).value() : std::vector<uint8_t>();
}

}  // namespace loci::cli
