// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/index/bench.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(BenchSearch, MeasuresEveryKindAndExactOnesAgree) {
  const SearchBench bench =
      bench_search({.rows = 2100, .dim = 512, .queries = 20, .repeats = 1}).value();
  ASSERT_EQ(bench.timings.size(), 6u);
  EXPECT_EQ(bench.float64_agreement, 1.0);
  EXPECT_GT(bench.read_gb_per_s, 0);
  for (const SearchTiming& timing : bench.timings) {
    EXPECT_GT(timing.single_ms, 0) << timing.kind;
    EXPECT_GE(timing.top1_agreement, timing.kind.starts_with("flat") ? 1.0 : 0.9) << timing.kind;
  }
  if (bench.has_faiss) {
    EXPECT_EQ(bench.faiss_agreement, 1.0);
  }
  EXPECT_NE(bench.to_json().find("\"kind\":\"flat-i8\""), std::string::npos);
  EXPECT_NE(bench.brief_report().find("flat-f16"), std::string::npos);
}

TEST(BenchSearch, SenselessSizesAreInvalid) {
  EXPECT_EQ(bench_search({.rows = 0}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(bench_search({.rows = 5, .k = 6}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(
      bench_search({.rows = 50, .dim = 8, .queries = 1, .kinds = "flat,wonder"}).status().code(),
      Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci
