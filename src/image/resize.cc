// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/resize.h"

#include "resample.h"

#include "loci/base/check.h"

namespace loci {
namespace {

template <class T>
ImageOf<T> resize_any(ImageViewOf<T> image, int width, int height, Resampling how) {
  LOCI_REQUIRE(width >= 1 && height >= 1, "an image is resized to at least one pixel");
  LOCI_REQUIRE(!image.empty(), "an image to resize has pixels");
  if (width == image.width && height == image.height) return copy_of(image);
  switch (how) {
    case Resampling::kArea:
      // As soon as one side grows there is no area to average over along it.
      if (width <= image.width && height <= image.height) {
        return internal::resize_area(image, width, height);
      }
      return internal::resize_bilinear(image, width, height);
    case Resampling::kBilinear:
      return internal::resize_bilinear(image, width, height);
    case Resampling::kBilinearAntialias:
      return internal::resize_antialias(image, width, height, internal::Filter::kTriangle);
    case Resampling::kBicubicAntialias:
      return internal::resize_antialias(image, width, height, internal::Filter::kCubic);
  }
  LOCI_REQUIRE(false, "no such resampling");
  return {};
}

}  // namespace

Image resize(ImageView image, int width, int height, Resampling how) {
  return resize_any(image, width, height, how);
}

FloatImage resize(FloatImageView image, int width, int height, Resampling how) {
  return resize_any(image, width, height, how);
}

}  // namespace loci
