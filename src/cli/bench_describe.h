// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_busy.h"

#include "loci/backbone/backbone.h"
#include "loci/base/options.h"
#include "loci/base/status.h"

#include <string>

namespace loci::cli {

struct DescribeBench {
  std::string model = "rootsift-vlad";
  int width = 640, height = 480;
  int runs = 7;
  Precision precision = Precision::kFp32;
  int num_threads = 0;
  KernelChoice kernel_choice = KernelChoice::kAuto;
  std::string kernel_cache = "auto";

  // Results: medians over `runs`, after one run that plans.
  double decode_ms = 0, resize_ms = 0, features_ms = 0, pooling_ms = 0, whitening_ms = 0,
         total_ms = 0;
  double first_ms = 0;     ///< the first description, planning included
  double peak_gflops = 0;  ///< measured beside it for the precision that ran; 0 without a network
  double share_of_peak = 0;
  /// The network, oneDNN's direct float32 convolutions alone, and the network by oneDNN's kernels
  /// in this precision, timed in turns; and the first and the whole chain over the second, the
  /// first over the third.
  double backbone_ms = 0, direct_ms = 0, library_ms = 0;
  double ratio_to_direct = 0, total_to_direct = 0, ratio_to_library = 0;
  double activation_mib = 0, scratch_mib = 0, weights_mib = 0;
  double memory_mib = 0;  ///< largest resident size of the process
  int64_t dim = 0;
  BusyBench busy{.processes = -1};  ///< measured where processes is 0 or more
  std::string note;                 ///< why another precision ran than the one asked for
  std::string ran;                  ///< precision that really ran
  std::vector<LayerTime> layers;

  std::string to_json() const;
  std::string to_text() const;
};

/// Measures from JPEG bytes of a drawn photograph to its descriptor, stage by stage. `model` is a
/// model file, `rootsift-vlad`, or `<architecture>-netvlad` with random weights.
Status bench_describe(DescribeBench& bench);

}  // namespace loci::cli
