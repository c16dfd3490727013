// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/bag_of_words.h"

#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/local/orb.h"
#include "loci/local/sift.h"
#include "loci/math/kmeans.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

Matrix sample_rows(std::span<const Matrix> features, int64_t wanted, uint64_t seed) {
  int64_t total = 0, dim = 0;
  for (const Matrix& each : features) {
    total += each.rows();
    if (each.rows() > 0) dim = each.cols();
  }
  Rng rng(seed, "bag of words");
  const std::vector<int64_t> chosen = rng.sample(total, wanted);
  Matrix out(std::ssize(chosen), dim);
  int64_t first = 0, at = 0;
  for (const Matrix& each : features) {
    for (; at < std::ssize(chosen) && chosen[static_cast<size_t>(at)] < first + each.rows(); ++at) {
      std::ranges::copy(each.row(chosen[static_cast<size_t>(at)] - first), out.row(at).begin());
    }
    first += each.rows();
  }
  return out;
}

std::vector<int32_t> words_of(ConstMatrixView features, ConstMatrixView words) {
  std::vector<int32_t> out(static_cast<size_t>(features.rows()));
  if (!out.empty()) assign_nearest(features, words, 1, out);
  return out;
}

}  // namespace

Result<Matrix> BagOfWords::features(ImageView image, const BagOfWordsOptions& options) {
  if (options.features == "orb") {
    LOCI_TRY(orb, extract_orb(image, options.max_features));
    return std::move(orb.values);
  }
  if (options.features == "rootsift") {
    SiftOptions sift;
    sift.dense = false;
    sift.max_features = options.max_features;
    LOCI_TRY(local, extract_root_sift(image, sift));
    return std::move(local.features.values);
  }
  return invalid_argument("features '" + printable(options.features) +
                          "': expected orb or rootsift");
}

Result<BagOfWords> BagOfWords::learn(std::span<const Matrix> features,
                                     const BagOfWordsOptions& options,
                                     const JobControl& job) {
  BagOfWords bag;
  bag.options_ = options;
  const Matrix sample = sample_rows(features, options.max_samples, options.seed);
  LOCI_TRY(clusters,
           kmeans(sample,
                  {.num_clusters = options.num_words,
                   .max_iterations = 12,
                   .seed = options.seed,
                   .num_threads = options.num_threads},
                  job));
  bag.words_ = std::move(clusters.centers);
  std::vector<int64_t> images(static_cast<size_t>(options.num_words));
  for (const Matrix& each : features) {
    std::vector<int32_t> words = words_of(each, bag.words_);
    std::ranges::sort(words);
    const auto repeated = std::ranges::unique(words);
    words.erase(repeated.begin(), repeated.end());
    for (const int32_t word : words) ++images[static_cast<size_t>(word)];
  }
  for (const int64_t count : images) {
    const auto all = static_cast<double>(features.size());
    bag.idf_.push_back(count == 0 ? 0
                                  : static_cast<float>(std::log(all / static_cast<double>(count))));
  }
  return bag;
}

std::vector<float> BagOfWords::describe(ConstMatrixView features) const {
  std::vector<float> out(static_cast<size_t>(dim()));
  for (const int32_t word : words_of(features, words_)) {
    out[static_cast<size_t>(word)] += idf_[static_cast<size_t>(word)];
  }
  l2_normalize(out);
  return out;
}

Status BagOfWords::describe(ImageView image, std::span<float> out) const {
  LOCI_TRY(local, features(image, options_));
  std::ranges::copy(describe(ConstMatrixView(local)), out.begin());
  return {};
}

}  // namespace loci
