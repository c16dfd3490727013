// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "loci/base/progress.h"
#include "loci/data/dataset.h"
#include "loci/describe/describer.h"
#include "loci/describe/verifier.h"
#include "loci/eval/recall.h"

namespace loci::cli {

/// One model measured on one data set.
struct EvalRun {
  std::string model;
  std::string fingerprint;
  int64_t dim = 0;
  std::vector<std::vector<int64_t>> results;  ///< filtered database rows a query, best first
  std::vector<std::vector<float>> scores;     ///< their cosine similarities
  Recall recall;
  double ms_per_image = 0;  ///< wall time of describing, divided by the number of images
  std::string verified;     ///< the features that ordered the results again; empty: none did
  double verify_ms = 0;     ///< wall time of that, a query
  std::vector<std::string> failed;
};

/// Describes both sides (a leave-one-out set once), searches exactly, applies the data set's rule and counts.
/// `dim` > 0 keeps the first `dim` coordinates and normalises again (whitened models only make sense so). At least `depth`
/// results a query are kept.
Result<EvalRun> run_eval(const Dataset& dataset, const std::vector<std::vector<int64_t>>& positives,
                         const Describer& describer, const std::vector<int>& n, int dim, int num_threads,
                         const JobControl& job, int depth = 0);

/// The same run with the best results of each query in the order of the geometric check, and the recall of that order.
/// Photographs of fixed places are checked once for all queries as long as the verifier's memory holds them.
Result<EvalRun> verify_run(const Dataset& dataset, const std::vector<std::vector<int64_t>>& positives, const EvalRun& run,
                           const Verifier& verifier, const std::vector<int>& n, int num_threads, const JobControl& job);

}  // namespace loci::cli
