// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "panorama_kernels.h"

#include <cstddef>

namespace loci::internal {

void remap_row_plain(
    const RemapSource& source, const int32_t* x, const int32_t* y, int shift, int n, uint8_t* out) {
  for (int i = 0; i < n; ++i, out += 3) {
    int at = x[i] + shift;
    if (at >= source.period) at -= source.period;
    const int fx = at & (kRemapOne - 1), fy = y[i] & (kRemapOne - 1);
    const auto row = static_cast<size_t>(y[i] >> kRemapBits) * static_cast<size_t>(source.stride);
    const uint8_t* top = source.pixels + (row + static_cast<size_t>(at >> kRemapBits)) * 4;
    const uint8_t* bottom = top + static_cast<size_t>(source.stride) * 4;
    for (int c = 0; c < 3; ++c) {
      const int left = top[c] * (kRemapOne - fy) + bottom[c] * fy;
      const int right = top[c + 4] * (kRemapOne - fy) + bottom[c + 4] * fy;
      const int sum = left * (kRemapOne - fx) + right * fx;
      out[c] = static_cast<uint8_t>((sum + (1 << (2 * kRemapBits - 1))) >> (2 * kRemapBits));
    }
  }
}

}  // namespace loci::internal
