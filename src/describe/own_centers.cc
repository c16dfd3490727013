// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/own_centers.h"

#include "learn_centers.h"
#include "trunks_describer.h"

#include "loci/base/check.h"
#include "loci/base/rng.h"
#include "loci/describe/adapt.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

/// A branch's features in 8 bits: each row times 127 / its largest magnitude.
struct SmallFeatures {
  MatrixOf<int8_t> values;
  std::vector<float> scales;  ///< what 1 stands for, one a row
  int64_t height = 0, width = 0;
  std::vector<float> weights;
};

SmallFeatures small(const Features& features) {
  SmallFeatures out{.values = MatrixOf<int8_t>(features.values.rows(), features.values.cols()),
                    .height = features.height,
                    .width = features.width,
                    .weights = features.weights};
  for (int64_t i = 0; i < features.values.rows(); ++i) {
    const auto row = features.values.row(i);
    float largest = 0;
    for (const float value : row) largest = std::max(largest, std::abs(value));
    const float scale = largest / 127;
    out.scales.push_back(scale);
    const auto to = out.values.row(i);
    for (size_t d = 0; d < row.size(); ++d)
      to[d] = scale > 0 ? static_cast<int8_t>(std::lround(row[d] / scale)) : int8_t{0};
  }
  return out;
}

void restore(const SmallFeatures& from, int64_t i, std::span<float> to) {
  const auto row = from.values.row(i);
  const float scale = from.scales[static_cast<size_t>(i)];
  for (size_t d = 0; d < row.size(); ++d) to[d] = scale * static_cast<float>(row[d]);
}

const internal::TrunksDescriber& trunks_of(const Describer& describer) {
  return dynamic_cast<const internal::TrunksDescriber&>(describer);
}

class KeptOwnCenters final : public OwnCenters {
 public:
  explicit KeptOwnCenters(std::shared_ptr<const Describer> describer)
      : describer_(std::move(describer)) {}

  Status describe(const Describer& with,
                  ImageView image,
                  std::span<float> out,
                  int num_threads,
                  DescribedFeatures* features) override {
    std::vector<Features> branches;
    LOCI_RETURN_IF_ERROR(
        trunks_of(with).describe_branches(image, out, num_threads, nullptr, features, &branches));
    std::vector<SmallFeatures> kept;
    for (const Features& each : branches) {
      kept.push_back(small(each));
      bytes_ += kept.back().values.size() +
                (kept.back().scales.size() + kept.back().weights.size()) * sizeof(float);
    }
    images_.push_back(std::move(kept));
    return {};
  }
  int64_t images() const override { return std::ssize(images_); }
  size_t memory_bytes() const override { return bytes_; }

  Result<std::shared_ptr<const Describer>> learn(int num_threads) const override {
    LearnOptions options = adapt_options();
    options.num_threads = num_threads;
    const size_t branches = images_.empty() ? 0 : images_.front().size();
    std::vector<Matrix> samples;
    for (size_t b = 0; b < branches; ++b) samples.push_back(sampled(b, options));
    LOCI_TRY(model,
             internal::adapted_to(
                 describer_->shared_model(), std::move(samples), images(), options, {}));
    LOCI_TRY(made,
             Describer::create(model,
                               {.precision = describer_->precision(), .num_threads = num_threads}));
    return std::shared_ptr<const Describer>(std::move(made));
  }

  void describe_again(const Describer& learnt,
                      int64_t i,
                      std::span<float> out,
                      int num_threads) const override {
    std::vector<Features> branches;
    for (const SmallFeatures& from : images_[static_cast<size_t>(i)]) {
      Features to{.values = Matrix(from.values.rows(), from.values.cols()),
                  .height = from.height,
                  .width = from.width,
                  .weights = from.weights};
      for (int64_t r = 0; r < from.values.rows(); ++r) restore(from, r, to.values.row(r));
      branches.push_back(std::move(to));
    }
    trunks_of(learnt).pool_branches(branches, out, num_threads);
  }

 private:
  Matrix sampled(size_t branch, const LearnOptions& options) const {
    std::vector<std::pair<size_t, int64_t>> chosen;
    for (size_t i = 0; i < images_.size(); ++i) {
      Rng rng(options.seed, i + 1);
      const int64_t rows = images_[i][branch].values.rows();
      for (const int64_t r : rng.sample(rows, options.features_per_image))
        chosen.emplace_back(i, r);
    }
    const int64_t dim = images_.front()[branch].values.cols();
    Matrix out(std::ssize(chosen), dim);
    for (size_t k = 0; k < chosen.size(); ++k)
      restore(images_[chosen[k].first][branch], chosen[k].second, out.row(static_cast<int64_t>(k)));
    return out;
  }

  std::shared_ptr<const Describer> describer_;
  std::vector<std::vector<SmallFeatures>> images_;
  size_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<OwnCenters> OwnCenters::create(std::shared_ptr<const Describer> describer) {
  const ModelSpec& spec = describer->model().spec;
  const bool wanted = spec.own_centers && adapted_to_photos(describer->model()) == 0 &&
                      spec.whitening.output_dim == 0 &&
                      dynamic_cast<const internal::TrunksDescriber*>(describer.get()) != nullptr;
  return wanted ? std::make_unique<KeptOwnCenters>(std::move(describer)) : nullptr;
}

}  // namespace loci
