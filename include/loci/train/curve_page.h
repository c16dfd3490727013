// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/train/epoch_record.h"

#include <string>
#include <utility>
#include <vector>

namespace loci::train {

/// What stands beside the curves.
struct CurveInfo {
  std::string title;    ///< "Training vgg16_netvlad on pitts30k"
  std::string command;  ///< what was typed
  bool running = true;  ///< more epochs may come: the page reloads itself
  /// Words and values for a table: data set, seed, loss, options.
  std::vector<std::pair<std::string, std::string>> facts;
};

/// The learning curve as one HTML page without any request to the network: recall@1/5/10 on the
/// validation set with intervals, loss, violating negatives, and a table of the epochs. Values that
/// are not finite interrupt a curve.
std::string curve_page(const std::vector<EpochRecord>& records, const CurveInfo& info);
/// Replaces the file (atomically). Io
Status write_curve_page(const std::string& path,
                        const std::vector<EpochRecord>& records,
                        const CurveInfo& info);

}  // namespace loci::train
