// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/interpolate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

std::shared_ptr<const Model> one_layer(float weight, int64_t width = 2) {
  ModelSpec spec;
  spec.features = "network";
  spec.network.ops = {
      {.type = OpType::kConv, .name = "a", .out_channels = static_cast<int>(width)}};
  spec.pooling = PoolingSpec{.type = "mean"};
  spec.whitening = {.output_dim = 1};
  TensorMap tensors;
  tensors["a.weight"] =
      make_tensor({width, 3, 1, 1}, std::vector<float>(static_cast<size_t>(width) * 3, weight));
  tensors["whitening.weight"] =
      make_tensor({1, width}, std::vector<float>(static_cast<size_t>(width), 1));
  tensors["calibration.input"] = make_tensor({2}, std::vector<float>{-1, 1});
  return make_model(spec, tensors);
}

TEST(Interpolate, LiesBetweenAndDropsWhatBelongsToNeither) {
  const auto between = interpolate_models(*one_layer(2), *one_layer(6), 0.25).value();
  ASSERT_EQ(between->tensors.size(), 1u);
  EXPECT_THAT(between->tensors.at("a.weight").to_floats(), testing::Each(3.0f));
  EXPECT_EQ(between->spec.whitening.output_dim, 0);
}

TEST(Interpolate, EndsAreTheModelsThemselves) {
  EXPECT_THAT(interpolate_models(*one_layer(2), *one_layer(6), 0)
                  .value()
                  ->tensors.at("a.weight")
                  .to_floats(),
              testing::Each(2.0f));
  EXPECT_THAT(interpolate_models(*one_layer(2), *one_layer(6), 1)
                  .value()
                  ->tensors.at("a.weight")
                  .to_floats(),
              testing::Each(6.0f));
}

TEST(Interpolate, ModelsThatDoNotFitAreRefused) {
  EXPECT_EQ(interpolate_models(*one_layer(2), *one_layer(6), 1.5).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_THAT(interpolate_models(*one_layer(2), *one_layer(6, 3), 0.5).status().message(),
              testing::HasSubstr("differ in network"));
}

}  // namespace
}  // namespace loci
