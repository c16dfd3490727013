// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/vit.h"

#include "loci/model/architectures.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

int64_t parameters_in(const Network& network) {
  const std::vector<int> inputs = input_channels(network, 3).value();
  int64_t total = 0;
  for (size_t i = 0; i < network.ops.size(); ++i) {
    for (const Parameter& each : parameters_of(network.ops[i], inputs[i])) {
      int64_t count = 1;
      for (const int64_t side : each.shape) count *= side;
      total += count;
    }
  }
  return total;
}

TEST(Vit, HasThePublishedNumberOfParameters) {
  // Facebook's counts without the mask token, which no descriptor needs.
  EXPECT_EQ(parameters_in(architecture("dinov2_vits14").value()), 22056576 - 384);
  EXPECT_EQ(parameters_in(architecture("dinov2_vitb14").value()), 86580480 - 768);
  EXPECT_EQ(parameters_in(architecture("dinov2_vitb14_reg").value()), 86580480 - 768 + 4 * 768);
  EXPECT_EQ(parameters_in(architecture("deit_small_patch16_224").value()), 22050664 - 385 * 1000);
}

TEST(Vit, SpecKeepsItThroughJson) {
  ModelSpec spec;
  spec.network = architecture("dinov2_vitg14_reg").value();
  const std::string json = to_json(spec);
  EXPECT_NE(json.find("\"format_version\":3"), std::string::npos);
  const auto read = parse_spec(json, "m");
  ASSERT_TRUE(read.ok()) << read.status().to_string();
  EXPECT_EQ(to_json(read.value()), json);
}

TEST(Vit, OperatorsThatDoNotFitAreNamed) {
  TokenBuilder b;
  b.conv("patches", 96, 14, 14, 0, "input");
  b.attention("heads", 5, {"patches"});
  const auto channels = operator_channels(b.network, 3);
  ASSERT_FALSE(channels.ok());
  EXPECT_NE(channels.status().message().find("'heads'"), std::string::npos);
}

}  // namespace
}  // namespace loci
