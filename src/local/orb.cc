// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/orb.h"

#include "loci/base/text.h"

#include <exception>

#if LOCI_HAVE_OPENCV
#include <opencv2/core.hpp>
#include <opencv2/features2d.hpp>
#endif

namespace loci {

#if LOCI_HAVE_OPENCV

Result<Features> extract_orb(ImageView image, int max_features) {
  if (max_features < 1) {
    return invalid_argument(format("max_features %d: expected at least 1", max_features));
  }
  try {
    std::vector<uint8_t> grey = to_grey(image);
    const cv::Mat picture(image.height, image.width, CV_8UC1, grey.data());
    std::vector<cv::KeyPoint> points;
    cv::Mat bits;
    cv::ORB::create(max_features)->detectAndCompute(picture, cv::noArray(), points, bits);
    Features out;
    constexpr int kBits = 256;
    out.values = Matrix(bits.rows, kBits);
    for (int i = 0; i < bits.rows; ++i) {
      const uint8_t* bytes = bits.ptr<uint8_t>(i);
      for (int b = 0; b < kBits; ++b) {
        out.values(i, b) = static_cast<float>((bytes[b / 8] >> (b % 8)) & 1);
      }
    }
    return out;
  } catch (const std::exception& error) {
    return unsupported(format("ORB failed on an image of %d x %d: ", image.width, image.height) +
                       printable(error.what()));
  }
}
#else
Result<Features> extract_orb(ImageView, int) {
  return unsupported("ORB needs OpenCV, which this build was made without (LOCI_WITH_OPENCV=OFF)");
}
#endif

}  // namespace loci
