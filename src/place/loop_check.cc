// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_check.h"

#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/resize.h"
#include "loci/local/inlier_chance.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

Result<std::vector<uint8_t>> picture_of(ImageView image) {
  constexpr int kSide = 640, kQuality = 90;
  const int longer = std::max(image.width, image.height);
  if (longer <= kSide) return encode_jpeg(image, kQuality);
  const auto side = [&](int pixels) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(pixels) * kSide / longer)));
  };
  return encode_jpeg(resize(image, side(image.width), side(image.height), Resampling::kArea),
                     kQuality);
}

VerifiedCandidate told(const Result<GeometricCheck>& check) {
  VerifiedCandidate out{.status = check.status()};
  if (!check.ok()) return out;
  out.matched = static_cast<int>(check->matches.size());
  out.inliers = check->inliers;
  return out;
}

/// Fraction of the longer side that a keypoint may be off.
double accuracy_of(const KeptFeatures& kept) {
  return kept.accuracy_px / std::max({1, kept.width, kept.height});
}

}  // namespace

Result<std::unique_ptr<LoopCheck>> LoopCheck::create(const Describer& describer,
                                                     const LoopOptions& options) {
  const std::string& features = options.geometry.verify_features;
  const bool points = describer.has_points() && (features == "auto" || features == "points");
  if (!options.verify || (!points && features == "auto")) return std::unique_ptr<LoopCheck>();
  std::unique_ptr<LoopCheck> made(new LoopCheck(options.geometry.geometry));
  if (made->geometry_.geometry.empty()) made->geometry_.geometry = "homography";
  LOCI_RETURN_IF_ERROR(validate(made->geometry_));
  if (points) return made;
  LOCI_TRY(verifier, Verifier::create(describer, options.geometry));
  made->verifier_ = std::move(verifier);
  return made;
}

Status LoopCheck::keep_of(ImageView image,
                          const LocatedFeatures& points,
                          LoopMemoryFrame& kept) const {
  if (by_points()) {
    if (points.width > 0 && points.height > 0) kept.points = keep(points);
    return {};
  }
  LOCI_TRY(jpeg, picture_of(image));
  kept.jpeg = std::move(jpeg);
  return {};
}

LoopCheck::Points LoopCheck::check(const KeptFeatures& own,
                                   const KeptFeatures& other,
                                   bool epipolar) const {
  const Result<GeometricCheck> found = check_geometry(own, other, geometry_);
  Points out{.geometry = told(found)};
  if (!found.ok()) return out;
  if (epipolar) {
    GeometryOptions rigid = geometry_;
    rigid.geometry = "fundamental";  // what the odds of models were fitted with
    const Result<GeometricCheck> other_view = check_geometry(own, other, rigid);
    out.epipolar = other_view.ok() ? other_view->inliers : 0;
  }
  const double least = accuracy_of(own) + accuracy_of(other);
  const double tolerance =
      std::max(least,
               found->geometry == Geometry::kHomography ? geometry_.tolerance
                                                        : geometry_.epipolar_tolerance);
  out.chance = inlier_chance(MatchedFeatures::kPoints,
                             found->geometry,
                             out.geometry.matched,
                             out.geometry.inliers,
                             tolerance);
  if (geometry_.geometry == "auto") out.chance = std::min(1.0, 2 * out.chance);
  return out;
}

std::optional<Loop> LoopCheck::first_verified(ImageView image,
                                              std::vector<Loop> candidates,
                                              const LoopMemory& memory,
                                              int num_threads) const {
  if (candidates.empty()) return std::nullopt;
  const auto own = verifier_->features(image, num_threads);
  if (!own.ok()) return std::nullopt;
  for (Loop& each : candidates) {
    const auto checked = [&]() -> Result<GeometricCheck> {
      LOCI_TRY(
          picture,
          decode_image(memory.frame(memory.position_of(each.match)).jpeg, "a remembered frame"));
      LOCI_TRY(other, verifier_->features(picture, num_threads));
      return verifier_->check(*own, other);
    }();
    each.geometry = told(checked);
    if (checked.ok() && verifier_->verified(each.geometry->matched, each.geometry->inliers))
      return std::move(each);
  }
  return std::nullopt;
}

}  // namespace loci
