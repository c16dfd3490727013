// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "torch_runtime.h"

#include <malloc.h>

#include <ATen/Parallel.h>

namespace loci::train {

void prepare_torch(int num_threads) {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 64 << 20);
  at::set_num_threads(num_threads);
}

}  // namespace loci::train
