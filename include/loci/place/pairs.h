// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/place/place_db.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace loci {

/// Which pairs of photographs are worth matching: the k nearest of each that pass the filters. A
/// filter on positions or times passes over photographs that have none, unless told otherwise.
struct PairOptions {
  /// Pairs sought for each photograph, the most similar ones (hloc: num_matched).
  int num_matches = 20;
  /// Least cosine similarity of a pair (hloc: 0).
  double min_score = 0;
  /// Largest Euclidean distance of the two descriptors, 0 to 2.
  double max_distance = 2;
  /// Farthest apart by their positions, metres, 0 for no bound.
  double max_distance_m = 0;
  /// Nearest by their positions, metres.
  double min_distance_m = 0;
  /// Taken at least so many seconds apart: leaves out neighbours of a drive.
  double min_time_gap_s = 0;
  /// Taken at most so many seconds apart, 0 for no bound.
  double max_time_gap_s = 0;
  /// Pair only photographs that both have a position.
  bool need_position = false;
  /// Pair only photographs that both have a time.
  bool need_time = false;
  /// Keep a pair only when each is among the nearest of the other.
  bool mutual = false;
  /// Threads, 0 for all.
  int num_threads = 0;

  template <class V>
  void describe(V&& v) {
    v({"num_matches",
       "pairs sought for each photograph, the most similar ones (hloc: num_matched)"},
      num_matches);
    v({"min_score", "least cosine similarity of a pair (hloc: 0)"}, min_score);
    v({"max_distance", "largest Euclidean distance of the two descriptors, 0 to 2"}, max_distance);
    v({"max_distance_m", "farthest apart by their positions, metres, 0 for no bound"},
      max_distance_m);
    v({"min_distance_m", "nearest by their positions, metres"}, min_distance_m);
    v({"min_time_gap_s", "taken at least so many seconds apart: leaves out neighbours of a drive"},
      min_time_gap_s);
    v({"max_time_gap_s", "taken at most so many seconds apart, 0 for no bound"}, max_time_gap_s);
    v({"need_position", "pair only photographs that both have a position"}, need_position);
    v({"need_time", "pair only photographs that both have a time"}, need_time);
    v({"mutual", "keep a pair only when each is among the nearest of the other"}, mutual);
    v({"num_threads", "threads, 0 for all"}, num_threads);
  }
};

/// Photographs with their descriptors, one row each, read when they are needed.
struct DescribedSet {
  std::vector<PlaceImage> images;
  int64_t dim = 0;
  /// Writes the descriptors of images[first], images[first + 1], ... into the rows.
  std::function<Status(int64_t first, MatrixView<float> rows)> read;
};

/// The photographs of a collection in the order of their paths. `db` must outlive the set.
Result<DescribedSet> described_set(const PlaceDb& db);
/// The photographs of files, described now. One that cannot be read is named in `failed` and left
/// out.
Result<DescribedSet> described_set(const Describer& describer,
                                   const std::vector<std::string>& paths,
                                   std::vector<FailedImage>* failed,
                                   int num_threads = 0,
                                   const JobControl& job = {});

/// One found pair: positions in the images of the two sets.
struct ImagePair {
  int64_t query = 0, match = 0;
  float score = 0;  ///< cosine similarity
};

/// For each query the `num_matches` photographs of `database` with the largest dot product that
/// pass the filters; by query in the set's order, best first, equal scores by the order of the
/// database. A photograph is never paired with itself (the same path). The scan is exact: filters
/// act before the selection, so each query has its full number where there are enough. With
/// `mutual` a pair stays when the query, too, is among the `num_matches` best queries of its match.
/// Cost:    |queries| * |database| * dim multiply-adds (twice with `mutual` and two different sets)
///          and some 130 MB beside the sets
/// Errors:  InvalidArgument for options that allow nothing or sets of different widths; Cancelled
Result<std::vector<ImagePair>> find_pairs(const DescribedSet& queries,
                                          const DescribedSet& database,
                                          const PairOptions& options = {},
                                          const JobControl& job = {});
/// The same of a set with itself.
Result<std::vector<ImagePair>> find_pairs(const DescribedSet& set,
                                          const PairOptions& options = {},
                                          const JobControl& job = {});

}  // namespace loci
