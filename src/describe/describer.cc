// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/describer.h"

#include "feature_source.h"

#include "loci/base/progress.h"
#include "loci/base/text.h"
#include "loci/model/branches.h"
#include "loci/pooling/pooling.h"
#include "loci/pooling/whitening.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

/// One pooling and its part of the descriptor.
struct Head {
  size_t branch = 0;
  std::unique_ptr<const Pooling> pooling;
  int64_t begin = 0, dim = 0;
  float factor = 1;  // sqrt(w_b / sum of all w)
};

/// A producer of features with all that is pooled from it.
struct Trunk {
  std::unique_ptr<internal::FeatureSource> source;
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
    LOCI_REQUIRE(static_cast<int64_t>(out.size()) == dim_, "room for exactly one descriptor");
    if (whitening_ == nullptr) return pooled(image, out, num_threads, times, features);
    Matrix whole(1, pooled_dim_);
    LOCI_RETURN_IF_ERROR(pooled(image, whole.row(0), num_threads, times, features));
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

 private:
  Status pooled(ImageView image,
                std::span<float> out,
                int num_threads,
                StageTimes* times,
                DescribedFeatures* features) const {
    for (const Trunk& trunk : trunks_) {
      const bool first = &trunk == &trunks_.front(), wanted = features != nullptr;
      LOCI_TRY(made, trunk.source->run(image, first && wanted, wanted, num_threads, times));
      const Stopwatch watch;
      for (size_t h = 0; h < trunk.heads.size(); ++h) {
        const Head& head = trunk.heads[h];
        const auto part =
            out.subspan(static_cast<size_t>(head.begin), static_cast<size_t>(head.dim));
        head.pooling->pool(made.maps[h].features, part, num_threads);
        if (head.factor == 1) continue;
        for (float& value : part) value *= head.factor;
      }
      if (times != nullptr) times->pooling_ms += watch.milliseconds();
      if (!wanted) continue;
      if (trunk.source->has_points()) features->points = std::move(made.points);
      if (first) features->map = internal::placed(std::move(made));
    }
    return {};
  }

  std::vector<Trunk> trunks_;
  std::unique_ptr<const Whitening> whitening_;  // null: none
  int64_t pooled_dim_ = 0;
};

/// The branches that run in one pass: the b-th and those that share its network.
std::vector<size_t> sharing(const std::vector<BranchPart>& parts, size_t b) {
  std::vector<size_t> all = {b};
  for (size_t other = b + 1; other < parts.size(); ++other) {
    if (!parts[other].shares.empty() && parts[other].shares == parts[b].name) all.push_back(other);
  }
  return all;
}

Result<Trunk> make_trunk(const std::vector<BranchPart>& parts,
                         const std::vector<size_t>& branches,
                         const DescribeOptions& options) {
  std::vector<PoolingSpec> poolings;
  for (const size_t b : branches) poolings.push_back(parts[b].model->spec.pooling);
  Trunk trunk;
  LOCI_TRY(source,
           internal::FeatureSource::create(parts[branches.front()].model, poolings, options));
  trunk.source = std::move(source);
  for (size_t h = 0; h < branches.size(); ++h) {
    const Model& model = *parts[branches[h]].model;
    const int64_t feature_dim = trunk.source->feature_dim(h);
    LOCI_TRY(pooling, Pooling::create(model.spec.pooling, model.tensors, feature_dim));
    Head head{.branch = branches[h], .pooling = std::move(pooling)};
    head.dim = head.pooling->output_dim(feature_dim);
    trunk.heads.push_back(std::move(head));
  }
  return trunk;
}

}  // namespace

Result<std::unique_ptr<Describer>> Describer::create(std::shared_ptr<const Model> model,
                                                     const DescribeOptions& options) {
  const std::vector<BranchPart> parts = branches_of(model);
  double weights = 0;
  for (const BranchPart& part : parts) weights += part.weight;
  std::vector<Trunk> trunks;
  for (size_t b = 0; b < parts.size(); ++b) {
    if (!parts[b].shares.empty()) continue;
    Result<Trunk> made = make_trunk(parts, sharing(parts, b), options);
    if (!made.ok() && !parts[b].name.empty())
      return made.status().with_context("branch " + printable(parts[b].name));
    LOCI_TRY(trunk, std::move(made));
    trunks.push_back(std::move(trunk));
  }
  // Parts of the descriptor stand in the order of the branches.
  int64_t pooled_dim = 0;
  for (size_t b = 0; b < parts.size(); ++b) {
    for (Trunk& trunk : trunks) {
      for (Head& head : trunk.heads) {
        if (head.branch != b) continue;
        head.begin = pooled_dim;
        head.factor = static_cast<float>(std::sqrt(parts[b].weight / weights));
        pooled_dim += head.dim;
      }
    }
  }
  std::unique_ptr<const Whitening> whitening;
  if (model->spec.whitening.output_dim > 0) {
    LOCI_TRY(layer, Whitening::create(model->spec.whitening, model->tensors, pooled_dim));
    whitening = std::move(layer);
  }
  return std::unique_ptr<Describer>(std::make_unique<TrunksDescriber>(
      std::move(model), std::move(trunks), std::move(whitening), pooled_dim));
}

}  // namespace loci
