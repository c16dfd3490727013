// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/train/training_set.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci::train {

/// position, place or frame: the option's, or for "auto" that of the data set's own rule.
Result<std::string> relation_of(const Dataset& dataset, const PairOptions& options);
Status check_pair_options(const PairOptions& options, const std::string& relation);
/// Refuses a set in which nothing can be far from anything, before its pairs (all of them near)
/// take memory, and positions that cannot be compared.
Status check_spread(const Dataset& dataset,
                    const PairOptions& options,
                    const std::string& relation);

/// The image has what the relation compares.
bool has_clue(const ImageRecord& image, const std::string& relation);
/// The database row that is the query's own photograph, or -1.
int64_t own_row(const Dataset& dataset, size_t query);

struct PairLists {
  std::vector<std::vector<int32_t>> positives;  ///< per query, database rows, increasing
  std::vector<std::vector<int32_t>> near;       ///< per query, rows that are no definite negatives
  int64_t queries_lost_to_time = 0;             ///< had positives, all of them of their own time
  int64_t pairs_of_unknown_time = 0;            ///< positives kept although a time is unknown
};
Result<PairLists> make_pair_lists(const Dataset& dataset,
                                  const PairOptions& options,
                                  const std::string& relation);

}  // namespace loci::train
