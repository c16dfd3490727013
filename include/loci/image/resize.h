// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/image/image.h"

namespace loci {

/// How pixels are resampled. Systems disagree here, so a model records which of these it was made
/// with.
enum class Resampling {
  kArea,  ///< exact area average (OpenCV INTER_AREA); kBilinear as soon as one side grows (hloc)
  kBilinear,  ///< two nearest pixels a side, no smoothing when shrinking (OpenCV INTER_LINEAR)
  kBilinearAntialias,  ///< triangle filter widened when shrinking (Pillow BILINEAR, torchvision on
                       ///< PIL images)
  kBicubicAntialias,   ///< Pillow BICUBIC
};

/// Resizes to width x height (both >= 1, contract). The 8-bit form of the antialias filters rounds
/// after each pass, as Pillow does.
/// Threads: any number at once
Image resize(ImageView image, int width, int height, Resampling how);
FloatImage resize(FloatImageView image, int width, int height, Resampling how);

/// Turns a picture as EXIF orientation 1 to 8 says (other values: unchanged).
Image orient(Image image, int orientation);

}  // namespace loci
