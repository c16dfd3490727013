// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/plugin.h"

#include "torch_engine.h"

LOCI_PLUGIN(loci::train::torch_engine());
