// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The NetVLAD layer against recorded numbers of other systems and of float64 code.
#include "netvlad.h"
#include "test_support.h"

#include "loci/pooling/init.h"
#include "loci/pooling/netvlad_reference.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

struct PaperCase {
  std::string name;
  Features features;
  TensorMap tensors;
  Matrix weight, centers;
  std::vector<float> bias;

  explicit PaperCase(const std::string& variant) : name("paper_layer/" + variant + "/") {
    features = features_of(golden(name + "x.npy"));
    tensors["pooling.weight"] = tensor_of(golden(name + "w.npy"), 2);
    tensors["pooling.bias"] = tensor_of(golden(name + "b.npy"), 1);
    tensors["pooling.centers"] = tensor_of(golden(name + "c.npy"), 2);
    weight = find_matrix(tensors, "pooling.weight", -1, -1).value();
    centers = find_matrix(tensors, "pooling.centers", -1, -1).value();
    bias = find_vector(tensors, "pooling.bias", -1).value();
  }
  std::vector<double> expected(const std::string& file) const { return golden(name + file).values; }
};

const char* const kVariants[] = {"n0",
                                 "n1",
                                 "n7",
                                 "n7_v1",
                                 "n1200",
                                 "all_zero",
                                 "some_zero",
                                 "duplicates",
                                 "tied_clusters",
                                 "huge_alpha",
                                 "feature_on_centre"};

PoolingSpec raw_spec() { return {.intra_norm = false, .final_norm = false}; }
double raw_tolerance(const PaperCase& c) {
  return 1e-5 * std::max(1.0, static_cast<double>(c.features.values.rows()) / 100);
}
constexpr double kFinalTolerance = 5e-6;
bool stable(const std::string& variant) {
  return variant != "feature_on_centre";
}  // its residual is rounding noise

class PaperLayer : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { LOCI_NEEDS_SHARED_DATA(); }
};
INSTANTIATE_TEST_SUITE_P(Golden, PaperLayer, testing::ValuesIn(kVariants), [](const auto& variant) {
  return std::string(variant.param);
});

TEST_P(PaperLayer, FusedLayerAgreesWithFloat64OnEveryProcessor) {
  const PaperCase c(GetParam());
  const int64_t dim = c.weight.cols();
  for (const internal::PoolingKernels& kernels : all_kernels()) {
    const auto make = [&](const PoolingSpec& spec) {
      return internal::make_netvlad(spec, c.tensors, dim, kernels.netvlad).value();
    };
    EXPECT_LE(difference(pooled(*make(raw_spec()), c.features), c.expected("raw.npy")),
              raw_tolerance(c));
    if (!stable(GetParam())) continue;
    EXPECT_LE(difference(pooled(*make({}), c.features), c.expected("final.npy")), kFinalTolerance);
    EXPECT_LE(difference(pooled(*make({.eps = NormEps::kRoot}), c.features),
                         c.expected("final_releps.npy")),
              kFinalTolerance);
  }
}

TEST_P(PaperLayer, HardAssignmentIsTheLargestLogit) {
  const PaperCase c(GetParam());
  for (const internal::PoolingKernels& kernels : all_kernels()) {
    const auto raw =
        internal::make_vlad(raw_spec(), c.tensors, c.weight.cols(), kernels.netvlad).value();
    EXPECT_LE(difference(pooled(*raw, c.features), c.expected("hard_raw.npy")), raw_tolerance(c));
    const auto whole = internal::make_vlad({}, c.tensors, c.weight.cols(), kernels.netvlad).value();
    if (!stable(GetParam())) continue;
    EXPECT_LE(difference(pooled(*whole, c.features), c.expected("hard_final.npy")),
              kFinalTolerance);
  }
}

TEST_P(PaperLayer, VladAssignsToTheNearestCenter) {
  PaperCase c(GetParam());
  c.tensors.erase("pooling.weight");
  c.tensors.erase("pooling.bias");
  for (const internal::PoolingKernels& kernels : all_kernels()) {
    const auto make = [&](const PoolingSpec& spec) {
      return internal::make_vlad(spec, c.tensors, c.weight.cols(), kernels.netvlad).value();
    };
    EXPECT_LE(difference(pooled(*make(raw_spec()), c.features), c.expected("nearest_raw.npy")),
              raw_tolerance(c));
    if (!stable(GetParam())) continue;
    EXPECT_LE(difference(pooled(*make({}), c.features), c.expected("nearest_intra_final.npy")),
              kFinalTolerance);
    const auto rooted = make({.intra_norm = false, .signed_sqrt = true});
    EXPECT_LE(difference(pooled(*rooted, c.features), c.expected("nearest_ssr_final.npy")),
              kFinalTolerance);
  }
}

TEST_P(PaperLayer, PlainReferenceAgreesTo1e10) {
  const PaperCase c(GetParam());
  const auto check = [&](const PoolingSpec& spec, const std::string& file) {
    const NetvladReference got =
        netvlad_reference(spec, c.features.values, c.weight, c.bias, c.centers);
    EXPECT_LE(difference(got.descriptor, c.expected(file)), 1e-10) << file;
  };
  const NetvladReference raw =
      netvlad_reference({}, c.features.values, c.weight, c.bias, c.centers);
  const std::vector<double> expected = c.expected("raw.npy");
  double most = 1e-300;
  for (const double v : expected) most = std::max(most, std::fabs(v));
  EXPECT_LE(
      difference(std::span<const double>(raw.residuals.data(), raw.residuals.size()), expected),
      1e-10 * most);
  if (!stable(GetParam())) return;
  check({}, "final.npy");
  check({.eps = NormEps::kRoot}, "final_releps.npy");
}

/// The MATLAB networks' layer is what addLayers.m makes of the recorded clusters, to 7e-7: from
/// there to hloc's and MatConvNet's descriptors of a recorded conv5_3 map.
TEST(MatlabLayer, AgreesWithHlocAndMatconvnet) {
  LOCI_NEEDS_SHARED_DATA();
  const TensorMap sample{{"m", tensor_of(golden("relja_mat_v1/init_descs_sample.npy"), 2)}};
  const Matrix features = find_matrix(sample, "m", -1, -1).value();
  for (const bool v2 : {false, true}) {
    const std::string folder = v2 ? "relja_mat_v2/" : "relja_mat_v1/";
    const TensorMap clusters{{"m", tensor_of(golden(folder + "init_clusters.npy"), 2)}};
    const TensorMap tensors =
        netvlad_from_clusters(find_matrix(clusters, "m", -1, -1).value(), features, v2).value();
    for (const char* image : {"img0", "img1", "img2"}) {
      const std::string prefix = folder + image;
      const Features map = features_of(golden(prefix + "_conv5_3.npy"));
      const auto descriptor = [&](PoolingSpec spec) {
        spec.dimension_outer = true;
        return pooled(*Pooling::create(spec, tensors, 32).value(), map);
      };
      EXPECT_LE(difference(descriptor(raw_spec()), golden(prefix + "_vlad_raw.npy").values), 2e-4)
          << prefix;
      EXPECT_LE(difference(descriptor({}), golden(prefix + "_vlad_final.npy").values), 2e-5)
          << prefix;
      EXPECT_LE(difference(descriptor({.eps = NormEps::kRoot}),
                           golden(prefix + "_octave_exact_vlad_final.npy").values),
                2e-5)
          << prefix;
    }
  }
}

TEST(NetVlad, DimensionOuterOrderIsTheOtherOnesTransposed) {
  const Matrix w = random_matrix(1, 6, 24);
  const TensorMap tensors{{"pooling.weight", make_tensor(w)}, {"pooling.centers", make_tensor(w)}};
  const Matrix x = random_matrix(2, 50, 24);
  const auto inner = pooled(*Pooling::create({}, tensors, 24).value(), x.view());
  const auto outer =
      pooled(*Pooling::create({.dimension_outer = true}, tensors, 24).value(), x.view());
  for (size_t k = 0; k < 6; ++k) {
    for (size_t d = 0; d < 24; ++d) EXPECT_EQ(outer[d * 6 + k], inner[k * 24 + d]);
  }
}

}  // namespace
}  // namespace loci
