// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "branched_describer.h"

#include "loci/base/text.h"
#include "loci/model/branches.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace loci::internal {
namespace {

struct BranchDescriber {
  std::string name;
  float factor = 1;  // of its descriptor in the whole: sqrt(w_b / sum of all w)
  std::unique_ptr<Describer> describer;
};

class BranchedDescriber final : public Describer {
 public:
  BranchedDescriber(std::shared_ptr<const Model> model, std::vector<BranchDescriber> branches)
      : branches_(std::move(branches)) {
    model_ = std::move(model);
    for (size_t b = 0; b < branches_.size(); ++b) {
      const Describer& describer = *branches_[b].describer;
      pooled_dim_ += describer.dim();
      if (note_.empty()) note_ = describer.note();
      if (describer.has_points()) with_points_ = b;
    }
    dim_ = pooled_dim_;
  }

  /// The largest that any branch wants.
  DecodeOptions decode_options(int width, int height) const override {
    DecodeOptions all = branches_.front().describer->decode_options(width, height);
    for (const BranchDescriber& branch : branches_) {
      const DecodeOptions one = branch.describer->decode_options(width, height);
      if (one.wanted_width == 0 || all.wanted_width == 0) {
        all.wanted_width = all.wanted_height = 0;
      } else {
        all.wanted_width = std::max(all.wanted_width, one.wanted_width);
        all.wanted_height = std::max(all.wanted_height, one.wanted_height);
      }
    }
    return all;
  }
  Precision precision() const override { return branches_.front().describer->precision(); }
  bool has_points() const override { return with_points_ < branches_.size(); }

  Result<Features> features(ImageView image, int num_threads, StageTimes* times) const override {
    return branches_.front().describer->features(image, num_threads, times);
  }
  Result<LocatedFeatures> located_features(ImageView image,
                                           int num_threads,
                                           StageTimes* times) const override {
    return branches_.front().describer->located_features(image, num_threads, times);
  }
  Result<std::vector<Features>> branch_features(ImageView image, int num_threads) const override {
    std::vector<Features> all;
    for (const BranchDescriber& branch : branches_) {
      LOCI_TRY(one, branch.describer->features(image, num_threads));
      all.push_back(std::move(one));
    }
    return all;
  }

 private:
  Status pooled(ImageView image,
                std::span<float> out,
                int num_threads,
                StageTimes* times,
                DescribedFeatures* features) const override {
    size_t begin = 0;
    for (size_t b = 0; b < branches_.size(); ++b) {
      const BranchDescriber& branch = branches_[b];
      const auto part = out.subspan(begin, static_cast<size_t>(branch.describer->dim()));
      begin += part.size();
      DescribedFeatures own;
      const bool wanted = features != nullptr && (b == 0 || b == with_points_);
      LOCI_RETURN_IF_ERROR(
          branch.describer->describe(image, part, num_threads, times, wanted ? &own : nullptr)
              .with_context("branch " + branch.name));
      for (float& value : part) value *= branch.factor;
      if (features == nullptr) continue;
      if (b == with_points_) features->points = std::move(own.points);
      if (b == 0) features->map = std::move(own.map);
    }
    return {};
  }

  std::vector<BranchDescriber> branches_;
  size_t with_points_ = SIZE_MAX;  // the branch that has_points()
};

}  // namespace

Result<std::unique_ptr<Describer>> make_branched_describer(std::shared_ptr<const Model> model,
                                                           const DescribeOptions& options) {
  double weights = 0;
  for (const Branch& branch : model->spec.branches) weights += branch.weight;
  std::vector<BranchDescriber> branches;
  for (const BranchPart& part : branches_of(model)) {
    Result<std::unique_ptr<Describer>> made = Describer::create(part.model, options);
    if (!made.ok()) return made.status().with_context("branch " + printable(part.name));
    branches.push_back({.name = part.name,
                        .factor = static_cast<float>(std::sqrt(part.weight / weights)),
                        .describer = std::move(*made)});
  }
  return std::unique_ptr<Describer>(
      std::make_unique<BranchedDescriber>(std::move(model), std::move(branches)));
}

}  // namespace loci::internal
