// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Poolings without numbers of their own: maximum, mean and regional maxima.
#include "layers.h"
#include "norms.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"
#include "loci/model/rmac_regions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace loci::internal {
namespace {

constexpr int64_t kColumns = 64;
constexpr double kRegionEps = 1e-6;  // cirtorch divides by |x| + 1e-6

/// What the layers share: one number a column, then L2 of the whole where the spec wants it.
class ColumnPooling : public Pooling {
 public:
  explicit ColumnPooling(const PoolingSpec& spec) : spec_(spec) {}
  int64_t feature_dim() const override { return 0; }
  int64_t output_dim(int64_t feature_dim) const override { return feature_dim; }
  void pool(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    LOCI_REQUIRE(std::cmp_equal(out.size(), features.values.cols()), "out has the features' width");
    std::fill(out.begin(), out.end(), 0.0f);
    if (features.values.rows() == 0) return;
    reduce(features, out, num_threads);
    if (spec_.final_norm) normalize_whole(out, spec_.eps);
  }

 protected:
  virtual void reduce(const FeaturesView& features,
                      std::span<float> out,
                      int num_threads) const = 0;
  PoolingSpec spec_;
};

/// The paper's f_max.
class MaxPooling : public ColumnPooling {
  using ColumnPooling::ColumnPooling;
  void reduce(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    const ConstMatrixView x = features.values;
    parallel_for(x.cols(), kColumns, num_threads, [&](int64_t begin, int64_t end) {
      std::copy(x.row_data(0) + begin, x.row_data(0) + end, out.begin() + begin);
      for (int64_t i = 1; i < x.rows(); ++i) {
        const float* row = x.row_data(i);
        for (int64_t c = begin; c < end; ++c)
          out[static_cast<size_t>(c)] = std::max(out[static_cast<size_t>(c)], row[c]);
      }
    });
  }
};

class MeanPooling : public ColumnPooling {
  using ColumnPooling::ColumnPooling;
  void reduce(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    const ConstMatrixView x = features.values;
    parallel_for(x.cols(), kColumns, num_threads, [&](int64_t begin, int64_t end) {
      double sums[kColumns] = {};
      for (int64_t i = 0; i < x.rows(); ++i) {
        const float* row = x.row_data(i);
        for (int64_t c = begin; c < end; ++c) sums[c - begin] += static_cast<double>(row[c]);
      }
      for (int64_t c = begin; c < end; ++c) {
        out[static_cast<size_t>(c)] =
            static_cast<float>(sums[c - begin] / static_cast<double>(x.rows()));
      }
    });
  }
};

/// Sum over regions of maxima, each divided by its norm (Tolias, Sicre and Jegou, ICLR 2016).
class RmacPooling : public ColumnPooling {
  using ColumnPooling::ColumnPooling;
  void reduce(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    LOCI_REQUIRE(features.height > 0 && features.height * features.width == features.values.rows(),
                 "rmac pools a map of height x width features, not a bag of local ones");
    const std::vector<RmacRegion> regions =
        rmac_regions(features.height, features.width, spec_.rmac_levels);
    Matrix maxima(static_cast<int64_t>(regions.size()), features.values.cols());
    parallel_for(maxima.rows(), 1, num_threads, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        regional_max(features, regions[static_cast<size_t>(r)], maxima.row(r));
        scale_by(maxima.row(r), 1 / (std::sqrt(squared_norm(maxima.row(r))) + kRegionEps));
      }
    });
    for (int64_t r = 0; r < maxima.rows(); ++r) {
      for (size_t c = 0; c < out.size(); ++c) out[c] += maxima.row(r)[c];
    }
  }

  static void regional_max(const FeaturesView& features,
                           const RmacRegion& region,
                           std::span<float> out) {
    std::fill(out.begin(), out.end(), -std::numeric_limits<float>::infinity());
    for (int64_t y = region.y; y < region.y + region.height; ++y) {
      for (int64_t x = region.x; x < region.x + region.width; ++x) {
        const float* row = features.values.row_data(y * features.width + x);
        for (size_t c = 0; c < out.size(); ++c) out[c] = std::max(out[c], row[c]);
      }
    }
  }
};

}  // namespace

Result<std::unique_ptr<Pooling>> make_max(const PoolingSpec& spec) {
  return std::unique_ptr<Pooling>(new MaxPooling(spec));
}

Result<std::unique_ptr<Pooling>> make_mean(const PoolingSpec& spec) {
  return std::unique_ptr<Pooling>(new MeanPooling(spec));
}

Result<std::unique_ptr<Pooling>> make_rmac(const PoolingSpec& spec) {
  if (spec.rmac_levels < 1 || spec.rmac_levels > kMaxRmacLevels) {
    return corrupt("rmac_levels is " + std::to_string(spec.rmac_levels) + "; expected 1 to " +
                   std::to_string(kMaxRmacLevels));
  }
  return std::unique_ptr<Pooling>(new RmacPooling(spec));
}

}  // namespace loci::internal
