// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Heads whose network has done nearly all: a few rows of learnt queries or tokens become the descriptor (Bag of
// Queries, EDTformer; ImAge as they are).
#include "layers.h"
#include "norms.h"
#include "tensors.h"

#include "loci/base/check.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace loci::internal {
namespace {

class TokensPooling : public Pooling {
 public:
  TokensPooling(const PoolingSpec& spec, std::optional<Linear> rows, int64_t dim)
      : spec_(spec), rows_(std::move(rows)), dim_(dim) {}
  int64_t feature_dim() const override { return dim_; }
  int64_t output_dim(int64_t feature_dim) const override { return feature_dim * count(); }
  void pool(const FeaturesView& features, std::span<float> out, int num_threads) const override {
    const int64_t dim = features.values.cols();
    LOCI_REQUIRE(std::cmp_equal(out.size(), output_dim(dim)), "out has the head's width");
    LOCI_REQUIRE(features.values.rows() == (rows_ ? rows_->in() : count()),
                 "the features have as many rows as the head mixes");
    // [dim][rows]: each channel's rows are mixed alike.
    Matrix columns = transposed(features.values);
    if (rows_) columns = (*rows_)(columns, num_threads);
    for (int64_t c = 0; c < dim; ++c) {
      for (int64_t r = 0; r < count(); ++r) {
        const int64_t at = spec_.dimension_outer ? c * count() + r : r * dim + c;
        out[static_cast<size_t>(at)] = columns(c, r);
      }
    }
    if (spec_.final_norm) normalize_whole(out, spec_.eps);
  }

 private:
  int64_t count() const { return rows_ ? rows_->out() : spec_.num_clusters; }

  PoolingSpec spec_;
  std::optional<Linear> rows_;
  int64_t dim_;
};

}  // namespace

Result<std::unique_ptr<Pooling>> make_tokens(const PoolingSpec& spec,
                                             const TensorMap& tensors,
                                             int64_t feature_dim) {
  std::optional<Linear> rows;
  if (tensors.contains("pooling.rows.weight")) {
    LOCI_TRY(found, find_linear(tensors, "pooling.rows", -1, -1));
    rows = std::move(found);
  } else if (spec.num_clusters < 1 || spec.num_clusters > 1 << 16) {
    return corrupt("pooling.num_clusters is " + std::to_string(spec.num_clusters) +
                   "; 'tokens' without 'pooling.rows.weight' expects 1 to 65536 rows");
  }
  return std::unique_ptr<Pooling>(
      new TokensPooling(spec, std::move(rows), std::max<int64_t>(feature_dim, 0)));
}

}  // namespace loci::internal
