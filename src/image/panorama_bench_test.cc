// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/panorama_bench.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(CutoutBench, ViewsEqualThoseOfOpenCv) {
  const auto result = bench_cutouts({.panorama_width = 1024, .runs = 1});
  ASSERT_TRUE(result.ok()) << result.status().to_string();
  // OpenCV's shares are whole 1/32 pixels, ours 1/128: up to 1/64 pixel a side apart.
  EXPECT_LT(result->mean_difference, 0.5);
  EXPECT_LE(result->max_difference, 12);
  EXPECT_GT(result->cut_ms, 0);
}

TEST(CutoutBench, RefusesOddSizes) {
  EXPECT_EQ(bench_cutouts({.panorama_width = 63}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(bench_cutouts({.panorama_width = 1 << 20}).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci
