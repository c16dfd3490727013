// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph.h"
#include "library.h"
#include "winograd.h"

namespace loci::internal {

/// A float32 convolution whose kernel is to be chosen.
struct ConvCase {
  int batch = 1;
  Extent in, out;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  bool pool = false;  ///< a 2x2 max pool follows that our kernel would do on the way
};

struct ConvPick {
  KernelChoice kernel = KernelChoice::kDirect;
  WinogradBlocking blocking;
};

/// Times the kernels that apply on a band of the map and returns the fastest, or what an earlier
/// call of this process found for the same case. Winograd must win by a twentieth, so that near
/// ties fall the same way in most runs.
ConvPick pick_kernel(const ConvCase& conv, int num_threads);

WinogradShape winograd_shape(const ConvCase& conv);

}  // namespace loci::internal
