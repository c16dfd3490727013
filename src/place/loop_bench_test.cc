// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/loop_bench.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(LoopBench, DrivesItsRoundsAndKeepsTheBound) {
  const LoopBenchOptions options{.loop_frames = 600,
                                 .loop_places = 300,
                                 .loop_dim = 512,
                                 .loop_max_frames = 400,
                                 .num_threads = 1};
  const LoopBenchReport report = bench_loops(options).value();
  EXPECT_EQ(report.answerable, 300);
  EXPECT_EQ(report.kept_frames, 400);
  EXPECT_GT(report.right, 200);
  EXPECT_LE(report.right, report.loops);
  EXPECT_LE(report.p50_ms, report.p99_ms);
  EXPECT_LE(report.p99_ms, report.max_ms);
  EXPECT_NE(report.to_json().find("\"kept_frames\":400"), std::string::npos);
  EXPECT_FALSE(bench_loops({.loop_frames = 0}).ok());
}

}  // namespace
}  // namespace loci
