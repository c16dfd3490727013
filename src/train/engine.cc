// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/plugin.h"
#include "loci/train/trainer.h"

namespace loci::train {

Result<TrainEngine*> train_engine() {
  LOCI_TRY(engine,
           load_plugin("train",
                       "train",
                       "install the package loci-train, or libtorch (libtorch-dev, or another by "
                       "CMAKE_PREFIX_PATH) and build again"));
  return static_cast<TrainEngine*>(engine);
}

}  // namespace loci::train
