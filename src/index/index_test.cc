// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/index/index.h"

#include "flat_index.h"
#include "test_rows.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace loci {
namespace {

constexpr Storage kStorages[] = {Storage::kFloat32, Storage::kFloat16, Storage::kInt8};

class FlatData : public testing::TestWithParam<std::tuple<int, double, double>> {};

/// With rows of little, usual and no structure, wide and narrow: the same ids as a float64 scan, in
/// the same order.
TEST_P(FlatData, EveryStorageFindsWhatTheFloat64ScanFinds) {
  const auto [dim, spread, common] = GetParam();
  const Matrix rows = clustered_rows(2300, dim, 230, spread, common, "flat");
  Matrix queries = clustered_rows(13, dim, 230, spread, common, "flat");  // the same places,
  Rng rng(3, "queries");
  for (int64_t q = 0; q < queries.rows(); ++q) {  // seen a little differently
    for (float& x : queries.row(q)) x += static_cast<float>(0.5 * rng.normal() / std::sqrt(dim));
    l2_normalize(queries.row(q));
  }
  for (const Storage storage : kStorages) {
    const auto index = make_flat_index({rows}, dim, storage).value();
    for (const int k : {1, 10}) {
      const auto batch = index->search(queries, k);
      for (int64_t q = 0; q < queries.rows(); ++q) {
        const auto expected = exact_hits(rows, queries.row(q).data(), k);
        const auto& found = batch[static_cast<size_t>(q)];
        ASSERT_EQ(ids_of(found), ids_of(expected)) << index->kind() << " k " << k << " query " << q;
        for (size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i].score, expected[i].score);
      }
      const auto alone = index->search(queries.view().rows_from(5, 1), k, 1);
      EXPECT_EQ(ids_of(alone[0]), ids_of(batch[5]));
    }
  }
}
INSTANTIATE_TEST_SUITE_P(,
                         FlatData,
                         testing::Values(std::tuple{17, 0.5, 0.0},
                                         std::tuple{128, 0.7, 0.0},
                                         std::tuple{640, 0.8, 1.0},
                                         std::tuple{1536, 1.0, 0.0},
                                         std::tuple{2048, 5.0, 0.0},
                                         std::tuple{2048, 0.05, 0.3}));

/// `dim` values of which few are large, as raw VLAD descriptors have them.
TEST(FlatIndex, PeakyRowsAreFoundExactly) {
  Rng rng(1, "peaky");
  Matrix rows(2200, 1024), queries(10, 1024);
  for (int64_t i = 0; i < rows.rows(); ++i) {
    for (int j = 0; j < 12; ++j)
      rows(i, static_cast<int64_t>(rng.below(1024))) =
          static_cast<float>(std::exp(2 * rng.normal()));
    l2_normalize(rows.row(i));
  }
  for (int64_t q = 0; q < queries.rows(); ++q) {
    std::ranges::copy(rows.row(q * 37), queries.row(q).begin());
    for (int j = 0; j < 12; ++j) queries(q, static_cast<int64_t>(rng.below(1024))) += 0.2f;
    l2_normalize(queries.row(q));
  }
  for (const Storage storage : kStorages) {
    const auto hits = make_flat_index({rows}, 1024, storage).value()->search(queries, 5);
    for (int64_t q = 0; q < queries.rows(); ++q) {
      EXPECT_EQ(ids_of(hits[static_cast<size_t>(q)]),
                ids_of(exact_hits(rows, queries.row(q).data(), 5)));
    }
  }
}

TEST(FlatIndex, FilterBySignsDecidesWhereNeighboursStandOut) {
  const Matrix rows = clustered_rows(2500, 2048, 250, 0.7, 0, "filter");
  const Matrix queries = clustered_rows(30, 2048, 250, 0.7, 0, "filter");
  const auto index = internal::make_flat({rows}, 2048, {.storage = Storage::kInt8}).value();
  int64_t undecided = 0;
  index->search_counting(queries, 1, 0, {}, &undecided);
  EXPECT_EQ(undecided, 0);
  Rng rng(1, "far");
  Matrix strangers(10, 2048);
  for (int64_t q = 0; q < 10; ++q) {
    for (float& x : strangers.row(q)) x = static_cast<float>(rng.normal());
  }
  const auto hits = index->search_counting(strangers, 3, 0, {}, &undecided);
  EXPECT_EQ(undecided, 10);
  for (int64_t q = 0; q < 10; ++q) {
    EXPECT_EQ(ids_of(hits[static_cast<size_t>(q)]),
              ids_of(exact_hits(rows, strangers.row(q).data(), 3)));
  }
}

TEST(FlatIndex, EqualRowsComeByRisingId) {
  Matrix rows(2500, 640);
  for (int64_t i = 0; i < rows.rows(); ++i) rows(i, i % 3) = 1;
  Matrix query(1, 640);
  query(0, 1) = 1;
  for (const Storage storage : kStorages) {
    const auto hits = make_flat_index({rows}, 640, storage).value()->search(query, 4);
    EXPECT_EQ(ids_of(hits[0]), (std::vector<int64_t>{1, 4, 7, 10}));
    EXPECT_EQ(hits[0][0].score, 1.0f);
  }
}

TEST(FlatIndex, DifferencesBelowFloat32AreSeen) {
  // The scores are 1 and 1 + 2^-30: equal as float32 sums, not as float64 ones.
  Matrix rows(2, 2), query(1, 2);
  rows(0, 0) = rows(1, 0) = 1;
  rows(1, 1) = 0x1p-15f;
  query(0, 0) = 1;
  query(0, 1) = 0x1p-15f;
  for (const Storage storage : kStorages) {
    EXPECT_EQ(ids_of(make_flat_index({rows}, 2, storage).value()->search(query, 2)[0]),
              (std::vector<int64_t>{1, 0}));
  }
}

TEST(FlatIndex, RowsInPiecesAreOneNumbering) {
  const Matrix rows = clustered_rows(3000, 520, 100, 0.8, 0, "pieces");
  const Matrix queries = clustered_rows(7, 520, 100, 0.8, 0, "pieces");
  const ConstMatrixView all = rows;
  const RowBlocks pieces = {
      all.rows_from(0, 1), all.rows_from(1, 0), all.rows_from(1, 1700), all.rows_from(1701, 1299)};
  for (const Storage storage : kStorages) {
    const auto whole = make_flat_index({all}, 520, storage).value(),
               split = make_flat_index(pieces, 520, storage).value();
    EXPECT_EQ(split->size(), 3000);
    const auto a = whole->search(queries, 6), b = split->search(queries, 6);
    for (size_t q = 0; q < a.size(); ++q) EXPECT_EQ(ids_of(a[q]), ids_of(b[q]));
  }
}

TEST(FlatIndex, KeepLeavesRowsOut) {
  const Matrix rows = clustered_rows(2600, 600, 100, 0.5, 0, "keep");
  for (const Storage storage : kStorages) {
    const auto index = make_flat_index({rows}, 600, storage).value();
    const auto odd =
        index->search(rows.view().rows_from(0, 5), 8, 0, [](int64_t id) { return id % 2 == 1; });
    for (size_t q = 0; q < 5; ++q) {
      EXPECT_EQ(odd[q].size(), 8u);
      for (const Hit& hit : odd[q]) EXPECT_EQ(hit.id % 2, 1);
    }
    EXPECT_EQ(odd[1][0].id, 1);
    EXPECT_TRUE(
        index->search(rows.view().rows_from(0, 1), 8, 0, [](int64_t) { return false; })[0].empty());
    EXPECT_EQ(
        index->search(rows.view().rows_from(0, 1), 8, 0, [](int64_t id) { return id == 9; })[0]
            .size(),
        1u);
  }
}

TEST(FlatIndex, SameAnswersForAnyNumberOfThreads) {
  const Matrix rows = clustered_rows(3000, 700, 30, 1.0, 0.5, "threads");
  for (const Storage storage : kStorages) {
    const auto one = make_flat_index({rows}, 700, storage, 0, 1).value(),
               many = make_flat_index({rows}, 700, storage, 0, 5).value();
    const auto a = one->search(rows.view().rows_from(0, 40), 10, 1),
               b = many->search(rows.view().rows_from(0, 40), 10, 5);
    for (size_t q = 0; q < a.size(); ++q) EXPECT_EQ(ids_of(a[q]), ids_of(b[q]));
  }
}

TEST(FlatIndex, FixedNumberOfRerankedCandidatesKeepsTheBest) {
  const Matrix rows = clustered_rows(3000, 512, 100, 0.7, 0, "rerank");
  for (const Storage storage : {Storage::kFloat16, Storage::kInt8}) {
    const auto index = make_flat_index({rows}, 512, storage, 20).value();
    const auto hits = index->search(rows.view().rows_from(0, 30), 3);
    for (size_t q = 0; q < hits.size(); ++q) {
      EXPECT_EQ(hits[q].size(), 3u);
      EXPECT_EQ(hits[q][0].id, static_cast<int64_t>(q));
    }
  }
}

TEST(FlatIndex, EmptyAndSmallCases) {
  for (const Storage storage : kStorages) {
    const auto none = make_flat_index({}, 8, storage).value();
    EXPECT_EQ(none->size(), 0);
    EXPECT_TRUE(none->search(Matrix(2, 8), 3)[1].empty());
    Matrix rows(2, 8), query(1, 8);
    rows(0, 0) = rows(1, 1) = query(0, 0) = 1;
    const auto two = make_flat_index({rows}, 8, storage).value();
    EXPECT_EQ(ids_of(two->search(query, 9)[0]), (std::vector<int64_t>{0, 1}));
    EXPECT_TRUE(make_flat_index({Matrix(2, 8)}, 8, storage).value()->search(query, 9)[0].empty());
    EXPECT_TRUE(two->search(Matrix(1, 8), 0)[0].empty());
    EXPECT_TRUE(two->search(Matrix(0, 8), 3).empty());
  }
}

TEST(FlatIndex, BadRowsAndQueriesAreRefused) {
  Matrix rows = clustered_rows(600, 16, 10, 0.5, 0, "bad");
  const auto good = make_flat_index({rows}, 16, Storage::kInt8).value();
  Matrix query(1, 16);
  query(0, 3) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(good->search(query, 1), std::invalid_argument);
  EXPECT_THROW(good->search(Matrix(1, 15), 1), std::invalid_argument);
  EXPECT_THROW(good->search(Matrix(1, 16), -1), std::invalid_argument);
  Matrix broken = rows;
  broken(577, 15) = std::numeric_limits<float>::infinity();
  const Status status = make_flat_index({broken}, 16, Storage::kFloat32).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("row 577"), std::string::npos);
  EXPECT_EQ(make_flat_index({rows, Matrix(3, 17)}, 16, Storage::kFloat32).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(make_flat_index({rows}, 0, Storage::kFloat32).status().code(), Code::kInvalidArgument);
}

TEST(MakeIndex, UnknownKindIsInvalidAndNamesTheKnownOnes) {
  const Status status = make_index({}, 8, {.kind = "magic"}).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("flat-i8"), std::string::npos);
}

TEST(MakeIndex, AutoIsPlainFlatForFewRows) {
  const Matrix rows = clustered_rows(100, 16, 10, 0.5, 0, "auto");
  EXPECT_EQ(make_index({rows}, 16, {}).value()->kind(), "flat");
}

class EveryIndex : public testing::TestWithParam<const char*> {};

TEST_P(EveryIndex, RowsOfZerosAreNeverFoundAndOnesThatAreNotFiniteAreRefused) {
  // All rows point away from the query, so that a score of 0 would be the best.
  Matrix rows(40, 32);
  for (int64_t i = 0; i < rows.rows(); ++i) {
    if (i % 4 != 0) rows(i, 0) = -1 - static_cast<float>(i) * 0.01f;
    if (i % 4 != 0) rows(i, 1 + i % 31) = 0.3f;
  }
  Matrix query(1, 32);
  query(0, 0) = 1;
  const IndexOptions options{.kind = GetParam(), .pq_bytes = 8};
  const auto hits = make_index({rows}, 32, options).value()->search(query, 40);
  EXPECT_EQ(hits[0].size(), 30u);
  for (const Hit& hit : hits[0]) {
    EXPECT_NE(hit.id % 4, 0);
    EXPECT_LT(hit.score, 0);
  }
  rows(7, 3) = NAN;
  EXPECT_EQ(make_index({rows}, 32, options).status().code(), Code::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         EveryIndex,
                         testing::Values("flat", "flat-f16", "flat-i8", "hnsw", "ivfpq"));

}  // namespace
}  // namespace loci
