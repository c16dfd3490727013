// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/rng.h"
#include "loci/base/status.h"
#include "loci/data/dataset.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace loci::train {

/// What makes two photographs a positive or a negative pair. The defaults are the paper's.
struct PairOptions {
  /// What tells near from far: position, place (labels), frame (order of a drive), or auto for the
  /// data set's own rule.
  std::string relation = "auto";
  /// Position: potential positives lie at most this many metres away (10 in Relja/netvlad).
  double positive_radius_m = 10;
  /// Position: and further than this, a picture from the very same spot teaches nothing (1 in
  /// Relja/netvlad; negative: no bound).
  double trivial_radius_m = 1;
  /// Position: definite negatives are further than this many metres.
  double negative_radius_m = 25;
  /// Frame: potential positives are at most this many frames away (-1: the data set's tolerance).
  int positive_frames = -1;
  /// Frame: definite negatives are more than this many frames away (-1: 5 times positive_frames, at
  /// least 10).
  int negative_frames = -1;
  /// Positives must show another time than the query, wherever both times are known (the paper's
  /// Time Machine rule).
  bool time_machine = true;
  /// Hours that count as another time: the difference must be larger (0: any difference).
  double min_time_gap_h = 0;

  template <class V>
  void describe(V&& v) {
    v({"relation",
       "what tells near from far: position, place (labels), frame (order of a drive), or auto for "
       "the data set's own rule"},
      relation);
    v({"positive_radius_m",
       "position: potential positives lie at most this many metres away (10 in Relja/netvlad)"},
      positive_radius_m);
    v({"trivial_radius_m",
       "position: and further than this, a picture from the very same spot teaches nothing (1 in "
       "Relja/netvlad; negative: no bound)"},
      trivial_radius_m);
    v({"negative_radius_m", "position: definite negatives are further than this many metres (25)"},
      negative_radius_m);
    v({"positive_frames",
       "frame: potential positives are at most this many frames away (-1: the data set's "
       "tolerance)"},
      positive_frames);
    v({"negative_frames",
       "frame: definite negatives are more than this many frames away (-1: 5 times "
       "positive_frames, at least 10)"},
      negative_frames);
    v({"time_machine",
       "positives must show another time than the query, wherever both times are known (the "
       "paper's Time Machine rule)"},
      time_machine);
    v({"min_time_gap_h",
       "hours that count as another time: the difference must be larger (0: any difference)"},
      min_time_gap_h);
  }
};

/// The weak supervision of a data set: for each query the database images that may show the same
/// place (potential positives) and those that certainly do not (definite negatives).
///
///   position  positives   trivial_radius_m < d <= positive_radius_m, d^2 compared in double
///             negatives   d > negative_radius_m, or in a UTM zone that is no neighbour
///   place     positives   same label, another photograph;  negatives: another label
///   frame     positives   |difference| <= positive_frames;  negatives: > negative_frames
///
/// Everything between is neither. An image without position (label, frame) is neither to anyone.
/// Under `time_machine` a positive's time differs from the query's where both are known. The
/// query's own photograph is never its positive or negative.
///
/// Images carry one number in descriptors and caches: database rows first, then the queries that
/// are no database image themselves (leave-one-out sets have none of those).
///
/// Threads: const, safe from many threads
/// Cost:    memory is that of the positives and of what lies nearer than a negative, 4 bytes a
///          pair; never a table of N x Q
/// Source:  Arandjelovic et al., CVPR 2016, sec. 4; radii and inclusive bounds as Relja/netvlad
class TrainingSet {
 public:
  /// Errors: InvalidArgument, saying what was found and what to do, for options out of order
  ///         (positive radius beyond the negative one), positions of named and unnamed grids mixed,
  ///         no potential positives at all, one place only (nothing is far from anything); Corrupt
  ///         for positions that are not finite
  static Result<TrainingSet> create(const Dataset& dataset, const PairOptions& options = {});

  int64_t num_images() const { return static_cast<int64_t>(paths_.size()); }
  int64_t num_database() const { return num_database_; }
  int64_t num_queries() const { return static_cast<int64_t>(query_image_.size()); }
  /// Where the file of an image is.
  const std::string& image_path(int64_t image) const { return paths_[at(image)]; }
  /// The image number of a query.
  int32_t query_image(int64_t query) const { return query_image_[at(query)]; }

  /// Database rows, increasing.
  std::span<const int32_t> potential_positives(int64_t query) const {
    return row(positives_, query);
  }
  bool is_definite_negative(int64_t query, int64_t database_row) const;
  int64_t num_definite_negatives(int64_t query) const;
  /// `count` different definite negatives, uniformly drawn, increasing; all of them when there are
  /// no more.
  std::vector<int32_t> sample_negatives(int64_t query, int64_t count, Rng* rng) const;
  /// Queries that have potential positives, increasing.
  const std::vector<int32_t>& trainable_queries() const { return trainable_; }

  const PairOptions& options() const { return options_; }
  const std::string& relation() const { return relation_; }  ///< position, place or frame
  /// What a person should know, one sentence each: queries without positives, unknown times.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  /// Rows of different lengths, one after another.
  struct Lists {
    std::vector<int64_t> start{0};
    std::vector<int32_t> values;
    void add(std::span<const int32_t> row) {
      values.insert(values.end(), row.begin(), row.end());
      start.push_back(static_cast<int64_t>(values.size()));
    }
  };
  static size_t at(int64_t i) { return static_cast<size_t>(i); }
  static std::span<const int32_t> row(const Lists& lists, int64_t i) {
    return std::span(lists.values)
        .subspan(at(lists.start[at(i)]), at(lists.start[at(i) + 1] - lists.start[at(i)]));
  }

  std::vector<std::string> paths_;
  int64_t num_database_ = 0;
  std::vector<int32_t> query_image_;
  Lists positives_;
  std::vector<int32_t> known_;     ///< database rows that can be a negative, increasing
  std::vector<uint8_t> has_clue_;  ///< per query: its own position, label or frame is known
  Lists near_;                     ///< per query indices into known_ that are no definite negatives
  std::vector<int32_t> trainable_;
  PairOptions options_;
  std::string relation_;
  std::vector<std::string> notes_;
};

}  // namespace loci::train
