// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/geometry.h"

#include "fit_geometry.h"

#include "loci/base/check.h"
#include "loci/base/text.h"

#include <algorithm>
#include <bitset>
#include <cmath>

namespace loci {
namespace {

using internal::Fit;
using internal::Mat3;
using internal::product;
using internal::transposed;

constexpr size_t kLeastMatches = 8;          // fewer fit a homography by chance
constexpr double kKeptMinSimilarity = 0.75;  // MatchOptions' own
constexpr int kGridSide = 8;
// Drawing seven and solving a cubic takes some six times as long as four and areas.
constexpr int kFundamentalShare = 6;
// An epipolar geometry cannot explain much more than a homography that fits this part.
constexpr double kAlmostAll = 0.9;

/// From pixels to a frame with its origin in the middle and the longer side from -1 to 1.
struct ToFrame {
  double scale, x0, y0;
  explicit ToFrame(const KeypointsView& image)
      : scale(2.0 / std::max({1, image.width, image.height})),
        x0(image.width / 2.0),
        y0(image.height / 2.0) {}
  Mat3 matrix() const { return {scale, 0, -scale * x0, 0, scale, -scale * y0, 0, 0, 1}; }
  Mat3 inverse() const { return {1 / scale, 0, x0, 0, 1 / scale, y0, 0, 0, 1}; }
};

double spread(const std::vector<FeatureMatch>& matches,
              const KeypointsView& image,
              int64_t FeatureMatch::*row) {
  std::bitset<kGridSide * kGridSide> cells;
  const auto cell = [](float at, int side) {
    const float part = at / static_cast<float>(std::max(1, side)) * kGridSide;
    return static_cast<size_t>(std::clamp(part, 0.0f, kGridSide - 1.0f));
  };
  for (const FeatureMatch& match : matches) {
    if (!match.inlier) continue;
    const Keypoint& k = image.keypoints[static_cast<size_t>(match.*row)];
    cells.set(cell(k.y, image.height) * kGridSide + cell(k.x, image.width));
  }
  return static_cast<double>(cells.count()) / static_cast<double>(cells.size());
}

/// Fits what the options ask for, and says what it is.
Fit best_fit(const internal::PointPairs& pairs,
             const internal::Frame& frame,
             double least_tolerance,
             const GeometryOptions& options,
             Geometry* kind) {
  // Fractions of the longer side, which is 2 here.
  const double around_point = std::max(2 * options.tolerance, least_tolerance),
               around_line = std::max(2 * options.epipolar_tolerance, least_tolerance);
  const int homography_draws = options.max_iterations,
            fundamental_draws = std::max(1, options.max_iterations / kFundamentalShare);
  *kind = Geometry::kHomography;
  if (options.geometry == "homography")
    return fit_homography(pairs, frame, around_point, homography_draws);
  if (options.geometry == "fundamental") {
    *kind = Geometry::kFundamental;
    return fit_fundamental(pairs, frame, around_line, fundamental_draws, nullptr);
  }
  Fit flat = fit_homography(pairs, frame, around_point, homography_draws);
  if (static_cast<double>(flat.inliers.size()) >= kAlmostAll * static_cast<double>(pairs.size()))
    return flat;
  Fit rigid = fit_fundamental(
      pairs, frame, around_line, fundamental_draws, flat.inliers.empty() ? nullptr : &flat.matrix);
  if (!rigid.inliers.empty() && (flat.inliers.empty() || rigid.log_chance < flat.log_chance)) {
    *kind = Geometry::kFundamental;
    return rigid;
  }
  return flat;
}

template <class Features>
Result<GeometricCheck> match_and_explain(const Features& first,
                                         const Features& second,
                                         int64_t first_width,
                                         int64_t second_width,
                                         const KeypointsView& a,
                                         const KeypointsView& b,
                                         double min_similarity,
                                         const GeometryOptions& options) {
  LOCI_RETURN_IF_ERROR(validate(options));
  if (!a.keypoints.empty() && !b.keypoints.empty() && first_width != second_width) {
    return invalid_argument(format(
        "features of %lld and of %lld dimensions cannot be matched: make both with one model",
        static_cast<long long>(first_width),
        static_cast<long long>(second_width)));
  }
  const MatchOptions matching{.min_similarity = min_similarity, .max_ratio = options.max_ratio};
  return explain_matches(mutual_matches(first, second, matching), a, b, options);
}

std::vector<Keypoint> places(const KeptFeatures& kept) {
  std::vector<Keypoint> out;
  for (int64_t i = 0; i < std::ssize(kept.points); ++i) out.push_back(place_of(kept, i));
  return out;
}

}  // namespace

Status validate(const GeometryOptions& o) {
  if (o.geometry != "homography" && o.geometry != "fundamental" && o.geometry != "auto") {
    return invalid_argument("geometry '" + printable(o.geometry) +
                            "': expected homography, fundamental or auto");
  }
  for (const auto& [name, value] :
       {std::pair{"tolerance", o.tolerance}, {"epipolar_tolerance", o.epipolar_tolerance}}) {
    if (!(value > 0 && value < 0.5))
      return invalid_argument(format("%s %g: expected more than 0 and less than 0.5", name, value));
  }
  if (!(o.min_similarity >= -1 && o.min_similarity <= 1))
    return invalid_argument(format("min_similarity %g: expected -1 to 1", o.min_similarity));
  if (!(o.max_ratio > 0 && o.max_ratio <= 1)) {
    return invalid_argument(
        format("max_ratio %g: expected more than 0 and at most 1", o.max_ratio));
  }
  if (o.max_iterations < 1 || o.max_iterations > 1'000'000) {
    return invalid_argument(format("max_iterations %d: expected 1 to 1,000,000", o.max_iterations));
  }
  return {};
}

const char* geometry_name(Geometry geometry) {
  switch (geometry) {
    case Geometry::kNone:
      return "none";
    case Geometry::kHomography:
      return "homography";
    case Geometry::kFundamental:
      return "fundamental";
  }
  return "none";
}

Result<GeometricCheck> explain_matches(std::vector<FeatureMatch> matches,
                                       const KeypointsView& first,
                                       const KeypointsView& second,
                                       const GeometryOptions& options) {
  LOCI_RETURN_IF_ERROR(validate(options));
  GeometricCheck result{.matches = std::move(matches)};
  const int64_t n = std::ssize(result.matches);
  if (result.matches.size() < kLeastMatches) return result;
  const ToFrame of_first(first), of_second(second);
  internal::PointPairs pairs(n);
  for (int64_t i = 0; i < n; ++i) {
    FeatureMatch& match = result.matches[static_cast<size_t>(i)];
    match.inlier = false;
    LOCI_REQUIRE(match.first >= 0 && match.first < std::ssize(first.keypoints) &&
                     match.second >= 0 && match.second < std::ssize(second.keypoints),
                 "matches index the keypoints");
    const Keypoint &p = first.keypoints[static_cast<size_t>(match.first)],
                   &q = second.keypoints[static_cast<size_t>(match.second)];
    pairs.set(i,
              (static_cast<double>(p.x) - of_first.x0) * of_first.scale,
              (static_cast<double>(p.y) - of_first.y0) * of_first.scale,
              (static_cast<double>(q.x) - of_second.x0) * of_second.scale,
              (static_cast<double>(q.y) - of_second.y0) * of_second.scale);
  }
  const internal::Frame frame{.second_width = std::max(1, second.width) * of_second.scale,
                              .second_height = std::max(1, second.height) * of_second.scale};
  const double cells = first.accuracy_px * of_first.scale + second.accuracy_px * of_second.scale;
  Geometry kind = Geometry::kNone;
  const Fit fit = best_fit(pairs, frame, cells, options, &kind);
  if (fit.inliers.empty()) return result;
  for (const int64_t i : fit.inliers) result.matches[static_cast<size_t>(i)].inlier = true;
  result.inliers = static_cast<int>(fit.inliers.size());
  result.geometry = kind;
  result.matrix =
      kind == Geometry::kHomography
          ? product(of_second.inverse(), product(fit.matrix, of_first.matrix()))
          : product(transposed(of_second.matrix()), product(fit.matrix, of_first.matrix()));
  result.spread = std::min(spread(result.matches, first, &FeatureMatch::first),
                           spread(result.matches, second, &FeatureMatch::second));
  result.mean_residual = std::sqrt(fit.mean_square) / 2;
  return result;
}

Result<GeometricCheck> check_geometry(const LocatedFeatures& first,
                                      const LocatedFeatures& second,
                                      const GeometryOptions& options) {
  const ConstMatrixView a = first.features.values, b = second.features.values;
  return match_and_explain(a,
                           b,
                           a.cols(),
                           b.cols(),
                           {first.keypoints, first.width, first.height, first.accuracy_px},
                           {second.keypoints, second.width, second.height, second.accuracy_px},
                           options.min_similarity,
                           options);
}

Result<GeometricCheck> check_geometry(const KeptFeatures& first,
                                      const KeptFeatures& second,
                                      const GeometryOptions& options) {
  const MatrixView<const int8_t> a = first.descriptors, b = second.descriptors;
  const std::vector<Keypoint> p = places(first), q = places(second);
  return match_and_explain(a,
                           b,
                           a.cols(),
                           b.cols(),
                           {p, first.width, first.height, first.accuracy_px},
                           {q, second.width, second.height, second.accuracy_px},
                           options.min_similarity < 0 ? kKeptMinSimilarity : options.min_similarity,
                           options);
}

}  // namespace loci
