// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/backbone/backbone.h"
#include "loci/base/status.h"
#include "loci/model/model.h"

#include <memory>
#include <string>
#include <vector>

namespace loci {

/// What the processor can do at best, by short loops of independent multiply-adds on all threads at
/// once (two operations each). 0 where it has no such instruction.
struct PeakRates {
  double fp32_gflops = 0;
  double bf16_gflops = 0;  ///< dot products of bf16 pairs, float32 sums
  double int8_gops = 0;    ///< dot products of four u8 x s8, int32 sums
  double of(Precision precision) const;
};
/// Cost: about 150 ms
PeakRates measure_peak_rates(int num_threads);

struct BackboneBenchOptions {
  BackboneOptions backbone;
  int width = 640, height = 480, batch = 1;
  int runs = 7;  ///< medians of so many, after one that plans and one that warms up
  /// Also time oneDNN's direct float32 convolutions, and the network with oneDNN's kernels alone
  /// (direct, and its Winograd) in the precision of ours; run by run in turn with ours.
  bool compare = true;
};

struct BackboneBench {
  Precision precision = Precision::kFp32;
  std::string note;
  double first_ms = 0;         ///< the first run, planning and weight packing included
  double ms = 0;               ///< median of whole runs
  double gflop = 0;            ///< of the convolutions, as direct ones
  double gflops = 0;           ///< gflop / ms
  double peak_gflops = 0;      ///< for this precision
  double share_of_peak = 0;    ///< gflops / peak_gflops; above 1 is possible with Winograd
  double direct_ms = 0;        ///< oneDNN's direct fp32 convolutions alone, 0 when not asked for
  double ratio_to_direct = 0;  ///< ms / direct_ms
  double library_ms = 0;       ///< the whole network by oneDNN's kernels, the faster of two choices
  double ratio_to_library = 0;  ///< ms / library_ms
  size_t activation_bytes = 0, scratch_bytes = 0, weight_bytes = 0;
  std::vector<LayerTime> layers;  ///< median of each
};

/// Times a model's network on random pixels.
Result<BackboneBench> bench_backbone(std::shared_ptr<const Model> model,
                                     const BackboneBenchOptions& options);

}  // namespace loci
