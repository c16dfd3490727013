// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/eval/recall.h"

#include "loci/base/check.h"
#include "loci/base/rng.h"

#include <algorithm>
#include <climits>
#include <unordered_set>

namespace loci {
namespace {

// Database rows looked at for each one kept: the figures of the Tokyo 24/7 (12 cut-outs a panorama)
// and Tokyo Time Machine protocols (Relja/netvlad dbTokyo247.m, dbTokyoTimeMachine.m).
constexpr int kRawPerGroup = 12;
constexpr int kRawPerOtherTime = 10;

/// 1-based rank of the first right result, 0 for none.
int first_right(const std::vector<int64_t>& results, const std::vector<int64_t>& positives) {
  for (size_t rank = 0; rank < results.size(); ++rank) {
    if (std::binary_search(positives.begin(), positives.end(), results[rank]))
      return static_cast<int>(rank) + 1;
  }
  return 0;
}

/// Percentile interval of the mean of `hits` (or gains of -1, 0, 1) over queries drawn with replacement.
std::pair<double, double> bootstrap(const std::vector<signed char>& hits,
                                    int samples,
                                    uint64_t seed) {
  if (hits.empty() || samples < 1) return {0, 0};
  Rng rng(seed, "bootstrap");
  std::vector<double> means(static_cast<size_t>(samples));
  for (double& mean : means) {
    int64_t sum = 0;
    for (size_t i = 0; i < hits.size(); ++i) sum += hits[rng.below(hits.size())];
    mean = static_cast<double>(sum) / static_cast<double>(hits.size());
  }
  std::sort(means.begin(), means.end());
  const auto at = [&](double part) {
    return means[static_cast<size_t>(part * (static_cast<double>(samples) - 1) + 0.5)];
  };
  return {at(0.025), at(0.975)};
}

}  // namespace

Recall recall_at(const std::vector<std::vector<int64_t>>& results,
                 const std::vector<std::vector<int64_t>>& positives,
                 const std::vector<int>& n,
                 int bootstrap_samples,
                 uint64_t seed) {
  LOCI_REQUIRE(results.size() == positives.size(),
               "one list of results and one of positives a query");
  Recall recall;
  recall.n = n;
  recall.queries = static_cast<int64_t>(results.size());
  for (size_t q = 0; q < results.size(); ++q) {
    recall.first_right.push_back(first_right(results[q], positives[q]));
    recall.answerable_queries += positives[q].empty() ? 0 : 1;
  }
  for (const int cut : n) {
    std::vector<signed char> hits;
    int64_t sum = 0;
    for (const int rank : recall.first_right) {
      hits.push_back(rank > 0 && rank <= cut);
      sum += hits.back();
    }
    const auto part = [sum](int64_t of) {
      return of == 0 ? 0.0 : static_cast<double>(sum) / static_cast<double>(of);
    };
    recall.all.push_back(part(recall.queries));
    recall.answerable.push_back(part(recall.answerable_queries));
    recall.correct.push_back(sum);
    const auto [low, high] = bootstrap(hits, bootstrap_samples, seed);
    recall.ci95_low.push_back(low);
    recall.ci95_high.push_back(high);
    std::vector<signed char> answerable_hits;
    for (size_t q = 0; q < hits.size(); ++q) {
      if (!positives[q].empty()) answerable_hits.push_back(hits[q]);
    }
    const auto [answerable_low, answerable_high] =
        bootstrap(answerable_hits, bootstrap_samples, seed);
    recall.answerable_ci95_low.push_back(answerable_low);
    recall.answerable_ci95_high.push_back(answerable_high);
  }
  return recall;
}

RecallGain recall_gain(const Recall& before,
                       const Recall& after,
                       int bootstrap_samples,
                       uint64_t seed) {
  LOCI_REQUIRE(before.n == after.n && before.first_right.size() == after.first_right.size(),
               "both runs have the same cut-offs and queries");
  RecallGain gain;
  for (size_t i = 0; i < after.n.size(); ++i) {
    const auto hit = [&](int rank) { return rank > 0 && rank <= after.n[i] ? 1 : 0; };
    std::vector<signed char> differences;
    for (size_t q = 0; q < after.first_right.size(); ++q) {
      differences.push_back(
          static_cast<signed char>(hit(after.first_right[q]) - hit(before.first_right[q])));
    }
    gain.gain.push_back(after.all[i] - before.all[i]);
    const auto [low, high] = bootstrap(differences, bootstrap_samples, seed);
    gain.ci95_low.push_back(low);
    gain.ci95_high.push_back(high);
  }
  return gain;
}

int result_depth(const Dataset& dataset, int keep) {
  int depth = keep;
  if (dataset.rule.one_result_per_group) depth = keep * kRawPerGroup;
  if (dataset.rule.other_time_only) depth = std::max(depth, keep * kRawPerOtherTime);
  if (!dataset.query_in_database.empty()) depth += 1;
  if (dataset.rule.min_frame_gap > 0) depth += 2 * dataset.rule.min_frame_gap - 1;
  return std::min(depth, static_cast<int>(std::min<size_t>(dataset.database.size(), INT_MAX)));
}

std::vector<std::vector<int64_t>> filter_results(const Dataset& dataset,
                                                 const std::vector<std::vector<int64_t>>& results,
                                                 int keep) {
  LOCI_REQUIRE(results.size() == dataset.queries.size(), "one list of results a query");
  std::vector<std::vector<int64_t>> filtered(results.size());
  for (size_t q = 0; q < results.size(); ++q) {
    std::unordered_set<std::string> groups;
    for (const int64_t row : results[q]) {
      if (row < 0 || is_filtered_out(dataset, static_cast<int64_t>(q), row)) continue;
      const ImageRecord& found = dataset.database[static_cast<size_t>(row)];
      if (dataset.rule.one_result_per_group && !found.group.empty() &&
          !groups.insert(found.group).second)
        continue;
      filtered[q].push_back(row);
      if (std::ssize(filtered[q]) == keep) break;
    }
  }
  return filtered;
}

}  // namespace loci
