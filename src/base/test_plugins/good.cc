// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/plugin.h"

namespace {
int answer = 42;
}

LOCI_PLUGIN(&answer);
