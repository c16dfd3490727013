// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"

#include <string>

namespace loci {

/// How fast views are cut, on one thread, beside the limits of the machine in the same run.
struct CutoutBenchOptions {
  /// Cutouts: width of the drawn panorama, pixels.
  int panorama_width = 4096;
  int runs = 7;

  template <class V>
  void describe(V&& v) {
    v({"panorama_width", "cutouts: width of the drawn panorama, pixels"}, panorama_width);
  }
};

/// Milliseconds of 24 views of 640 x 480, medians.
struct CutoutBench {
  int panorama_width = 0;
  double cut_ms = 0;    ///< cut_view
  double remap_ms = 0;  ///< OpenCV's remap with maps made before, bilinear, the same pixels
  double copy_ms = 0;   ///< moves what a remap must move once: maps and source pixels in, views out
  double max_difference = 0, mean_difference = 0;  ///< of the pixels of both, levels of 255
  std::string to_json() const;
  std::string brief_report() const;
};
/// Errors:  InvalidArgument for sizes out of range
Result<CutoutBench> bench_cutouts(const CutoutBenchOptions& options);

}  // namespace loci
