// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph.h"
#include "library.h"
#include "winograd.h"

#include <string>

namespace loci::internal {

class KernelCache;

/// A 3x3 convolution of stride 1 whose kernel is to be chosen.
struct ConvCase {
  int batch = 1;
  Extent in, out;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  bool pool = false;  ///< a 2x2 max pool follows that our kernel would do on the way
  memory::data_type in_type = memory::data_type::f32, out_type = memory::data_type::f32;
};

struct ConvPick {
  KernelChoice kernel = KernelChoice::kDirect;
  WinogradBlocking blocking;
  bool operator==(const ConvPick&) const = default;
};

/// Our kernels for maps of a type on this processor, or null.
const WinogradKernels* own_kernels(memory::data_type in_type);

/// Times the kernels that apply and returns the fastest, or what the cache has for the same case.
/// Winograd must win by a twentieth, so that near ties fall the same way in most runs.
/// The kernel is the same for every number of threads.
/// Cost: about 100 ms for a case that is new
ConvPick pick_kernel(const ConvCase& conv, int num_threads, KernelCache& cache);

WinogradShape winograd_shape(const ConvCase& conv);

}  // namespace loci::internal
