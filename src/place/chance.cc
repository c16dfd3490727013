// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "chance.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace loci {
namespace {

// Unrelated cosine similarities are nearly normal. Their mean and spread are read from the median and the 80 % quantile: above
// lie the photographs that may show the query's own place.
constexpr double kUpperQuantile = 0.8, kUpperDeviate = 0.8416;  // standard normal quantile of 0.8
constexpr int kLeastScores = 8;
constexpr size_t kLeastExcess = 50;
constexpr double kLeastScale = 0.2, kMostScale = 4;

}  // namespace

ChanceFit fit_chance(std::vector<float> scores, double n) {
  ChanceFit fit;
  const auto r = static_cast<double>(scores.size());
  if (scores.size() < kLeastScores) return fit;
  std::sort(scores.begin(), scores.end());
  const auto quantile = [&](double p) {
    return static_cast<double>(scores[static_cast<size_t>(p * (r - 1) + 0.5)]);
  };
  const double median = quantile(0.5);
  const double sigma = std::max((quantile(kUpperQuantile) - median) / kUpperDeviate, 1e-6);
  // The largest of n normal values is nearly Gumbel (Fisher and Tippett 1928; Embrechts et al. 1997, example 3.3.29).
  const double root = std::sqrt(2 * std::log(std::max(n, 3.0)));
  fit.scale = sigma / root;
  fit.location =
      median +
      sigma * (root - (std::log(root * root / 2) + std::log(4 * std::numbers::pi)) / (2 * root));
  fit.ok = true;
  return fit;
}

ChanceModel ChanceModel::learn(int64_t images, std::vector<double> excess) {
  ChanceModel model;
  model.images = images;
  if (excess.size() < kLeastExcess) return model;
  std::sort(excess.begin(), excess.end());
  // Quantile p of a Gumbel distribution is location - scale ln(-ln p).
  const auto quantile = [&](double p) {
    return excess[static_cast<size_t>(p * static_cast<double>(excess.size()))];
  };
  const auto reduced = [](double p) { return -std::log(-std::log(p)); };
  constexpr double kLow = 0.1, kMiddle = 0.5;
  const double scale = (quantile(kMiddle) - quantile(kLow)) / (reduced(kMiddle) - reduced(kLow));
  model.scale = std::clamp(scale, kLeastScale, kMostScale);
  model.location = quantile(kMiddle) - model.scale * reduced(kMiddle);
  return model;
}

ChanceVerdict ChanceModel::judge(const ChanceFit& fit, double best_score) const {
  ChanceVerdict verdict;
  if (!fit.ok) return verdict;
  const double x = (best_score - fit.location) / fit.scale;
  verdict.confidence = std::exp(-std::exp(-(x - location) / scale));
  verdict.chance_score = fit.location + fit.scale * (location - scale * std::log(std::log(2.0)));
  verdict.known_place = verdict.confidence >= kKnown;
  return verdict;
}

std::string ChanceModel::to_text() const {
  return format("1 %lld %.17g %.17g", static_cast<long long>(images), location, scale);
}

ChanceModel ChanceModel::parse(const std::string& text) {
  const std::vector<std::string> words = split(text, ' ');
  if (words.size() != 4 || words[0] != "1") return {};
  const auto images = parse_int(words[1]);
  const auto location = parse_double(words[2]), scale = parse_double(words[3]);
  if (!images || !location || !scale || !std::isfinite(*location) ||
      !(*scale >= kLeastScale && *scale <= kMostScale))
    return {};
  return {.images = *images, .location = *location, .scale = *scale};
}

}  // namespace loci
