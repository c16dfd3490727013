// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/branches.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

std::shared_ptr<const Model> part(double step, float value) {
  ModelSpec spec;
  spec.name = "part";
  spec.features = "rootsift";
  spec.local.first_bin_px = step;
  spec.pooling.type = "vlad";
  const std::vector<float> values(4, value);
  return make_model(spec, {{"pooling.centers", make_tensor({2, 2}, values)}});
}

std::shared_ptr<const Model> joined() {
  return join_branches("both",
                       {{.name = "a", .weight = 1, .model = part(4, 1)},
                        {.name = "b", .weight = 2.5, .model = part(6, 2)}},
                       true)
      .value();
}

TEST(Branches, EachComesBackWithItsTensorsAndSpec) {
  const auto parts = branches_of(joined());
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[1].name, "b");
  EXPECT_EQ(parts[1].weight, 2.5);
  EXPECT_EQ(parts[1].model->spec.local.first_bin_px, 6);
  ASSERT_EQ(parts[1].model->tensors.size(), 1U);
  EXPECT_EQ(parts[1].model->tensors.at("pooling.centers").to_floats().front(), 2);
}

TEST(Branches, SurviveTheFile) {
  const std::string path = testing::TempDir() + "/branches.safetensors";
  const auto model = joined();
  ASSERT_TRUE(save_model(*model, path).ok());
  const auto read = load_model(path).value();
  EXPECT_EQ(read->fingerprint, model->fingerprint);
  EXPECT_TRUE(read->spec.own_centers);
  EXPECT_EQ(to_json(read->spec), to_json(model->spec));
}

TEST(Branches, WeightIsPartOfTheFingerprint) {
  const auto other = join_branches("both",
                                   {{.name = "a", .weight = 1, .model = part(4, 1)},
                                    {.name = "b", .weight = 2, .model = part(6, 2)}},
                                   true)
                         .value();
  EXPECT_NE(other->fingerprint, joined()->fingerprint);
}

TEST(Branches, AnotherPartReplacesTensorsAndSpec) {
  const auto model = joined();
  const auto changed = with_branches(*model, {part(4, 1), part(8, 7)});
  const auto parts = branches_of(changed);
  EXPECT_EQ(parts[1].model->spec.local.first_bin_px, 8);
  EXPECT_EQ(parts[1].model->tensors.at("pooling.centers").to_floats().front(), 7);
  EXPECT_EQ(parts[1].weight, 2.5);
  EXPECT_NE(changed->fingerprint, model->fingerprint);
}

TEST(Branches, ModelWithoutAnyIsItsOwnOnlyPart) {
  const auto model = part(4, 1);
  const auto parts = branches_of(model);
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].model, model);
  EXPECT_EQ(with_branches(*model, {part(5, 1)})->spec.local.first_bin_px, 5);
}

TEST(Branches, OneThatSharesANetworkStoresOnlyItsPooling) {
  ModelSpec spec;
  spec.network.ops = {{.type = OpType::kConv, .name = "conv", .out_channels = 2}};
  const std::vector<float> numbers(8, 3);
  const auto network =
      make_model(spec,
                 {{"conv.weight", make_tensor({2, 3, 1, 1}, std::vector<float>(6))},
                  {"pooling.centers", make_tensor({4, 2}, numbers)}});
  const auto model = join_branches("both",
                                   {{.name = "a", .model = network},
                                    {.name = "b", .weight = 2, .model = network, .shares = "a"}},
                                   false)
                         .value();
  EXPECT_TRUE(model->tensors.contains("a/conv.weight"));
  EXPECT_FALSE(model->tensors.contains("b/conv.weight"));
  EXPECT_TRUE(model->spec.branches[1].spec.network.empty());
  const auto parts = branches_of(model);
  EXPECT_EQ(parts[1].model->spec.network.ops.size(), 1U);
  EXPECT_TRUE(parts[1].model->tensors.contains("conv.weight"));
  EXPECT_EQ(with_branches(*model, {parts[0].model, parts[1].model})->fingerprint,
            model->fingerprint);
  EXPECT_FALSE(join_branches("x", {{.name = "b", .model = network, .shares = "a"}}, false).ok());
}

TEST(Branches, NamesAndWeightsAreChecked) {
  const auto refused = [](std::vector<BranchPart> parts) {
    return !join_branches("x", parts, false).ok();
  };
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused({{.name = "a/b", .model = part(4, 1)}}));
  EXPECT_TRUE(refused({{.name = "a", .model = part(4, 1)}, {.name = "a", .model = part(4, 1)}}));
  EXPECT_TRUE(refused({{.name = "a", .weight = 0, .model = part(4, 1)}}));
  EXPECT_TRUE(refused({{.name = "a", .model = joined()}}));
}

TEST(Branches, ModelsWithoutThemKeepFormatVersion1) {
  EXPECT_NE(to_json(part(4, 1)->spec).find("\"format_version\":1"), std::string::npos);
  EXPECT_NE(to_json(joined()->spec).find("\"format_version\":2"), std::string::npos);
}

}  // namespace
}  // namespace loci
