// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "feature_source.h"

#include "loci/base/progress.h"
#include "loci/base/text.h"
#include "loci/describe/describer.h"
#include "loci/pooling/pooling.h"
#include "loci/pooling/whitening.h"

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

namespace loci::internal {

/// One pooling and its part of the descriptor.
struct Head {
  size_t branch = 0;
  std::unique_ptr<const Pooling> pooling;
  int64_t begin = 0, dim = 0;
  float factor = 1;  // sqrt(w_b / sum of all w)
};

/// A producer of features with all that is pooled from it.
struct Trunk {
  std::unique_ptr<FeatureSource> source;
  std::vector<Head> heads;
};

class TrunksDescriber final : public Describer {
 public:
  TrunksDescriber(std::shared_ptr<const Model> model,
                  std::vector<Trunk> trunks,
                  std::unique_ptr<const Whitening> whitening,
                  int64_t pooled_dim)
      : trunks_(std::move(trunks)), whitening_(std::move(whitening)), pooled_dim_(pooled_dim) {
    model_ = std::move(model);
    dim_ = whitening_ != nullptr ? whitening_->output_dim() : pooled_dim_;
    for (const Trunk& trunk : trunks_) {
      if (note_.empty()) note_ = trunk.source->note();
    }
  }

  /// The largest that any of them wants.
  DecodeOptions decode_options(int width, int height) const override {
    DecodeOptions all = trunks_.front().source->decode_options(width, height);
    for (const Trunk& trunk : trunks_) {
      const DecodeOptions one = trunk.source->decode_options(width, height);
      if (one.wanted_width == 0 || all.wanted_width == 0) {
        all.wanted_width = all.wanted_height = 0;
      } else {
        all.wanted_width = std::max(all.wanted_width, one.wanted_width);
        all.wanted_height = std::max(all.wanted_height, one.wanted_height);
      }
    }
    return all;
  }
  Precision precision() const override { return trunks_.front().source->precision(); }
  bool has_points() const override {
    return std::ranges::any_of(trunks_, [](const Trunk& t) { return t.source->has_points(); });
  }

  Result<Features> features(ImageView image, int num_threads, StageTimes* times) const override {
    LOCI_TRY(made, trunks_.front().source->run(image, false, false, num_threads, times));
    return std::move(made.maps.front().features);
  }
  Result<LocatedFeatures> located_features(ImageView image,
                                           int num_threads,
                                           StageTimes* times) const override {
    LOCI_TRY(made, trunks_.front().source->run(image, true, false, num_threads, times));
    return internal::placed(std::move(made));
  }
  Result<std::vector<Features>> branch_features(ImageView image, int num_threads) const override {
    std::vector<Features> all(std::max<size_t>(1, model_->spec.branches.size()));
    for (const Trunk& trunk : trunks_) {
      LOCI_TRY(made, trunk.source->run(image, false, false, num_threads, nullptr));
      for (size_t h = 0; h < trunk.heads.size(); ++h)
        all[trunk.heads[h].branch] = std::move(made.maps[h].features);
    }
    return all;
  }

  Status describe(ImageView image,
                  std::span<float> out,
                  int num_threads,
                  StageTimes* times,
                  DescribedFeatures* features) const override {
    return describe_branches(image, out, num_threads, times, features, nullptr);
  }

  /// describe() that also hands out what was pooled, one a branch, where `branches` is given.
  Status describe_branches(ImageView image,
                           std::span<float> out,
                           int num_threads,
                           StageTimes* times,
                           DescribedFeatures* features,
                           std::vector<Features>* branches) const {
    LOCI_REQUIRE(static_cast<int64_t>(out.size()) == dim_, "room for exactly one descriptor");
    if (whitening_ == nullptr) return pooled(image, out, num_threads, times, features, branches);
    Matrix whole(1, pooled_dim_);
    LOCI_RETURN_IF_ERROR(pooled(image, whole.row(0), num_threads, times, features, branches));
    const Stopwatch watch;
    whitening_->apply(whole, MatrixView<float>(out.data(), 1, dim_), num_threads);
    if (times != nullptr) times->whitening_ms += watch.milliseconds();
    return {};
  }

  Status pool(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    LOCI_REQUIRE(static_cast<int64_t>(out.size()) == dim_, "room for exactly one descriptor");
    if (trunks_.size() > 1 || trunks_.front().heads.size() > 1) {
      return unsupported("model '" + printable(model_->spec.name) +
                         "' has several branches; pool the features of one of them");
    }
    const Pooling& pooling = *trunks_.front().heads.front().pooling;
    if (whitening_ == nullptr) {
      pooling.pool(features, out, num_threads);
      return {};
    }
    Matrix whole(1, pooled_dim_);
    pooling.pool(features, whole.row(0), num_threads);
    whitening_->apply(whole, MatrixView<float>(out.data(), 1, dim_), num_threads);
    return {};
  }

  /// The descriptor of features that describe_branches() handed out, before whitening.
  /// Contract: one a branch, and no whitening
  void pool_branches(std::span<const Features> branches,
                     std::span<float> out,
                     int num_threads) const {
    LOCI_REQUIRE(whitening_ == nullptr && static_cast<int64_t>(out.size()) == dim_,
                 "a descriptor without whitening");
    for (const Trunk& trunk : trunks_) {
      for (const Head& head : trunk.heads) pool_part(head, branches[head.branch], out, num_threads);
    }
  }

 private:
  static void pool_part(const Head& head,
                        const FeaturesView& features,
                        std::span<float> out,
                        int num_threads) {
    const auto part = out.subspan(static_cast<size_t>(head.begin), static_cast<size_t>(head.dim));
    head.pooling->pool(features, part, num_threads);
    if (head.factor == 1) return;
    for (float& value : part) value *= head.factor;
  }

  Status pooled(ImageView image,
                std::span<float> out,
                int num_threads,
                StageTimes* times,
                DescribedFeatures* features,
                std::vector<Features>* branches) const {
    if (branches != nullptr) branches->resize(std::max<size_t>(1, model_->spec.branches.size()));
    for (const Trunk& trunk : trunks_) {
      const bool first = &trunk == &trunks_.front(), wanted = features != nullptr;
      LOCI_TRY(made, trunk.source->run(image, first && wanted, wanted, num_threads, times));
      const Stopwatch watch;
      for (size_t h = 0; h < trunk.heads.size(); ++h)
        pool_part(trunk.heads[h], made.maps[h].features, out, num_threads);
      if (times != nullptr) times->pooling_ms += watch.milliseconds();
      if (wanted && trunk.source->has_points()) features->points = std::move(made.points);
      if (branches != nullptr) {
        for (size_t h = 0; h < trunk.heads.size(); ++h)
          (*branches)[trunk.heads[h].branch] = made.maps[h].features;
      }
      if (wanted && first) features->map = internal::placed(std::move(made));
    }
    return {};
  }

  std::vector<Trunk> trunks_;
  std::unique_ptr<const Whitening> whitening_;  // null: none
  int64_t pooled_dim_ = 0;
};

}  // namespace loci::internal
