// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "loci/backbone/backbone.h"
#include "loci/base/options.h"
#include "loci/base/status.h"

namespace loci::cli {

struct DescribeBench {
  std::string model = "rootsift-vlad";
  int width = 640, height = 480;
  int runs = 7;
  Precision precision = Precision::kFp32;
  int num_threads = 0;

  // Results: medians over `runs`, after one run that plans.
  double decode_ms = 0, resize_ms = 0, features_ms = 0, pooling_ms = 0, whitening_ms = 0, total_ms = 0;
  double first_ms = 0;      ///< the first description, planning included
  double peak_gflops = 0;   ///< measured beside it for the precision that ran; 0 without a network
  double share_of_peak = 0;
  double ratio_to_direct = 0;  ///< network over oneDNN's direct float32 convolutions in the same run
  double memory_mib = 0;    ///< largest resident size of the process
  int64_t dim = 0;
  std::string ran;          ///< precision that really ran
  std::vector<LayerTime> layers;

  std::string to_json() const;
  std::string to_text() const;
};

/// Measures from JPEG bytes of a drawn photograph to its descriptor, stage by stage. `model` is a model file,
/// `rootsift-vlad`, or `<architecture>-netvlad` with random weights.
Status bench_describe(DescribeBench& bench);

}  // namespace loci::cli
