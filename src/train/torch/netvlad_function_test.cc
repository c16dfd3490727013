// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "netvlad_function.h"

#include "pooling.h"
#include "torch_test_support.h"

#include <functional>

namespace loci::train {
namespace {

struct Layer {
  at::Tensor x, weight, bias, centers;

  std::vector<at::Tensor*> inputs() { return {&x, &weight, &bias, &centers}; }
  at::Tensor aggregate() const { return netvlad_aggregate(x, weight, bias, centers); }
};

Layer random_layer(int64_t batch, int64_t n, int64_t clusters, int64_t dim) {
  return {normal({batch, n, dim}, 1),
          normal({clusters, dim}, 2),
          normal({clusters}, 3),
          normal({clusters, dim}, 4)};
}

/// The largest difference between the gradient of <weights, f()> with respect to `x` and central
/// differences of it, relative to the gradient's largest magnitude.
double gradient_error(at::Tensor& x,
                      const at::Tensor& weights,
                      const std::function<at::Tensor()>& f) {
  x.requires_grad_(true);
  x.mutable_grad().reset();
  (f() * weights).sum().backward();
  const at::Tensor gradient = x.grad().clone();
  x.requires_grad_(false);
  constexpr double kStep = 1e-5;
  at::Tensor numeric = at::zeros_like(x);
  double *values = x.data_ptr<double>(), *out = numeric.data_ptr<double>();
  for (int64_t i = 0; i < x.numel(); ++i) {
    const double kept = values[i];
    values[i] = kept + kStep;
    const double above = (f() * weights).sum().item<double>();
    values[i] = kept - kStep;
    const double below = (f() * weights).sum().item<double>();
    values[i] = kept;
    out[i] = (above - below) / (2 * kStep);
  }
  return relative_error(gradient, numeric);
}

TEST(NetvladFunction, GradientsEqualFiniteDifferences) {
  Layer layer = random_layer(2, 7, 4, 5);
  const at::Tensor weights = normal({2, 4, 5}, 5);
  for (at::Tensor* input : layer.inputs()) {
    EXPECT_LT(gradient_error(*input, weights, [&] { return layer.aggregate(); }), 1e-8);
  }
}

TEST(NetvladFunction, WithoutBiasGradientsEqualFiniteDifferences) {
  Layer layer = random_layer(1, 6, 3, 4);
  layer.bias = at::Tensor();
  const at::Tensor weights = normal({1, 3, 4}, 6);
  for (at::Tensor* input : {&layer.x, &layer.weight, &layer.centers}) {
    EXPECT_LT(gradient_error(*input, weights, [&] { return layer.aggregate(); }), 1e-8);
  }
}

TEST(NetvladFunction, NoFeaturesGiveZerosAndZeroGradients) {
  Layer layer = random_layer(2, 0, 3, 4);
  for (at::Tensor* input : layer.inputs()) input->requires_grad_(true);
  const at::Tensor v = layer.aggregate();
  EXPECT_EQ(v.abs().max().item<double>(), 0);
  v.sum().backward();
  EXPECT_EQ(layer.centers.grad().abs().max().item<double>(), 0);
  EXPECT_EQ(layer.weight.grad().abs().max().item<double>(), 0);
}

TEST(NetvladFunction, ABatchIsItsImagesOneByOne) {
  const Layer layer = random_layer(3, 9, 4, 6);
  const at::Tensor all = layer.aggregate();
  for (int64_t b = 0; b < 3; ++b) {
    Layer one = layer;
    one.x = layer.x.slice(0, b, b + 1);
    EXPECT_LT(relative_error(one.aggregate()[0], all[b]), 1e-14);
  }
}

/// The whole layer on a golden case, features [D, N] as a map of one row.
struct GoldenCase {
  std::string folder;
  at::Tensor maps;
  TensorMap tensors;

  explicit GoldenCase(const std::string& variant) : folder("paper_layer/" + variant + "/") {
    const at::Tensor x = golden(folder + "x.npy");
    maps = x.reshape({1, x.size(0), 1, x.size(1)});
    tensors["pooling.weight"] = from_torch(golden(folder + "w.npy"));
    tensors["pooling.bias"] = from_torch(golden(folder + "b.npy"));
    tensors["pooling.centers"] = from_torch(golden(folder + "c.npy"));
  }
  at::Tensor expected(const std::string& name) const { return golden(folder + name + ".npy"); }
};

constexpr double kTolerance = 1e-10;  // of the case, for float64

class PaperLayer : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { LOCI_NEEDS_SHARED_DATA(); }

  /// The whole layer by one rule of eps; `suffix` is that of the reference's arrays.
  void expect_reference(NormEps eps, const std::string& suffix) {
    GoldenCase c(GetParam());
    const auto options = at::TensorOptions().dtype(at::kDouble);
    auto layer =
        TorchPooling::create({.type = "netvlad", .eps = eps}, c.tensors, c.maps.size(1), options)
            .value();
    c.maps.requires_grad_(true);
    const at::Tensor out = layer->pool(c.maps);
    EXPECT_LT(relative_error(out[0], c.expected("final" + suffix)), kTolerance);
    (out[0] * c.expected("g_final")).sum().backward();
    const at::Tensor dx = c.maps.grad().reshape({c.maps.size(1), c.maps.size(3)});
    EXPECT_LT(relative_error(dx, c.expected("full_dx" + suffix)), kTolerance);
    const std::string names[] = {"full_dw", "full_dc", "full_db"};  // in the layer's order
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_LT(relative_error(layer->parameters()[i].value.grad(), c.expected(names[i] + suffix)),
                kTolerance)
          << names[i];
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Golden,
                         PaperLayer,
                         testing::Values("n0",
                                         "n1",
                                         "n7",
                                         "n7_v1",
                                         "n1200",
                                         "some_zero",
                                         "all_zero",
                                         "duplicates",
                                         "huge_alpha",
                                         "tied_clusters"),
                         [](const auto& variant) { return std::string(variant.param); });

TEST_P(PaperLayer, DescriptorAndAllGradientsAreTheReferences) {
  expect_reference(NormEps::kClamp, "");
}

TEST_P(PaperLayer, WithTheOriginalCodesEpsTheyAreTheReferencesToo) {
  expect_reference(NormEps::kRoot, "_releps");
}

/// The aggregation alone, on features that have been normalised. With every feature on a centre the
/// winning cluster is rounding noise, which normalisation would amplify, so that case is here only.
class PaperCore : public PaperLayer {};
INSTANTIATE_TEST_SUITE_P(Golden,
                         PaperCore,
                         testing::Values("n0",
                                         "n1",
                                         "n7",
                                         "n7_v1",
                                         "n1200",
                                         "some_zero",
                                         "all_zero",
                                         "duplicates",
                                         "huge_alpha",
                                         "tied_clusters",
                                         "feature_on_centre"),
                         [](const auto& variant) { return std::string(variant.param); });

TEST_P(PaperCore, TheSumsAndTheirGradientsAreTheReferences) {
  const GoldenCase c(GetParam());
  Layer layer{.x = c.expected("xn").t().contiguous().unsqueeze(0),
              .weight = c.expected("w"),
              .bias = c.expected("b"),
              .centers = c.expected("c")};
  for (at::Tensor* input : layer.inputs()) input->requires_grad_(true);
  const at::Tensor raw = layer.aggregate();
  EXPECT_LT(relative_error(raw[0], c.expected("raw")), kTolerance);
  (raw[0] * c.expected("g_raw")).sum().backward();
  EXPECT_LT(relative_error(layer.x.grad()[0].t(), c.expected("core_dx")), kTolerance);
  EXPECT_LT(relative_error(layer.weight.grad(), c.expected("core_dw")), kTolerance);
  EXPECT_LT(relative_error(layer.bias.grad(), c.expected("core_db")), kTolerance);
  EXPECT_LT(relative_error(layer.centers.grad(), c.expected("core_dc")), kTolerance);
}

}  // namespace
}  // namespace loci::train
