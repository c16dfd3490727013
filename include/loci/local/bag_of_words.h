// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/image/image.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace loci {

struct BagOfWordsOptions {
  std::string features = "orb";
  int num_words = 2000;
  int max_features = 500;
  int max_samples = 40'000;
  uint64_t seed = 1;
  int num_threads = 0;
};

/// The classic that place recognition of robots is compared with: visual words of local features,
/// weighted by tf-idf, compared by their cosine (Sivic and Zisserman, ICCV 2003; on ORB as in
/// Galvez-Lopez and Tardos, T-RO 2012, with one flat vocabulary in place of their tree and inverted
/// file: it is here to be compared with, not to be fast).
/// Threads: const members from any number at once
class BagOfWords {
 public:
  /// The N x D features that words are made of: `orb` (extract_orb) or `rootsift` at detected
  /// points.
  static Result<Matrix> features(ImageView image, const BagOfWordsOptions& options);
  /// Learns words by k-means over a sample of the features and idf(w) = ln(images / images with w)
  /// over all.
  /// Errors: InvalidArgument for unknown features or fewer distinct ones than words; Cancelled
  static Result<BagOfWords> learn(std::span<const Matrix> features_of_images,
                                  const BagOfWordsOptions& options,
                                  const JobControl& job = {});

  int64_t dim() const { return words_.rows(); }
  /// tf(w) * idf(w) scaled to unit L2 norm; zeros for no features.
  Status describe(ImageView image, std::span<float> out) const;
  std::vector<float> describe(ConstMatrixView features) const;

 private:
  BagOfWordsOptions options_;
  Matrix words_;
  std::vector<float> idf_;
};

}  // namespace loci
