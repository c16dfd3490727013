// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel_pick.h"

#include <memory>

namespace loci::internal {

/// One kernel with memory of its own, ready to be timed.
class KernelTrial {
 public:
  virtual ~KernelTrial() = default;
  virtual void run() = 0;
  ConvPick pick;
  double best_ms = 0;  ///< 0 before the first run_timed()
  void run_timed();
};

/// oneDNN's kernel for an algorithm; null where it has none.
std::unique_ptr<KernelTrial> library_trial(const ConvCase& conv, KernelChoice kernel);
/// Ours with several blockings, which share their memory; empty where we have none.
std::vector<std::unique_ptr<KernelTrial>> own_trials(const ConvCase& conv, int num_threads);

}  // namespace loci::internal
