// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/progress.h"
#include "loci/data/dataset.h"
#include "loci/describe/describer.h"
#include "loci/describe/verifier.h"
#include "loci/eval/recall.h"

#include <string>
#include <vector>

namespace loci {

/// One model measured on one data set.
struct Evaluation {
  std::string model;
  std::string fingerprint;
  int64_t dim = 0;
  /// Rows of the database a query, best first, by the data set's rule.
  std::vector<std::vector<int64_t>> results;
  std::vector<std::vector<float>> scores;  ///< their cosine similarities
  Recall recall;
  double ms_per_image = 0;  ///< wall time of describing, divided by the number of images
  bool as_sets = false;  ///< both sides were standardised as sets: the queries were used together
  std::string verified;  ///< the features that ordered the results again; empty: none did
  double verify_ms = 0;  ///< wall time of that, a query
  /// Images that could not be described: no query finds them, and as queries they are misses.
  std::vector<std::string> failed;
};

/// Describes both sides (a leave-one-out set once), searches exactly, applies the data set's rule
/// and counts recall at the cut-offs `n` against `positives` (ground_truth()). `dim` > 0 keeps the
/// first `dim` coordinates and normalises again (of use for whitened models). At least `depth`
/// results a query are kept. `as_sets` gets the same with standardize_set() on either side: what all
/// queries have in common, such as night, goes away.
/// Errors:  Corrupt when no image of a side can be described; Cancelled
/// Memory:  (database + queries) * dim * 4 bytes
Result<Evaluation> evaluate(const Dataset& dataset,
                            const std::vector<std::vector<int64_t>>& positives,
                            const Describer& describer,
                            const std::vector<int>& n,
                            int dim,
                            int num_threads,
                            const JobControl& job,
                            int depth = 0,
                            Evaluation* as_sets = nullptr);

/// The same evaluation with the best results of each query in the order of the geometric check, and
/// the recall of that order. Photographs of fixed places are checked once for all queries as long
/// as the verifier's memory holds them.
/// Errors:  Cancelled
Result<Evaluation> evaluate_verified(const Dataset& dataset,
                                     const std::vector<std::vector<int64_t>>& positives,
                                     const Evaluation& evaluation,
                                     const Verifier& verifier,
                                     const std::vector<int>& n,
                                     int num_threads,
                                     const JobControl& job);

}  // namespace loci
