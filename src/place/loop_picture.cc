// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_picture.h"

#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/resize.h"

#include <algorithm>
#include <cmath>

namespace loci {

Result<std::vector<uint8_t>> loop_picture(ImageView image) {
  constexpr int kSide = 640, kQuality = 90;
  const int longer = std::max(image.width, image.height);
  if (longer <= kSide) return encode_jpeg(image, kQuality);
  const auto side = [&](int pixels) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(pixels) * kSide / longer)));
  };
  return encode_jpeg(resize(image, side(image.width), side(image.height), Resampling::kArea),
                     kQuality);
}

VerifiedCandidate check_picture(const Verifier& verifier,
                                const LocatedFeatures& own,
                                const std::vector<uint8_t>& jpeg,
                                int num_threads) {
  VerifiedCandidate out;
  const auto check = [&]() -> Result<GeometricCheck> {
    LOCI_TRY(picture, decode_image(jpeg, "a remembered frame"));
    LOCI_TRY(other, verifier.features(picture, num_threads));
    return verifier.check(own, other);
  }();
  out.status = check.status();
  if (!check.ok()) return out;
  out.matched = static_cast<int>(check->matches.size());
  out.inliers = check->inliers;
  return out;
}

}  // namespace loci
