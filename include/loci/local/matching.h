// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"

#include <cstdint>
#include <vector>

namespace loci {

/// A feature of the first image and the feature of the second that is its mutual nearest neighbour.
struct FeatureMatch {
  int64_t first = 0, second = 0;  ///< rows
  float similarity = 0;           ///< cosine
  bool inlier = false;            ///< explained by the geometry
};

struct MatchOptions {
  /// Only more similar features match, cosine. XFeat's published code takes .82; photos of a place
  /// at different times have more matches with .75.
  double min_similarity = 0.75;
  /// Lowe's test: the distance to the nearest feature of the second image is at most this fraction
  /// of that to the second nearest; 1 for no test.
  double max_ratio = 1;
};

/// Rows of `first` and `second` that choose each other as the most similar, the most similar first.
/// Of equal ones the first row is chosen; rows of zeros never match.
///
/// Shapes:  first N1 x D, second N2 x D: float32 rows of unit L2 norm, or int8 rows of any length,
///          of which the direction is compared
/// Errors:  contract: equal widths D, unless one of them has no rows
/// Threads: any number at once; a call uses one thread
/// Cost:    N1 * N2 * D multiply-adds (int8: exact sums, VNNI where the processor has it), and
///          about 128 * N2 floats
std::vector<FeatureMatch> mutual_matches(ConstMatrixView first,
                                         ConstMatrixView second,
                                         const MatchOptions& options = {});
std::vector<FeatureMatch> mutual_matches(MatrixView<const int8_t> first,
                                         MatrixView<const int8_t> second,
                                         const MatchOptions& options = {});

}  // namespace loci
