// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/training_set.h"

#include "pair_lists.h"

#include "loci/base/check.h"
#include "loci/base/text.h"

#include <algorithm>
#include <limits>

namespace loci::train {
namespace {

Status check_sizes(const Dataset& dataset) {
  const std::string where = printable(dataset.root);
  if (dataset.queries.empty() || dataset.database.empty()) {
    return invalid_argument(
        where + format(": %zu queries and %zu database images; training needs some of both",
                       dataset.queries.size(),
                       dataset.database.size()));
  }
  constexpr size_t kMost = std::numeric_limits<int32_t>::max() / 2;
  if (dataset.queries.size() > kMost || dataset.database.size() > kMost)
    return unsupported(where + ": more than a thousand million images");
  return {};
}

std::string count(int64_t n, const char* what) {
  return format("%lld %s", static_cast<long long>(n), what);
}

/// Why no query has a potential positive, and what to do.
std::string no_positives(const std::string& relation,
                         const PairOptions& options,
                         int64_t without_clue,
                         int64_t lost_to_time,
                         int64_t queries) {
  if (lost_to_time > 0) {
    return "no query has a potential positive taken at another time, " +
           count(lost_to_time, "have one of their own time; ") +
           "add photographs of other times, or turn time_machine off";
  }
  if (without_clue == queries) {
    return "no query has a " + (relation == "place" ? std::string("place label") : relation) +
           "; choose another relation (position, place or frame)";
  }
  if (relation == "position") {
    return format(
        "no query has a database image further than %g m and at most %g m away; is the database "
        "of the same streets, and are positions in metres? (positive_radius_m)",
        options.trivial_radius_m,
        options.positive_radius_m);
  }
  if (relation == "place") return "no query shares its place label with another database image";
  return "no query has a database image within positive_frames of it";
}

}  // namespace

Result<TrainingSet> TrainingSet::create(const Dataset& dataset, const PairOptions& options) {
  LOCI_RETURN_IF_ERROR(check_sizes(dataset));
  const std::string where = printable(dataset.root) + ": ";
  LOCI_TRY(relation, relation_of(dataset, options));
  LOCI_RETURN_IF_ERROR(check_pair_options(options, relation));
  LOCI_RETURN_IF_ERROR(check_spread(dataset, options, relation));

  TrainingSet set;
  set.options_ = options;
  set.relation_ = relation;
  set.num_database_ = static_cast<int64_t>(dataset.database.size());
  for (const ImageRecord& record : dataset.database)
    set.paths_.push_back(loci::image_path(dataset, record));
  for (size_t q = 0; q < dataset.queries.size(); ++q) {
    const int64_t own = own_row(dataset, q);
    set.query_image_.push_back(static_cast<int32_t>(own >= 0 ? own : set.num_images()));
    if (own < 0) set.paths_.push_back(loci::image_path(dataset, dataset.queries[q]));
  }

  std::vector<int32_t> index_of(dataset.database.size(), -1);
  for (size_t row = 0; row < dataset.database.size(); ++row) {
    if (!has_clue(dataset.database[row], relation)) continue;
    index_of[row] = static_cast<int32_t>(set.known_.size());
    set.known_.push_back(static_cast<int32_t>(row));
  }

  LOCI_TRY(pairs, make_pair_lists(dataset, options, relation));
  int64_t without_clue = 0, without_negatives = 0;
  std::vector<int32_t> row;
  for (size_t q = 0; q < dataset.queries.size(); ++q) {
    set.has_clue_.push_back(has_clue(dataset.queries[q], relation) ? 1 : 0);
    without_clue += set.has_clue_.back() == 0 ? 1 : 0;
    set.positives_.add(pairs.positives[q]);
    row.clear();
    for (const int32_t near : pairs.near[q]) {
      if (index_of[at(near)] >= 0) row.push_back(index_of[at(near)]);
    }
    set.near_.add(row);
    if (pairs.positives[q].empty()) continue;
    set.trainable_.push_back(static_cast<int32_t>(q));
    if (set.num_definite_negatives(static_cast<int64_t>(q)) == 0) ++without_negatives;
  }

  const int64_t queries = set.num_queries();
  const auto trainable = static_cast<int64_t>(set.trainable_.size());
  if (trainable == 0) {
    return invalid_argument(
        where + no_positives(relation, options, without_clue, pairs.queries_lost_to_time, queries));
  }
  if (without_negatives == trainable) {
    return invalid_argument(where + "no query that has a positive has a definite negative: " +
                            "all of it is one place; add photographs of other places");
  }
  if (trainable < queries)
    set.notes_.push_back(count(queries - trainable, "queries have no potential positive"));
  if (pairs.queries_lost_to_time > 0) {
    set.notes_.push_back(count(pairs.queries_lost_to_time,
                               "of these only have positives of their own time (time_machine)"));
  }
  if (without_negatives > 0)
    set.notes_.push_back(count(without_negatives, "queries have no definite negative"));
  if (options.time_machine && pairs.pairs_of_unknown_time > 0) {
    set.notes_.push_back(count(pairs.pairs_of_unknown_time,
                               "positive pairs count although a time is unknown (time_machine)"));
  }
  return set;
}

bool TrainingSet::is_definite_negative(int64_t query, int64_t database_row) const {
  LOCI_REQUIRE(query >= 0 && query < num_queries(), "the query is one of the set");
  LOCI_REQUIRE(database_row >= 0 && database_row < num_database_, "the row is in the database");
  if (has_clue_[at(query)] == 0) return false;
  const auto known =
      std::lower_bound(known_.begin(), known_.end(), static_cast<int32_t>(database_row));
  if (known == known_.end() || *known != database_row) return false;
  const auto near = row(near_, query);
  return !std::binary_search(
      near.begin(), near.end(), static_cast<int32_t>(known - known_.begin()));
}

int64_t TrainingSet::num_definite_negatives(int64_t query) const {
  if (has_clue_[at(query)] == 0) return 0;
  return static_cast<int64_t>(known_.size() - row(near_, query).size());
}

std::vector<int32_t> TrainingSet::sample_negatives(int64_t query, int64_t count, Rng* rng) const {
  const std::vector<int64_t> ranks = rng->sample(num_definite_negatives(query), count);
  const auto near = row(near_, query);
  std::vector<int32_t> rows;
  rows.reserve(ranks.size());
  size_t passed = 0;  // near rows below the one that is drawn
  for (const int64_t rank : ranks) {
    while (passed < near.size() && near[passed] <= rank + static_cast<int64_t>(passed)) ++passed;
    rows.push_back(known_[at(rank) + passed]);
  }
  return rows;
}

}  // namespace loci::train
