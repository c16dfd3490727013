// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "gem.h"

#include "kernels.h"
#include "layers.h"
#include "norms.h"
#include "tensors.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"

#include <algorithm>
#include <array>
#include <vector>

namespace loci::internal {
namespace {

constexpr float kFloor = 1e-6f;
class GemPooling : public Pooling {
 public:
  GemPooling(const PoolingSpec& spec, std::vector<float> p) : spec_(spec), p_(std::move(p)) {}
  int64_t feature_dim() const override {
    return p_.size() > 1 ? static_cast<int64_t>(p_.size()) : 0;
  }
  int64_t output_dim(int64_t feature_dim) const override { return feature_dim; }
  void pool(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    gem(features.values, p_, out, num_threads);
    if (spec_.final_norm) normalize_whole(out, spec_.eps);
  }

 private:
  PoolingSpec spec_;
  std::vector<float> p_;
};

}  // namespace

void gem(ConstMatrixView x, std::span<const float> p, std::span<float> out, int num_threads) {
  LOCI_REQUIRE(std::cmp_equal(out.size(), x.cols()), "out has the features' width");
  LOCI_REQUIRE(p.size() == 1 || p.size() == out.size(), "one power, or one a column");
  std::fill(out.begin(), out.end(), 0.0f);
  if (x.rows() == 0) return;
  parallel_for(x.cols(), kGemColumns, num_threads, [&](int64_t begin, int64_t end) {
    std::array<float, kGemColumns> power;
    for (int64_t c = begin; c < end; ++c) {
      power[static_cast<size_t>(c - begin)] = p.size() == 1 ? p[0] : p[static_cast<size_t>(c)];
    }
    pooling_kernels().gem(x.data() + begin,
                          x.stride(),
                          x.rows(),
                          end - begin,
                          power.data(),
                          kFloor,
                          out.data() + begin);
  });
}

Result<std::unique_ptr<Pooling>> make_gem(const PoolingSpec& spec,
                                          const TensorMap& tensors,
                                          int64_t feature_dim) {
  LOCI_TRY(p, find_gem_power(spec, tensors, feature_dim));
  return std::unique_ptr<Pooling>(new GemPooling(spec, std::move(p)));
}

Result<std::vector<float>> find_gem_power(const PoolingSpec& spec,
                                          const TensorMap& tensors,
                                          int64_t feature_dim) {
  std::vector<float> p{static_cast<float>(spec.gem_p)};
  if (tensors.contains("pooling.p")) {
    LOCI_TRY(given, finite_vector(tensors, "pooling.p", -1));
    p = std::move(given);
  }
  if (p.size() != 1 && feature_dim > 0 && std::cmp_not_equal(p.size(), feature_dim)) {
    return corrupt("tensor 'pooling.p' has " + std::to_string(p.size()) +
                   " powers; expected 1 or the features' " + std::to_string(feature_dim));
  }
  for (const float power : p) {
    if (!(power > 0))
      return corrupt("GeM power " + std::to_string(power) + "; expected a positive number");
  }
  return p;
}

}  // namespace loci::internal
