// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/data/dataset.h"
#include "loci/eval/recall.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace loci {

/// How one model did on a data set.
struct ModelResult {
  std::string name;
  Recall recall;
  std::vector<std::vector<int64_t>> results;  ///< database rows, best first, filtered by the rule
  std::vector<double> best_score;  ///< of the first result, higher is surer; may be empty: then no
                                   ///< precision-recall curve
  std::string remark;              ///< such as "4,096 numbers an image, 38 ms"; may be empty
};

struct ReportOptions {
  /// Failed queries shown with pictures; the page says how many there were.
  int max_failures = 200;
  /// A small JPEG of a photograph, to be put into the page; called once a photograph, no result
  /// (empty) draws a grey box. Without this function the page links to the files instead and works
  /// only where they are.
  std::function<std::vector<uint8_t>(const std::string& path)> thumbnail;
  std::string command;  ///< what was typed to make the page; may be empty
};

/// An evaluation as one HTML page without any request to the network: table with intervals, recall
/// curves of all models, precision-recall where scores are given, and for each query whose first
/// answer is wrong for at least one model: its picture, what came first and what should have.
///
/// Errors:  contract: every model has one list of results a query, positives too; at least one
///          model
/// Threads: calls options.thumbnail on the caller's thread
std::string evaluation_page(const Dataset& dataset,
                            const std::vector<std::vector<int64_t>>& positives,
                            const std::vector<ModelResult>& models,
                            const ReportOptions& options = {});

}  // namespace loci
