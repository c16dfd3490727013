// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/builtin.h"

#include "loci/describe/describer.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(BuiltinModel, UnknownNamesAreToldWhatThereIs) {
  const auto model = builtin_model("nothing");
  ASSERT_FALSE(model.ok());
  EXPECT_EQ(model.status().code(), Code::kNotFound);
  for (const std::string& name : builtin_models())
    EXPECT_NE(model.status().message().find(name), std::string::npos);
}

TEST(BuiltinModel, EachIsWholeAndDescribes) {
  for (const std::string& name : builtin_models()) {
    const auto model = builtin_model(name);
    ASSERT_TRUE(model.ok()) << model.status().message();
    EXPECT_TRUE(verify_model(**model).ok()) << name;
    const auto describer = Describer::create(*model, {.precision = Precision::kFp32});
    ASSERT_TRUE(describer.ok()) << describer.status().message();
    EXPECT_LE((*describer)->dim(), 11'000);
  }
}

}  // namespace
}  // namespace loci
