// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using ::testing::HasSubstr;

TEST(Plugin, GivesTheEntryOfItsOwnBuild) {
  const auto first = load_plugin("test_good", "count", "install a hand");
  ASSERT_TRUE(first.ok()) << first.status().message();
  EXPECT_EQ(*static_cast<int*>(*first), 42);
  EXPECT_EQ(load_plugin("test_good", "count", "install a hand").value(), *first);
}

TEST(Plugin, RefusesAnotherBuild) {
  const auto loaded = load_plugin("test_other_build", "count", "install a hand");
  EXPECT_EQ(loaded.status().code(), Code::kCorrupt);
  EXPECT_THAT(loaded.status().message(), HasSubstr("0.0.0 of another compiler"));
  EXPECT_THAT(loaded.status().message(), HasSubstr(build_stamp()));
}

TEST(Plugin, SaysWhereItLookedAndWhatToInstall) {
  const auto loaded = load_plugin("test_absent", "count", "install a hand");
  EXPECT_EQ(loaded.status().code(), Code::kUnsupported);
  EXPECT_THAT(loaded.status().message(), HasSubstr("cannot count"));
  EXPECT_THAT(loaded.status().message(), HasSubstr("/libloci_test_absent_plugin.so"));
  EXPECT_THAT(loaded.status().message(), HasSubstr("install a hand"));
}

}  // namespace
}  // namespace loci
