// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "guard.h"
#include "onnx_builder.h"

namespace loci {
namespace {

/// V_k = sum_i a_ik x_i and the masses sum_i a_ik of one image or, where the size of the batch is
/// not fixed, of all: [1, K*D, 1, 1] and [1, K, 1, 1]. The masses are the product with features
/// that are 1 everywhere, which a convolution without weight makes at any size.
struct Aggregate {
  std::string sums, masses;
};

class NetvladWriter {
 public:
  NetvladWriter(OnnxBuilder& builder, int64_t num_clusters, int64_t dim)
      : b_(builder), clusters_(num_clusters), dim_(dim) {}

  /// a: [B, K, H, W], x: [B, D, H, W], ones: [B, 1, H, W].
  Aggregate run(const std::string& a, const std::string& x, const std::string& ones) {
    if (b_.batch() == kAnySize) return stacked(a, x, ones);
    if (b_.batch() == 1) return single(".", a, x, ones);
    // OpenCV multiplies single matrices only: image by image.
    std::vector<std::string> sums, masses;
    for (int64_t i = 0; i < b_.batch(); ++i) {
      const std::string part = "." + std::to_string(i) + ".";
      const Aggregate one = single(
          part, slice(part + "a", a, i), slice(part + "x", x, i), slice(part + "1", ones, i));
      sums.push_back(one.sums);
      masses.push_back(one.masses);
    }
    const OnnxBuilder::Attributes axis{{"axis", int64_t{0}}};
    return {b_.node("Concat", "pooling.sums", sums, axis),
            b_.node("Concat", "pooling.masses", masses, axis)};
  }

 private:
  std::string slice(const std::string& name, const std::string& value, int64_t i) {
    return b_.node("Slice",
                   "pooling" + name,
                   {value, b_.integers({i}), b_.integers({i + 1}), b_.integers({0})});
  }
  std::string reshape(const std::string& name,
                      const std::string& value,
                      const std::vector<int64_t>& shape) {
    return b_.node("Reshape", "pooling" + name, {value, b_.integers(shape)});
  }

  Aggregate single(const std::string& part,
                   const std::string& a,
                   const std::string& x,
                   const std::string& ones) {
    const std::string rows_a = reshape(part + "assignment_rows", a, {clusters_, -1});
    const std::string rows_x = reshape(part + "feature_rows", x, {dim_, -1});
    const std::string columns = b_.node("Transpose",
                                        "pooling" + part + "feature_columns",
                                        {rows_x},
                                        {{"perm", std::vector<int64_t>{1, 0}}});
    const std::string column_1 = reshape(part + "ones_column", ones, {-1, 1});
    const std::string sums = b_.node("MatMul", "pooling" + part + "sum", {rows_a, columns});
    const std::string masses = b_.node("MatMul", "pooling" + part + "mass", {rows_a, column_1});
    return {reshape(part + "sum_map", sums, {1, clusters_ * dim_, 1, 1}),
            reshape(part + "mass_map", masses, {1, clusters_, 1, 1})};
  }

  Aggregate stacked(const std::string& a, const std::string& x, const std::string& ones) {
    const std::string rows_a = reshape(".assignment_rows", a, {0, clusters_, -1});
    const std::string rows_x = reshape(".feature_rows", x, {0, dim_, -1});
    const std::string columns = b_.node("Transpose",
                                        "pooling.feature_columns",
                                        {rows_x},
                                        {{"perm", std::vector<int64_t>{0, 2, 1}}});
    const std::string column_1 = reshape(".ones_column", ones, {0, -1, 1});
    const std::string sums = b_.node("MatMul", "pooling.sum", {rows_a, columns});
    const std::string masses = b_.node("MatMul", "pooling.mass", {rows_a, column_1});
    return {reshape(".sum_map", sums, {0, clusters_ * dim_, 1, 1}),
            reshape(".mass_map", masses, {0, clusters_, 1, 1})};
  }

  OnnxBuilder& b_;
  int64_t clusters_, dim_;
};

/// sign(x) sqrt|x| as x / sqrt|x|.
OnnxMap signed_root(OnnxBuilder& b, const OnnxMap& x) {
  OnnxMap size = b.apply("Abs", "pooling.abs", x);
  size.value = b.node("Add", "pooling.above_zero", {size.value, b.number(1e-30f)});
  return b.join("Div", "pooling.signed_root", x, b.apply("Sqrt", "pooling.abs_root", size));
}

}  // namespace

OnnxMap append_netvlad(OnnxBuilder& b, const PoolingSpec& spec, const OnnxMap& features) {
  const auto centers = b.weights().find("pooling.centers");
  if (centers == b.weights().end() || centers->second.shape.size() != 2) {
    fail_corrupt("the model has no matrix 'pooling.centers'");
  }
  const int64_t clusters = centers->second.shape[0], dim = features.channels;
  const float floor = spec.eps == NormEps::kRoot ? 1e-12f : 1e-24f;
  const OnnxMap x = spec.normalize_features ? b.l2("pooling.unit", features, 1, floor) : features;
  const OnnxMap logits =
      b.pointwise("pooling.logits",
                  x,
                  b.weight("pooling.weight", {clusters, dim, 1, 1}),
                  b.weights().contains("pooling.bias") ? b.weight("pooling.bias", {clusters}) : "",
                  clusters);
  const OnnxMap a = b.apply("Softmax", "pooling.assignment", logits, {{"axis", int64_t{1}}});
  const OnnxMap ones = b.pointwise("pooling.ones",
                                   x,
                                   b.filled("loci.zeros." + std::to_string(dim), {1, dim, 1, 1}, 0),
                                   b.filled("loci.one", {1}, 1),
                                   1);
  const Aggregate sum = NetvladWriter(b, clusters, dim).run(a.value, x.value, ones.value);
  const OnnxMap masses{sum.masses, clusters, 1, 1}, sums{sum.sums, clusters * dim, 1, 1};
  const OnnxMap shares = b.pointwise("pooling.shares",
                                     masses,
                                     b.weight("pooling.centers", {clusters * dim, 1, 1, 1}),
                                     "",
                                     clusters * dim,
                                     clusters);
  OnnxMap v = b.join("Sub", "pooling.residuals", sums, shares);
  if (spec.signed_sqrt) v = signed_root(b, v);
  if (spec.intra_norm) v = b.l2("pooling.intra_norm", v, clusters, floor);
  if (spec.final_norm) v = b.l2("pooling.norm", v);
  if (!spec.dimension_outer) return v;
  v = b.reshape("pooling.by_cluster", v, clusters, dim, 1);
  return b.reshape(
      "pooling.by_dimension", b.transpose_rows("pooling.transposed", v), clusters * dim, 1, 1);
}

}  // namespace loci
