// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "torch_engine.h"

#include "loci/base/plugin.h"

LOCI_PLUGIN(loci::train::torch_engine());
