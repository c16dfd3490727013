// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_rows.h"

#include "loci/index/index.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

class Approximate : public testing::TestWithParam<const char*> {
 protected:
  static IndexOptions options(int num_threads = 0) {
    return {.kind = GetParam(), .num_threads = num_threads, .pq_bytes = 16};
  }
};

TEST_P(Approximate, FindsNearlyAllThatTheExactScanFinds) {
  const Matrix rows = clustered_rows(2000, 128, 200, 0.8, 0.3, "approximate");
  const Matrix queries = clustered_rows(200, 128, 200, 0.8, 0.3, "approximate queries");
  const auto exact = make_index({rows}, 128, {.kind = "flat"}).value()->search(queries, 1);
  const auto index = make_index({rows}, 128, options()).value();
  EXPECT_EQ(index->kind(), GetParam());
  const auto found = index->search(queries, 1);
  int same = 0;
  for (size_t q = 0; q < found.size(); ++q) {
    same += found[q][0].id == exact[q][0].id ? 1 : 0;
    // Whatever was found is scored exactly.
    const double score = dot_exact(
        queries.row(static_cast<int64_t>(q)).data(), rows.row(found[q][0].id).data(), 128);
    EXPECT_EQ(found[q][0].score, static_cast<float>(score));
  }
  EXPECT_GE(same, 190);
}

TEST_P(Approximate, SameAnswersInEveryRunAndForAnyNumberOfThreads) {
  const Matrix rows = clustered_rows(700, 64, 50, 1.0, 0, "repeat");
  const auto a = make_index({rows}, 64, options(1)).value()->search(rows, 5, 1);
  const auto b = make_index({rows}, 64, options(4)).value()->search(rows, 5, 4);
  for (size_t q = 0; q < a.size(); ++q) EXPECT_EQ(ids_of(a[q]), ids_of(b[q]));
}

TEST_P(Approximate, KeepLeavesRowsOutAndPiecesAreOneNumbering) {
  const Matrix rows = clustered_rows(600, 64, 20, 0.5, 0, "keep");
  const auto index =
      make_index({rows.view().rows_from(0, 250), rows.view().rows_from(250, 350)}, 64, options())
          .value();
  const auto hits =
      index->search(rows.view().rows_from(0, 40), 3, 0, [](int64_t id) { return id % 7 == 3; });
  for (const auto& list : hits) {
    EXPECT_EQ(list.size(), 3u);
    for (const Hit& hit : list) EXPECT_EQ(hit.id % 7, 3);
  }
  EXPECT_EQ(hits[10][0].id, 10);
  EXPECT_EQ(index->search(rows.view().rows_from(591, 1), 1)[0][0].id, 591);
}

TEST_P(Approximate, FewAndEqualRows) {
  EXPECT_TRUE(make_index({}, 64, options()).value()->search(Matrix(1, 64), 2)[0].empty());
  Matrix equal(30, 64);
  for (int64_t i = 0; i < 30; ++i) equal(i, 0) = 1;
  EXPECT_EQ(
      make_index({equal}, 64, options()).value()->search(equal.view().rows_from(0, 1), 2)[0].size(),
      2u);
  EXPECT_EQ(
      make_index({equal.view().rows_from(0, 1)}, 64, options()).value()->search(equal, 5)[3].size(),
      1u);
}

TEST_P(Approximate, ManyCopiesOfSomeRowsDoNotHideTheOthers) {
  constexpr int64_t kOthers = 150, kSeen = 4, kCopies = 200, kDim = 64;
  const Matrix others = clustered_rows(kOthers, kDim, kOthers, 1.0, 0, "others");
  const Matrix seen = clustered_rows(kSeen, kDim, kSeen, 1.0, 0, "seen");
  Matrix rows(kSeen * kCopies + kOthers, kDim);
  for (int64_t i = 0; i < rows.rows(); ++i) {
    const auto from = i < kSeen * kCopies ? seen.row(i % kSeen) : others.row(i - kSeen * kCopies);
    std::ranges::copy(from, rows.row(i).begin());
    // Every other copy is a little off, as a photo that was saved again.
    if (i < kSeen * kCopies && i % 8 < 4) rows(i, i % kDim) += 1e-4f;
  }
  IndexOptions all_cells = options();
  all_cells.ivf_probes = 1000;
  const auto hits = make_index({rows}, kDim, all_cells).value()->search(others, 1);
  for (int64_t q = 0; q < kOthers; ++q)
    EXPECT_EQ(hits[static_cast<size_t>(q)][0].id, kSeen * kCopies + q);
  EXPECT_EQ(make_index({rows}, kDim, options()).value()->search(seen, 50)[1].size(), 50u);
}

INSTANTIATE_TEST_SUITE_P(, Approximate, testing::Values("hnsw", "ivfpq"));

TEST(ApproximateOptions, SenselessOnesAreInvalid) {
  const Matrix rows = clustered_rows(30, 64, 3, 0.5, 0, "options");
  EXPECT_EQ(make_index({rows}, 64, {.kind = "hnsw", .hnsw_m = 0}).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(make_index({rows}, 64, {.kind = "ivfpq", .pq_bytes = 7}).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(make_index({rows}, 64, {.kind = "ivfpq", .ivf_probes = 0}).status().code(),
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci
