// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/version.h"

namespace loci {

const char* version() { return LOCI_VERSION; }

}  // namespace loci
