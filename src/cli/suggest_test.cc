// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "suggest.h"

#include <gtest/gtest.h>

namespace loci::cli {
namespace {

TEST(NearestWord, MistypedWordsAreFoundAndStrangersAreNot) {
  const std::vector<std::string> verbs = {"index", "inspect", "query", "serve", "eval"};
  EXPECT_EQ(nearest_word("inex", verbs), "index");
  EXPECT_EQ(nearest_word("idnex", verbs), "index");
  EXPECT_EQ(nearest_word("serv", verbs), "serve");
  EXPECT_EQ(nearest_word("insp", verbs), "inspect");
  EXPECT_EQ(nearest_word("photographs", verbs), "");
  EXPECT_EQ(did_you_mean("querry", verbs), "; did you mean 'query'?");
}

}  // namespace
}  // namespace loci::cli
