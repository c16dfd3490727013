// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/describe/describer.h"
#include "loci/local/geometry.h"
#include "loci/local/kept_features.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loci {

struct VerifyOptions {
  /// What is matched: backbone (the model's own feature map), rootsift (RootSIFT at detected
  /// points), or auto for what the model itself is made of.
  std::string verify_features = "auto";
  /// Best matches that are checked and put into a new order.
  int num_candidates = 20;
  /// rootsift: strongest points of a photo that are matched.
  int max_keypoints = 1000;
  /// Memory for features of photos that were checked before, MiB.
  int cache_mib = 256;
  /// backbone, rootsift: a pair is verified with more inliers than least_inliers + least_share *
  /// matched regions (Brown and Lowe 2007, eq. 9).
  double least_inliers = 8;
  /// See least_inliers.
  double least_share = 0.3;
  /// Weight of the score beside the inliers: a candidate whose score lies a tenth below the best
  /// needs a tenth of this more inliers (0: inliers alone).
  double score_inliers = 30;
  /// points: what inliers add to the similarity of a candidate, times log(1 + those beyond
  /// chance_inliers).
  double inlier_weight = 0.15;
  /// points: so many inliers say nothing yet.
  double chance_inliers = 12;
  /// Its `geometry` empty: fundamental for points, homography for the others.
  GeometryOptions geometry = {.geometry = ""};

  template <class V>
  void describe(V&& v) {
    v({"verify_features",
       "what is matched: points (the model's learned local features), backbone (the model's own "
       "feature map), rootsift (RootSIFT at detected points), or auto for the first of them that "
       "the model has"},
      verify_features);
    v({"num_candidates", "best matches that are checked and put into a new order"}, num_candidates);
    v({"max_keypoints", "rootsift: strongest points of a photo that are matched"}, max_keypoints);
    v({"cache_mib", "memory for features of photos that were checked before, MiB"}, cache_mib);
    v({"least_inliers",
       "backbone, rootsift: a pair is verified with more inliers than least_inliers + least_share "
       "* matched regions (Brown and Lowe 2007, eq. 9)"},
      least_inliers);
    v({"least_share", "see least_inliers"}, least_share);
    v({"score_inliers",
       "weight of the score beside the inliers: a candidate whose score lies a tenth below the "
       "best "
       "needs a tenth of this more inliers (0: inliers alone)"},
      score_inliers);
    v({"inlier_weight",
       "points: what inliers add to a candidate's similarity, times log(1 + those beyond "
       "chance_inliers)"},
      inlier_weight);
    v({"chance_inliers", "points: so many inliers say nothing yet"}, chance_inliers);
    geometry.describe(v);
  }
};

/// What the check of one candidate gave.
struct VerifiedCandidate {
  Status status;  ///< why the candidate could not be checked, if so
  int matched = 0;
  int inliers = 0;
};

/// Compares photographs region by region: features with places, mutual matches, one geometry.
/// Threads: const members are safe from many threads
class Verifier {
 public:
  /// `describer` must outlive it.
  /// Errors: InvalidArgument for unknown or impossible options; Unsupported for RootSIFT at detected
  ///         points in a build without OpenCV
  static Result<std::unique_ptr<Verifier>> create(const Describer& describer,
                                                  const VerifyOptions& options = {});
  virtual ~Verifier() = default;

  virtual const VerifyOptions& options() const = 0;
  /// "points", "backbone" or "rootsift".
  virtual const std::string& method() const = 0;
  /// The model's.
  virtual const MatchOdds& odds() const = 0;
  /// Unit features to match. `made`, if any, are the describer's own of the same image: the network
  /// then need not run again.
  virtual Result<LocatedFeatures> features(ImageView image,
                                           int num_threads = 1,
                                           const DescribedFeatures* made = nullptr) const = 0;
  /// Of a photograph's file, kept in memory for the next time unless the file changes.
  virtual Result<std::shared_ptr<const LocatedFeatures>> features_of(const std::string& path,
                                                                     int num_threads = 1) const = 0;
  virtual Result<GeometricCheck> check(const LocatedFeatures& first,
                                       const LocatedFeatures& second) const = 0;
  /// More inliers than photos of different places have.
  ///
  ///   points:  pair_probability() >= .5
  ///   others:  inliers > least_inliers + least_share * matched (Brown and Lowe 2007, eq. 9)
  bool verified(int matched, int inliers) const;
  /// How probable it is that two photos with such a check show one place: MatchOdds::pair of the
  /// model, or of photos in general for a model that has not learnt it.
  double pair_probability(int inliers) const;
  /// Checks each file against the query, on `num_threads` threads (0: all). Of a file whose features
  /// are `kept` (empty, or one a path) nothing is read, where method() is points.
  std::vector<VerifiedCandidate> check_files(
      const LocatedFeatures& query,
      std::span<const std::string> paths,
      int num_threads,
      std::span<const std::optional<KeptFeatures>> kept = {}) const;
  /// The candidates' order after the check, the best first; scores: similarities, best first.
  ///
  ///   points:  by the log odds of MatchOdds::geometry; of a model that has not learnt them by
  ///            score + inlier_weight * log(1 + max(0, inliers - chance_inliers)). One that could not
  ///            be checked has no inliers
  ///   others:  order_by_inliers()
  std::vector<size_t> order(std::span<const VerifiedCandidate> candidates,
                            std::span<const float> scores) const;
};

/// The order that the checks give, the best first, by inliers + score_inliers * score / best score:
/// among photographs whose few points fit about equally well, the descriptor still decides. Equal
/// ones stay as they were; those that could not be checked come last. Scores: of the candidates,
/// best first; a best one of 0 or less counts for nothing.
std::vector<size_t> order_by_inliers(std::span<const VerifiedCandidate> candidates,
                                     std::span<const float> scores,
                                     double score_inliers);

}  // namespace loci
