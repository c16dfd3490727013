// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "sparse_sift.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <string>
#include <tuple>

#if LOCI_HAVE_OPENCV
#include <opencv2/core.hpp>
#include <opencv2/features2d.hpp>
#endif

namespace loci::internal {
#if LOCI_HAVE_OPENCV
namespace {

/// A total order: the strongest first, the rest by place, so that ties fall the same way every
/// time.
bool before(const cv::KeyPoint& a, const cv::KeyPoint& b) {
  return std::tie(b.response, a.pt.y, a.pt.x, a.size, a.angle) <
         std::tie(a.response, b.pt.y, b.pt.x, b.size, b.angle);
}

/// A detected point comes once for each dominant direction; upright features need it once.
void make_upright(std::vector<cv::KeyPoint>& points) {
  for (cv::KeyPoint& p : points) p.angle = 0;
  std::sort(points.begin(), points.end(), before);
  const auto same = [](const cv::KeyPoint& a, const cv::KeyPoint& b) {
    return a.pt == b.pt && a.size == b.size;
  };
  points.erase(std::unique(points.begin(), points.end(), same), points.end());
}

}  // namespace

Status add_sparse(const GreyImage& image,
                  const SiftOptions& options,
                  std::vector<float>& values,
                  std::vector<Keypoint>& keypoints) {
  try {
    cv::Mat grey(image.height, image.width, CV_8UC1);
    for (size_t i = 0; i < image.pixels.size(); ++i) {
      grey.data[i] = static_cast<uint8_t>(std::lrintf(image.pixels[i]));
    }
    const cv::Ptr<cv::SIFT> sift = cv::SIFT::create();
    std::vector<cv::KeyPoint> points;
    sift->detect(grey, points);
    if (options.upright) {
      make_upright(points);
    } else {
      std::sort(points.begin(), points.end(), before);
    }
    if (points.size() > static_cast<size_t>(options.max_features)) {
      points.resize(static_cast<size_t>(options.max_features));
    }
    if (points.empty()) return {};
    cv::Mat descriptors;
    sift->compute(grey, points, descriptors);
    for (int i = 0; i < descriptors.rows; ++i) {
      const float* row = descriptors.ptr<float>(i);
      const size_t base = values.size();
      values.insert(values.end(), row, row + kSiftDim);
      root_sift(values.data() + base);
      const cv::KeyPoint& p = points[static_cast<size_t>(i)];
      // Four cells of three times the scale, which is half of OpenCV's "size".
      keypoints.push_back({p.pt.x, p.pt.y, 6 * p.size, p.angle < 0 ? 0 : p.angle});
    }
    return {};
  } catch (const std::exception& error) {
    return unsupported("SIFT failed on an image of " + std::to_string(image.width) + " x " +
                       std::to_string(image.height) + ": " + printable(error.what()));
  }
}
#else

Status add_sparse(const GreyImage&,
                  const SiftOptions&,
                  std::vector<float>&,
                  std::vector<Keypoint>&) {
  return unsupported(
      "sparse SIFT needs OpenCV, which this build was made without (LOCI_WITH_OPENCV=OFF); use "
      "dense features");
}
#endif

}  // namespace loci::internal

namespace loci {

bool has_sparse_sift() {
#if LOCI_HAVE_OPENCV
  return true;
#else
  return false;
#endif
}

}  // namespace loci
