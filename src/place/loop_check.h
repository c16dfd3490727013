// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loop_memory.h"

#include "loci/base/status.h"
#include "loci/describe/verifier.h"
#include "loci/image/image.h"
#include "loci/place/loop_detector.h"

#include <memory>
#include <string>
#include <vector>

namespace loci {

/// How a LoopDetector checks candidates geometrically, and what it remembers of a frame for it.
class LoopCheck {
 public:
  /// Nothing where the options or the describer's features leave candidates unchecked.
  /// Errors: what Verifier::create() and validate(GeometryOptions) give
  static Result<std::unique_ptr<LoopCheck>> create(const Describer& describer,
                                                   const LoopOptions& options);

  /// Local features of the describer's own pass are matched; else pictures are.
  bool by_points() const { return verifier_ == nullptr; }
  std::string method() const { return by_points() ? "points" : verifier_->method(); }
  /// What is remembered of a frame: its local features, or a JPEG of at most 640 pixels.
  Status keep_of(ImageView image, const LocatedFeatures& points, LoopMemoryFrame& kept) const;

  struct Points {
    VerifiedCandidate geometry;
    double chance = 1;  ///< inlier_chance() of it
    int epipolar = 0;   ///< inliers of an epipolar geometry, where it was asked for
  };
  /// Contract: by_points()
  /// Cost: 1 to 2 ms, and 1 to 2 more with `epipolar`
  Points check(const KeptFeatures& own, const KeptFeatures& other, bool epipolar) const;
  /// The first of the candidates that one geometry explains. Contract: !by_points()
  std::optional<Loop> first_verified(ImageView image,
                                     std::vector<Loop> candidates,
                                     const LoopMemory& memory,
                                     int num_threads) const;

 private:
  explicit LoopCheck(GeometryOptions geometry) : geometry_(std::move(geometry)) {}
  GeometryOptions geometry_;
  std::unique_ptr<Verifier> verifier_;
};

}  // namespace loci
