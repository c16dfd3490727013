// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/progress.h"
#include "loci/place/evaluate.h"

#include <algorithm>

namespace loci {

Result<Evaluation> evaluate_verified(const Dataset& dataset,
                                     const std::vector<std::vector<int64_t>>& positives,
                                     const Evaluation& run,
                                     const Verifier& verifier,
                                     const std::vector<int>& n,
                                     int num_threads,
                                     const JobControl& job) {
  Evaluation out = run;
  out.verified = verifier.method();
  const Stopwatch watch;
  int64_t done = 0;
  for (size_t q = 0; q < run.results.size(); ++q, ++done) {
    if (job.cancelled()) return cancelled("stopped on request");
    job.progress("verifying", done, std::ssize(run.results));
    const auto query = verifier.features_of(image_path(dataset, dataset.queries[q]), num_threads);
    if (!query.ok()) continue;
    const size_t count =
        std::min(run.results[q].size(), static_cast<size_t>(verifier.options().num_candidates));
    std::vector<std::string> paths;
    for (size_t i = 0; i < count; ++i) {
      paths.push_back(
          image_path(dataset, dataset.database[static_cast<size_t>(run.results[q][i])]));
    }
    const std::vector<size_t> order = verifier.order(
        verifier.check_files(**query, paths, num_threads), std::span(run.scores[q]).first(count));
    for (size_t i = 0; i < count; ++i) {
      out.results[q][i] = run.results[q][order[i]];
      out.scores[q][i] = run.scores[q][order[i]];
    }
  }
  const auto queries = std::max<int64_t>(1, std::ssize(run.results));
  out.verify_ms = watch.milliseconds() / static_cast<double>(queries);
  out.recall = recall_at(out.results, positives, n);
  return out;
}

}  // namespace loci
