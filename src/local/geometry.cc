// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/geometry.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <exception>

#if LOCI_HAVE_OPENCV
#include <opencv2/calib3d.hpp>
#include <opencv2/core.hpp>
#endif

namespace loci {
namespace {

Status check(const GeometryOptions& o) {
  if (o.geometry != "homography" && o.geometry != "fundamental") {
    return invalid_argument("geometry '" + printable(o.geometry) +
                            "': expected homography or fundamental");
  }
  if (!(o.tolerance > 0 && o.tolerance < 0.5)) {
    return invalid_argument(
        format("tolerance %g: expected more than 0 and less than 0.5", o.tolerance));
  }
  if (!(o.max_ratio > 0 && o.max_ratio <= 1)) {
    return invalid_argument(
        format("max_ratio %g: expected more than 0 and at most 1", o.max_ratio));
  }
  if (o.max_iterations < 1 || o.max_iterations > 1'000'000) {
    return invalid_argument(format("max_iterations %d: expected 1 to 1,000,000", o.max_iterations));
  }
  return {};
}

#if LOCI_HAVE_OPENCV
constexpr size_t kLeastMatches = 8;    // fewer fit a homography by chance
constexpr double kMaxAreaChange = 25;  // five times nearer
constexpr double kWorkingSide = 1000;  // both images are brought to this longer side

double working_scale(const LocatedFeatures& f) {
  return kWorkingSide / std::max({1, f.width, f.height});
}

cv::Point2d place_of(const LocatedFeatures& f, int64_t row) {
  const Keypoint& k = f.keypoints[static_cast<size_t>(row)];
  const double scale = working_scale(f);
  return {k.x * scale, k.y * scale};
}

/// Does `h` show the picture as a camera could see it? Judged at every point that fits.
bool plausible(const cv::Mat& h,
               const std::vector<cv::Point2d>& points,
               const std::vector<uchar>& inside) {
  if (h.rows != 3 || h.cols != 3 || !cv::checkRange(h)) return false;
  const double det = cv::determinant(h);
  for (size_t i = 0; i < points.size(); ++i) {
    if (inside[i] == 0) continue;
    const cv::Point2d& p = points[i];
    const double w = h.at<double>(2, 0) * p.x + h.at<double>(2, 1) * p.y + h.at<double>(2, 2);
    const double area = det / (w * w * w);  // by which a small area is multiplied here
    if (!(area > 1 / kMaxAreaChange && area < kMaxAreaChange)) return false;
  }
  return true;
}

cv::UsacParams usac(const GeometryOptions& options, double threshold) {
  cv::UsacParams params;
  params.confidence = 0.999;
  params.isParallel = false;
  params.maxIterations = options.max_iterations;
  params.randomGeneratorState = 1;
  params.sampler = cv::SAMPLING_UNIFORM;
  params.score = cv::SCORE_METHOD_MSAC;
  params.loMethod = cv::LOCAL_OPTIM_INNER_LO;
  params.loIterations = 10;
  params.loSampleSize = 14;
  params.neighborsSearch = cv::NEIGH_GRID;
  params.threshold = threshold;
  return params;
}
#endif

}  // namespace

Result<GeometricCheck> check_geometry(const LocatedFeatures& first,
                                      const LocatedFeatures& second,
                                      const GeometryOptions& options) {
  LOCI_RETURN_IF_ERROR(check(options));
  const ConstMatrixView a = first.features.values, b = second.features.values;
  if (!a.empty() && !b.empty() && a.cols() != b.cols()) {
    return invalid_argument(
        format("features of %lld and of %lld numbers cannot be matched: make both with one model",
               static_cast<long long>(a.cols()),
               static_cast<long long>(b.cols())));
  }
#if LOCI_HAVE_OPENCV
  GeometricCheck result;
  result.matches = mutual_matches(a, b, {.min_similarity = -1, .max_ratio = options.max_ratio});
  if (result.matches.size() < kLeastMatches) return result;
  std::vector<cv::Point2d> from, to;
  for (const FeatureMatch& match : result.matches) {
    from.push_back(place_of(first, match.first));
    to.push_back(place_of(second, match.second));
  }
  const double cells =
      first.accuracy_px * working_scale(first) + second.accuracy_px * working_scale(second);
  const double threshold = std::max(options.tolerance * kWorkingSide, cells);
  try {
    std::vector<uchar> inside;
    const bool plane = options.geometry == "homography";
    const cv::UsacParams params = usac(options, threshold);
    const cv::Mat found = plane ? cv::findHomography(from, to, inside, params)
                                : cv::findFundamentalMat(from, to, inside, params);
    if (found.empty() || inside.size() != from.size()) return result;
    if (plane && !plausible(found, from, inside)) return result;
    for (size_t i = 0; i < inside.size(); ++i) {
      result.matches[i].inlier = inside[i] != 0;
      result.inliers += inside[i] != 0;
    }
  } catch (const std::exception& error) {
    return unsupported(std::string("the geometric check failed: ") + printable(error.what()));
  }
  return result;
#else
  return unsupported(
      "the geometric check needs OpenCV, which this build was made without (LOCI_WITH_OPENCV=OFF)");
#endif
}

}  // namespace loci
