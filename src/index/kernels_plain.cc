// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#ifdef __aarch64__
#include "steps_neon.inc.h"
#else
#include "steps_plain.inc.h"
#endif
// After the steps, which it uses.
#include "scan_kernels.inc.h"

namespace loci::internal {

ScanKernels plain_scan_kernels() { return make_scan_kernels(); }

}  // namespace loci::internal
