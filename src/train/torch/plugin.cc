// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The plugin's two entry points, found by name by train_engine().
#include "plugin_stamp.h"
#include "torch_engine.h"

extern "C" {

__attribute__((visibility("default"))) const char* loci_train_plugin_stamp() {
  return loci::train::kPluginStamp;
}

__attribute__((visibility("default"))) loci::train::TrainEngine* loci_train_plugin_engine() {
  return loci::train::torch_engine();
}
}
