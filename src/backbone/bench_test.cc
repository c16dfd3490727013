// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/backbone/bench.h"

#include "test_nets.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using namespace internal;  // NOLINT

TEST(BackboneBench, FiguresAgreeWithEachOther) {
  const auto model = test_model({"", {conv_op("a", 16, 3, 1, 1), conv_op("b", 16, 3, 1, 1)}});
  BackboneBenchOptions options;
  options.width = 48;
  options.height = 32;
  options.runs = 3;
  options.backbone.num_threads = 1;
  const BackboneBench bench = bench_backbone(model, options).value();
  EXPECT_NEAR(bench.gflop, 2e-9 * 48 * 32 * 9 * 16 * (3 + 16), 1e-9);
  EXPECT_NEAR(bench.gflops, bench.gflop / bench.ms * 1e3, 1e-6 * bench.gflops);
  EXPECT_NEAR(bench.ratio_to_direct, bench.ms / bench.direct_ms, 1e-9);
  EXPECT_NEAR(bench.ratio_to_library, bench.ms / bench.library_ms, 1e-9);
  EXPECT_NEAR(bench.share_of_peak * bench.peak_gflops, bench.gflops, 1e-6 * bench.gflops);
  EXPECT_GT(bench.first_ms, 0);
  EXPECT_GT(bench.activation_bytes, 0u);
  EXPECT_EQ(bench.precision, Precision::kFp32);
  EXPECT_FALSE(bench.layers.empty());
}

TEST(BackboneBench, BadSizesAreRefused) {
  const auto model = test_model({"", {conv_op("a", 16, 3, 1, 1)}});
  BackboneBenchOptions options;
  options.width = 0;
  EXPECT_EQ(bench_backbone(model, options).status().code(), Code::kInvalidArgument);
  options.width = 16;
  EXPECT_EQ(bench_backbone(model, options).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci
