// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The geometry that most pairs agree with: random samples (RANSAC, Fischler and Bolles 1981), drawn
// from the most similar pairs first (PROSAC, Chum and Matas, CVPR 2005) and from all in turn, soft
// support (MSAC, Torr and Zisserman 2000), and local optimisation of what is the best so far
// (LO-RANSAC, Chum, Matas and Kittler 2003): reweighted least squares over all that fits, and over
// samples of it.
#pragma once

#include "two_view.h"

#include "loci/base/rng.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace loci::internal {

/// Samples of different pairs out of n, every other one from a growing head of the list.
class PairSampler {
 public:
  PairSampler(int64_t n, int sample, int draws, uint64_t stream)
      : rng_(1, stream), n_(n), sample_(sample), head_(sample) {
    // T_n of PROSAC: how many of `draws` / 2 samples out of all lie in the first n pairs.
    expected_ = std::max(1.0, draws / 2.0);
    for (int i = 0; i < sample; ++i)
      expected_ *= static_cast<double>(sample - i) / static_cast<double>(n - i);
    limit_ = 1;
  }

  void draw(int64_t* out) {
    from_all_ = !from_all_;
    if (from_all_ || head_ == n_) {
      fill(out, sample_, n_);
      return;
    }
    if (++drawn_ > limit_) {
      ++head_;
      const double more =
          expected_ * static_cast<double>(head_) / static_cast<double>(head_ - sample_);
      limit_ += std::ceil(more - expected_);
      expected_ = more;
    }
    fill(out, sample_ - 1, head_ - 1);
    out[sample_ - 1] = head_ - 1;
  }

 private:
  void fill(int64_t* out, int count, int64_t n) {
    for (int i = 0; i < count;) {
      const auto chosen =
          static_cast<int64_t>((rng_.next() >> 32) * static_cast<uint64_t>(n) >> 32);
      if (std::find(out, out + i, chosen) == out + i) out[i++] = chosen;
    }
  }

  Rng rng_;
  int64_t n_;
  int sample_;
  int64_t head_;
  double expected_, limit_, drawn_ = 0;
  bool from_all_ = false;
};

/// The search for one kind of geometry (Homography, Fundamental) among pairs.
template <class Geometry>
class Consensus {
 public:
  struct Found {
    TwoViewModel model;
    float support = 0;  ///< sum of 1 - (distance / tolerance)^2 over the inliers
  };

  Consensus(const PointPairs& pairs, double tolerance)
      : pairs_(pairs),
        view_(pairs.view()),
        tolerance_(tolerance),
        squares_(static_cast<size_t>(pairs.size())),
        weights_(static_cast<size_t>(pairs.size())) {}

  /// Offers a geometry; the best so far is optimised.
  void offer(const TwoViewModel& model) {
    const float support = Geometry::support(view_, model, inverse_square(1), best_sampled_);
    if (!(support > best_sampled_)) return;
    best_sampled_ = support;
    if (support > best_.support) best_ = {model, support};
    optimise(model, kLocal, kMostChosen);
    if (static_cast<double>(best_.support) < kMostlyRight * static_cast<double>(pairs_.size()))
      resample(model);
  }

  void offer_matrix(const Mat3& matrix) {
    TwoViewModel model;
    if (Geometry::of_matrix(matrix, model)) offer(model);
  }

  /// Draws at most `max_draws` samples, fewer when a better one is unlikely.
  void search(int max_draws, uint64_t stream) {
    if (pairs_.size() < Geometry::kSample) return;
    PairSampler sampler(pairs_.size(), Geometry::kSample, max_draws, stream);
    std::array<int64_t, Geometry::kSample> sample;
    std::array<TwoViewModel, Geometry::kMostModels> models;
    const double least_area = tolerance_ * tolerance_;
    double needed = best_.support > 0 ? draws_needed() : max_draws;
    for (int draw = 0; draw < max_draws && draw < needed; ++draw) {
      sampler.draw(sample.data());
      const int count = Geometry::of_sample(pairs_, sample.data(), least_area, models.data());
      const float before = best_.support;
      for (int m = 0; m < count; ++m) offer(models[static_cast<size_t>(m)]);
      if (best_.support > before) needed = draws_needed();
    }
  }

  /// The last, over all inliers.
  void polish() {
    if (best_.support > 0) optimise(TwoViewModel(best_.model), kFinal, pairs_.size());
  }

  const Found& best() const { return best_; }
  double tolerance() const { return tolerance_; }
  /// Squared distances of all pairs from the best, of which none is found with support 0.
  std::span<const float> squares() {
    Geometry::squares(view_, best_.model, squares_.data());
    return squares_;
  }

 private:
  static constexpr double kConfidence = 0.999;
  static constexpr int kFewestDraws = 60;
  static constexpr int64_t kMostChosen = 64;
  static constexpr double kMostlyRight = 0.3;  // of the pairs: then there is nothing to rescue
  static constexpr uint64_t kInnerStream = 5;
  static constexpr int kInnerSample = 2 * Geometry::kSample, kInnerSamples = 10;
  // Tolerances that weights are made with, from wide to narrow.
  static constexpr std::array<double, 4> kLocal{2, 1.4, 1, 1};
  static constexpr std::array<double, 6> kFinal{1.4, 1.2, 1, 1, 1, 1};

  float inverse_square(double widening) const {
    const double t = widening * tolerance_;
    return static_cast<float>(1 / (t * t));
  }

  double draws_needed() {
    int64_t inliers = 0;
    for (const float d : squares()) inliers += static_cast<double>(d) < tolerance_ * tolerance_;
    const double good = std::pow(static_cast<double>(inliers) / static_cast<double>(pairs_.size()),
                                 Geometry::kSample);
    if (good >= 1) return kFewestDraws;
    return std::max<double>(kFewestDraws, std::log(1 - kConfidence) / std::log1p(-good));
  }

  /// Least squares over small samples of what fits loosely: a wrong pair spoils some of them only.
  void resample(const TwoViewModel& start) {
    Geometry::squares(view_, start, squares_.data());
    const float inverse = inverse_square(kLocal.front());
    std::vector<int64_t> loose;
    for (size_t i = 0; i < squares_.size(); ++i) {
      weights_[i] = 1;
      if (squares_[i] * inverse < 1) loose.push_back(static_cast<int64_t>(i));
    }
    if (std::ssize(loose) < kInnerSample) return;
    PairSampler sampler(std::ssize(loose), kInnerSample, 1, kInnerStream);
    chosen_.resize(kInnerSample);
    TwoViewModel better;
    float most = 0;
    for (int k = 0; k < kInnerSamples; ++k) {
      sampler.draw(chosen_.data());
      for (int64_t& i : chosen_) i = loose[static_cast<size_t>(i)];
      TwoViewModel model = start;
      if (!Geometry::of_weights(pairs_, chosen_, weights_, model)) continue;
      const float support = Geometry::support(view_, model, inverse_square(1), most);
      if (support > most) {
        most = support;
        better = model;
      }
    }
    if (most > best_.support) best_ = {better, most};
    if (most > best_sampled_) optimise(better, kLocal, kMostChosen);
  }

  template <size_t N>
  void optimise(TwoViewModel model, const std::array<double, N>& widenings, int64_t most) {
    for (const double widening : widenings) {
      Geometry::squares(view_, model, squares_.data());
      const float inverse = inverse_square(widening);
      chosen_.clear();
      for (size_t i = 0; i < squares_.size(); ++i) {
        const float weight = 1 - squares_[i] * inverse;
        weights_[i] = weight;
        if (weight > 0) chosen_.push_back(static_cast<int64_t>(i));
      }
      if (std::ssize(chosen_) <= Geometry::kSample) return;
      thin(most);
      if (!Geometry::of_weights(pairs_, chosen_, weights_, model)) return;
      const float support = Geometry::support(view_, model, inverse_square(1), best_.support);
      if (support > best_.support) best_ = {model, support};
    }
  }

  /// Keeps `most` of the chosen, spread over the list.
  void thin(int64_t most) {
    const int64_t n = std::ssize(chosen_);
    if (n <= most) return;
    for (int64_t i = 0; i < most; ++i)
      chosen_[static_cast<size_t>(i)] = chosen_[static_cast<size_t>(i * n / most)];
    chosen_.resize(static_cast<size_t>(most));
  }

  const PointPairs& pairs_;
  PairsView view_;
  double tolerance_;
  Found best_;
  float best_sampled_ = 0;
  std::vector<float> squares_, weights_;
  std::vector<int64_t> chosen_;
};

}  // namespace loci::internal
