// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/train/trainer.h"

namespace loci::train {

/// The engine of this library, alive as long as the program.
TrainEngine* torch_engine();

}  // namespace loci::train
