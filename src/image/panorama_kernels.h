// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace loci::internal {

constexpr int kRemapBits = 7;  ///< of the share between two pixels
constexpr int kRemapOne = 1 << kRemapBits;

/// Source of a remap: four bytes a pixel, see Panorama.
struct RemapSource {
  const uint8_t* pixels;
  int stride;  ///< pixels a row
  int period;  ///< columns after which x begins anew, 1/128 pixel
};

/// n pixels of three bytes from the positions x + shift, y:
///
///   out = sum over the four neighbours of weight * (p - 128) / 128^2 + 128, rounded to nearest,
///
/// with weights (128 - f) and f for the fractions f of x and y. 0 <= x < period, 0 <= shift <
/// period.
using RemapRow = void (*)(
    const RemapSource& source, const int32_t* x, const int32_t* y, int shift, int n, uint8_t* out);
void remap_row_plain(
    const RemapSource& source, const int32_t* x, const int32_t* y, int shift, int n, uint8_t* out);
void remap_row_avx2(
    const RemapSource& source, const int32_t* x, const int32_t* y, int shift, int n, uint8_t* out);

}  // namespace loci::internal
