// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/cpu.h"

namespace loci::internal {

/// Weights of a linear as the kernels read them: w ~ q * scale, q from -127 to 127, a scale for each channel out.
struct Int8Weights {
  /// Panels of Int8Kernels::columns channels out: [panel][channels in / 4][column][4], zeros past the last.
  const signed char* values;
  const int* sums;  ///< of each column's integers
  const float *scales, *bias;
};

/// out = bias + x w^T for some rows and panels; x ~ (q - zero) * scale with a scale and a zero for each row, and beside
/// it a few channels in floats.
struct Int8Product {
  const unsigned char* x;  ///< rows of 4 * fours bytes
  const float* x_scales;
  const int* x_zeros;
  long rows, fours;
  const float* kept;  ///< [rows][num_kept]: the channels kept in floats, which are zero in x
  /// [num_kept]: what a kept channel adds to each column, for all panels
  const float* const* weight;
  long num_kept;
  Int8Weights weights;
  long first_panel, last_panel;  ///< of all; the last is not done
  long columns;                  ///< channels out
  enum After { kNothing, kRelu, kGelu } after;
  bool add;    ///< to what is in out
  float* out;  ///< rows of `columns`
};

/// Products in 8-bit integers, by instruction set.
struct Int8Kernels {
  long columns;  ///< of a panel
  int largest;  ///< integer of an activation; less than 255 where pairs of products go through 16 bits
  /// peaks[c] = max(peaks[c], |src[c]|)
  void (*peaks)(const float* src, long channels, float* peaks);
  /// q[c] = round(src[c] * keep[c] / scale) + zero, from 0 to `largest`, so that the row's lowest, its highest and 0 are
  /// among them; bytes up to a multiple of four are zero.
  void (*quantise)(const float* src,
                   long channels,
                   const float* keep,
                   unsigned char* q,
                   float* scale,
                   int* zero);
  void (*product)(const Int8Product& args);
};

/// Every level's are the same sums; what differs is `largest`.
const Int8Kernels& int8_kernels(SimdLevel level);
const Int8Kernels& int8_kernels_plain();
const Int8Kernels& int8_kernels_avx2();
const Int8Kernels& int8_kernels_avx512();
const Int8Kernels& int8_kernels_vnni_avx512();

}  // namespace loci::internal
