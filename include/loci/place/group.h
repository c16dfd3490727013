// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/describe/verifier.h"
#include "loci/index/index.h"
#include "loci/place/place_db.h"

#include <cstdint>
#include <map>
#include <vector>

namespace loci {

struct GroupOptions {
  /// Most alike photos of each that are looked at.
  int neighbours = 10;
  /// A pair is considered when it is at least so probable that both photos show one place, judged by
  /// their descriptors (Match::confidence).
  double least_confidence = 0;
  /// From this probability on a pair is taken without a geometric check; above 1 for never.
  double sure_confidence = 0.999;
  /// Two groups become one when at least this part of the checked pairs between them are links (0:
  /// one link is enough).
  double least_linkage = 0.9;
  /// Check pairs geometrically; without it only sure_confidence counts.
  bool check_geometry = true;

  template <class V>
  void describe(V&& v) {
    v({"neighbours", "most alike photos of each that are looked at"}, neighbours);
    v({"least_confidence",
       "a pair is considered when its descriptors make it at least so probable that both photos "
       "show one place"},
      least_confidence);
    v({"sure_confidence",
       "from this probability on a pair is taken without a geometric check; above 1 for never"},
      sure_confidence);
    v({"least_linkage",
       "two groups become one when at least this part of the checked pairs between them are links "
       "(0: one link is enough)"},
      least_linkage);
    v({"check_geometry", "check pairs geometrically; without it only sure_confidence counts"},
      check_geometry);
  }
};

/// Two photographs taken for the same place.
struct GroupLink {
  int64_t first = 0, second = 0;  ///< numbers of photos
  float score = 0;                ///< cosine similarity
  double confidence = 0;          ///< the smaller of what either photo says of the other
  int matched = 0, inliers = 0;   ///< of the geometric check; 0 where none was made
};

struct PhotoGroup {
  std::vector<int64_t> ids;  ///< two or more, earliest first, those without a time last
  int64_t cover = 0;         ///< the one with the most links: the picture to show
  std::string name = {};     ///< that a person gave the place, or ""
  int links = 0;
};

struct Grouping {
  std::vector<PhotoGroup> groups;  ///< largest first, then by the smallest number
  std::vector<GroupLink> links;    ///< all that hold groups together
  int64_t photos = 0;
  int64_t ungrouped = 0;  ///< photos in no group
};

/// Groups the photographs of a collection by place from their pictures alone: pairs that are among
/// each other's `neighbours` and more alike than chance explains, checked geometrically unless they
/// are beyond doubt, are links, and photographs linked by most of the pairs that were checked are
/// one group. What a person said of places (PlaceDb::place_labels) holds whatever the pictures say.
/// Positions are not looked at.
/// Errors:  InvalidArgument for options out of range; Cancelled
/// Cost:    a search of each photo, and a geometric check of each candidate pair
Result<Grouping> group_photos(const PlaceDb& db,
                              const Verifier& verifier,
                              const GroupOptions& options = {},
                              const IndexOptions& index = {},
                              const JobControl& job = {});

/// Of all pairs of photographs with a label: those grouped together that belong together, and so
/// on. `place` gives the label of each photo that has one.
struct PairScores {
  int64_t right = 0;   ///< pairs grouped that have one label
  int64_t wrong = 0;   ///< pairs grouped that have two
  int64_t missed = 0;  ///< pairs of one label that are not grouped
  double precision = 0, recall = 0, f1 = 0;
};
PairScores pairwise_scores(const Grouping& grouping, const std::map<int64_t, std::string>& place);

}  // namespace loci
