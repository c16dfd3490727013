// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "steps_avx512.inc.h"
// After the steps, which it uses.
#include "scan_kernels.inc.h"

namespace loci::internal {

ScanKernels avx512_vnni_scan_kernels() { return make_scan_kernels(); }

}  // namespace loci::internal
