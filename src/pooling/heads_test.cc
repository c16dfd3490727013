// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// GeM, maxima, means and the later heads against numbers that their authors' code computed.
#include "sinkhorn.h"
#include "test_support.h"

#include "loci/model/rmac_regions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

constexpr double kPoolTolerance = 1e-5;  // relative
constexpr double kHeadTolerance = 5e-6;  // absolute, on unit vectors

/// Runs a layer on both images of map a, or the one of map b or c, and returns the descriptors one
/// behind the other.
std::vector<float> pooled_map(const Pooling& layer, const std::string& map) {
  const NpyArray array = golden("pooling/map_" + map + ".npy");
  std::vector<float> all;
  for (int64_t b = 0; b < array.shape[0]; ++b) {
    const std::vector<float> one = pooled(layer, features_of(array, b), 2);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

std::vector<float> pooled_map(const PoolingSpec& spec,
                              const TensorMap& tensors,
                              const std::string& map) {
  return pooled_map(*Pooling::create(spec, tensors, 20).value(), map);
}

void expect_relative(const std::vector<float>& got, const std::string& file) {
  const std::vector<double> expected = golden("pooling/" + file).values;
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], expected[i], kPoolTolerance * std::fabs(expected[i])) << file << " " << i;
  }
}

void add(TensorMap& tensors, const std::string& name, const std::string& file, size_t rank) {
  tensors[name] = tensor_of(golden("pooling/" + file + ".npy"), rank);
}
void add_linear(TensorMap& tensors, const std::string& name, const std::string& file) {
  add(tensors, name + ".weight", file + ".weight", 2);
  add(tensors, name + ".bias", file + ".bias", 1);
}

class PoolingMaps : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { LOCI_NEEDS_SHARED_DATA(); }
};
INSTANTIATE_TEST_SUITE_P(Golden, PoolingMaps, testing::Values("a", "b", "c"));

TEST_P(PoolingMaps, ColumnPoolingsAgreeWithCirtorch) {
  const std::string map = GetParam();
  const auto raw = [](const char* type) { return PoolingSpec{.type = type, .final_norm = false}; };
  expect_relative(pooled_map(raw("max"), {}, map), "cirtorch_mac_" + map + "_out.npy");
  expect_relative(pooled_map(raw("mean"), {}, map), "cirtorch_spoc_" + map + "_out.npy");
  expect_relative(pooled_map(raw("gem"), {}, map), "cirtorch_gem_p3_" + map + "_out.npy");
  expect_relative(pooled_map(raw("rmac"), {}, map), "cirtorch_rmac_" + map + "_out.npy");
  for (const std::string variant : {"learned", "mp"}) {
    const std::string prefix = variant == "mp" ? "cirtorch_gemmp_" + map : "cirtorch_gem_learned";
    TensorMap tensors;
    add(tensors, "pooling.p", prefix + "_weights/p", 1);
    const std::string out = variant == "mp" ? "cirtorch_gemmp_" : "cirtorch_gem_learned_";
    expect_relative(pooled_map(raw("gem"), tensors, map), out + map + "_out.npy");
  }
}

TEST(PoolingGolden, WholeNormalisationAgrees) {
  LOCI_NEEDS_SHARED_DATA();
  expect_relative(pooled_map({.type = "gem"}, {}, "a"), "gsv_gempool_out.npy");
  expect_relative(pooled_map({.type = "max", .final_norm = false}, {}, "a"), "relja_max.npy");
  expect_relative(pooled_map({.type = "mean", .final_norm = false}, {}, "a"), "relja_avg.npy");
  expect_relative(pooled_map({.type = "max", .eps = NormEps::kRoot}, {}, "a"), "relja_max_l2.npy");
  for (const std::string map : {"a", "b", "c"}) {
    expect_relative(pooled_map({.type = "gem"}, {}, map), "cirtorch_gem_p3_" + map + "_l2n.npy");
  }
}

TEST(PoolingGolden, CosplaceHeadAgrees) {
  LOCI_NEEDS_SHARED_DATA();
  TensorMap tensors;
  add(tensors, "pooling.p", "cosplace_weights/1.p", 1);
  add_linear(tensors, "pooling.linear", "cosplace_weights/3");
  EXPECT_LE(difference(pooled_map({.type = "cosplace"}, tensors, "a"),
                       golden("pooling/cosplace_out.npy").values),
            kHeadTolerance);
}

TEST(PoolingGolden, ConvapAgrees) {
  LOCI_NEEDS_SHARED_DATA();
  TensorMap tensors;
  add_linear(tensors, "pooling.channels", "convap_weights/channel_pool");
  const PoolingSpec spec{.type = "convap", .grid_height = 2, .grid_width = 3};
  EXPECT_LE(difference(pooled_map(spec, tensors, "a"), golden("pooling/convap_out.npy").values),
            kHeadTolerance);
}

TEST(PoolingGolden, MixvprAgrees) {
  LOCI_NEEDS_SHARED_DATA();
  TensorMap tensors;
  for (int i = 0; i < 4; ++i) {
    const std::string name = "pooling.mix." + std::to_string(i);
    const std::string file = "mixvpr_weights/mix." + std::to_string(i) + ".mix.";
    add(tensors, name + ".norm.weight", file + "0.weight", 1);
    add(tensors, name + ".norm.bias", file + "0.bias", 1);
    add_linear(tensors, name + ".expand", file + "1");
    add_linear(tensors, name + ".contract", file + "3");
  }
  add_linear(tensors, "pooling.channels", "mixvpr_weights/channel_proj");
  add_linear(tensors, "pooling.rows", "mixvpr_weights/row_proj");
  const auto layer = Pooling::create({.type = "mixvpr"}, tensors, 20).value();
  EXPECT_LE(difference(pooled_map(*layer, "a"), golden("pooling/mixvpr_out.npy").values),
            kHeadTolerance);
  EXPECT_THROW(pooled_map(*layer, "b"),
               std::invalid_argument);  // another map size than it was trained for
}

TensorMap salad_tensors() {
  TensorMap tensors;
  add_linear(tensors, "pooling.token.hidden", "salad_weights/token_features.0");
  add_linear(tensors, "pooling.token.out", "salad_weights/token_features.2");
  add_linear(tensors, "pooling.features.hidden", "salad_weights/cluster_features.0");
  add_linear(tensors, "pooling.features.out", "salad_weights/cluster_features.3");
  add_linear(tensors, "pooling.scores.hidden", "salad_weights/score.0");
  add_linear(tensors, "pooling.scores.out", "salad_weights/score.3");
  add(tensors, "pooling.dustbin", "salad_weights/dust_bin", 1);
  return tensors;
}

/// The map's features with the class token as the last row.
Features with_token(int64_t b) {
  const Features map = features_of(golden("pooling/map_a.npy"), b);
  const NpyArray token = golden("pooling/salad_token.npy");
  Features all{Matrix(map.values.rows() + 1, map.values.cols()), map.height, map.width};
  std::copy(map.values.data(), map.values.data() + map.values.size(), all.values.data());
  for (int64_t c = 0; c < map.values.cols(); ++c) {
    all.values(map.values.rows(), c) =
        static_cast<float>(token.values[static_cast<size_t>(b * map.values.cols() + c)]);
  }
  return all;
}

TEST(PoolingGolden, SaladAgrees) {
  LOCI_NEEDS_SHARED_DATA();
  const auto layer = Pooling::create({.type = "salad"}, salad_tensors(), 20).value();
  std::vector<float> both = pooled(*layer, with_token(0));
  const std::vector<float> second = pooled(*layer, with_token(1), 2);
  both.insert(both.end(), second.begin(), second.end());
  EXPECT_LE(difference(both, golden("pooling/salad_out.npy").values), kHeadTolerance);
}

TEST(PoolingGolden, SinkhornPlanAgrees) {
  LOCI_NEEDS_SHARED_DATA();
  const Features scores = features_of(golden("pooling/salad_scores.npy"), 0);
  const NpyArray expected = golden("pooling/salad_transport.npy");
  const double dustbin = golden("pooling/salad_weights/dust_bin.npy").values[0];
  const NpyArray array = golden("pooling/salad_scores.npy");
  const int64_t n = array.shape[2], m = array.shape[1];
  for (int64_t b = 0; b < array.shape[0]; ++b) {
    Matrix s(n, m);
    for (int64_t k = 0; k < m; ++k) {
      for (int64_t i = 0; i < n; ++i)
        s(i, k) = static_cast<float>(array.values[static_cast<size_t>((b * m + k) * n + i)]);
    }
    const Matrix plan = internal::sinkhorn_transport(s, dustbin);
    for (int64_t k = 0; k <= m; ++k) {
      for (int64_t i = 0; i < n; ++i) {
        EXPECT_NEAR(
            plan(i, k), expected.values[static_cast<size_t>((b * (m + 1) + k) * n + i)], 1e-5);
      }
    }
  }
}

TEST(Sinkhorn, EveryFeatureIsSharedOutWhole) {
  const Matrix plan = internal::sinkhorn_transport(random_matrix(1, 30, 6, 4), 1.0);
  for (int64_t i = 0; i < plan.rows(); ++i) {
    double sum = 0;
    for (const float p : plan.row(i)) sum += static_cast<double>(p);
    EXPECT_NEAR(sum, 1, 1e-6);
  }
}

TEST(Rmac, SquareMapHasOneFourAndNineRegions) {
  const auto regions = rmac_regions(12, 12, 3);
  ASSERT_EQ(regions.size(), 1u + 1u + 4u + 9u);
  for (const RmacRegion& r : regions) {
    EXPECT_GE(r.x, 0);
    EXPECT_GE(r.y, 0);
    EXPECT_LE(r.x + r.width, 12);
    EXPECT_LE(r.y + r.height, 12);
  }
  EXPECT_EQ(regions.back().width, 6);
  EXPECT_EQ(regions.back().x, 6);
}

TEST(Rmac, RegionsStayInsideMapsOfAnySize) {
  for (int64_t h = 1; h < 24; ++h) {
    for (int64_t w = 1; w < 24; ++w) {
      for (const RmacRegion& r : rmac_regions(h, w, 5)) {
        ASSERT_TRUE(r.y >= 0 && r.x >= 0 && r.height > 0 && r.width > 0 && r.y + r.height <= h &&
                    r.x + r.width <= w);
      }
    }
  }
}

TEST(Rmac, BagOfFeaturesIsABrokenContract) {
  const auto layer = Pooling::create({.type = "rmac"}, {}, 4).value();
  EXPECT_THROW(pooled(*layer, random_matrix(1, 6, 4).view()), std::invalid_argument);
}

TEST(Gem, PowerOneIsTheMeanOfPositiveNumbersAndALargeOneTheMaximum) {
  Matrix x(2, 1);
  x(0, 0) = 1;
  x(1, 0) = 3;
  const auto value = [&](double p) {
    return pooled(*Pooling::create({.type = "gem", .final_norm = false, .gem_p = p}, {}, 1).value(),
                  x.view())[0];
  };
  EXPECT_NEAR(value(1), 2, 2e-6);
  EXPECT_NEAR(value(2), std::sqrt(5.0), 2e-6);
  EXPECT_NEAR(value(2.5), std::pow((1 + std::pow(3, 2.5)) / 2, 0.4), 2e-6);
  EXPECT_NEAR(value(500), 3, 0.01);
}

TEST(Gem, AgreesWithFloat64OnEveryProcessorAndAnyScale) {
  const int64_t rows = 150, columns = 37;
  for (const double size : {1e-4, 1.0, 1e20}) {
    const Matrix x = random_matrix(1, rows, columns, size);
    const std::vector<float> p(static_cast<size_t>(columns), 3.7f);
    for (const internal::PoolingKernels& kernels : all_kernels()) {
      std::vector<float> out(static_cast<size_t>(columns));
      kernels.gem(x.data(), columns, rows, columns, p.data(), 1e-6f, out.data());
      for (int64_t c = 0; c < columns; ++c) {
        double sum = 0;
        for (int64_t i = 0; i < rows; ++i) sum += std::pow(std::max<double>(x(i, c), 1e-6), 3.7f);
        const double expected = std::pow(sum / rows, 1 / static_cast<double>(3.7f));
        EXPECT_NEAR(out[static_cast<size_t>(c)], expected, 1e-5 * expected);
      }
    }
  }
}

TEST(PoolingTypes, NoFeaturesGiveZeros) {
  for (const char* type : {"max", "mean", "gem", "rmac"}) {
    const auto layer = Pooling::create({.type = type}, {}, 5).value();
    EXPECT_THAT(pooled(*layer, Matrix(0, 5).view()), testing::Each(0.0f)) << type;
  }
}

TEST(PoolingTypes, BadNumbersAreNamed) {
  const auto message = [](const PoolingSpec& spec, const TensorMap& tensors) {
    return Pooling::create(spec, tensors, 5).status().to_string();
  };
  const std::vector<float> three(3, 3.0f), negative(1, -1.0f);
  EXPECT_THAT(
      message({.type = "gem"}, {{"pooling.p", make_tensor({3}, std::span<const float>(three))}}),
      testing::HasSubstr("pooling.p"));
  EXPECT_THAT(
      message({.type = "gem"}, {{"pooling.p", make_tensor({1}, std::span<const float>(negative))}}),
      testing::HasSubstr("positive"));
  EXPECT_THAT(message({.type = "rmac", .rmac_levels = 0}, {}), testing::HasSubstr("rmac_levels"));
  EXPECT_THAT(message({.type = "convap", .grid_height = -1}, {}), testing::HasSubstr("grid"));
  EXPECT_THAT(message({.type = "cosplace"}, {}), testing::HasSubstr("pooling.linear.weight"));
  EXPECT_THAT(message({.type = "salad"}, {}), testing::HasSubstr("pooling.features.hidden.weight"));
  EXPECT_THAT(message({.type = "mixvpr"}, {}), testing::HasSubstr("pooling.channels.weight"));
}

}  // namespace
}  // namespace loci
