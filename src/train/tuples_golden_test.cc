// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Tuples as Relja/netvlad (both its rules) and pytorch-NetVlad choose them, recorded from their own
// code: potential positives, the positive, violating negatives, memory; then what is left of the
// tuple with fresh descriptors.
#include "test_sets.h"

#include "loci/base/file.h"
#include "loci/base/npy.h"
#include "loci/exchange/dbstruct.h"
#include "loci/train/tuples.h"

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace loci::train {
namespace {

using Json = nlohmann::json;
using Rows = std::vector<int32_t>;

std::string golden(const std::string& name) {
  const char* shared = std::getenv("LOCI_SHARED_DIR");
  return std::string(shared == nullptr ? "." : shared) + "/golden/" + name;
}

bool absent() { return !file_info(golden("triplet/case.json")).ok(); }

Json json(const std::string& name) {
  return Json::parse(read_text_file(golden("triplet/" + name)).value());
}

Rows rows(const Json& list) { return list.is_null() ? Rows() : list.get<Rows>(); }

/// Database descriptors, then the queries'.
Matrix descriptors(const std::string& kind) {
  const NpyArray db = read_npy(golden("triplet/desc_db_" + kind + ".npy")).value();
  const NpyArray q = read_npy(golden("triplet/desc_q_" + kind + ".npy")).value();
  Matrix matrix(db.shape[0] + q.shape[0], db.shape[1]);
  std::copy(db.values.begin(), db.values.end(), matrix.data());
  std::copy(q.values.begin(), q.values.end(), matrix.data() + db.values.size());
  return matrix;
}

Dataset dataset() {
  Dataset dataset;
  const auto fill = [](const std::string& side, std::vector<ImageRecord>* images) {
    const NpyArray utm = read_npy(golden("triplet/utm_" + side + ".npy")).value();
    const NpyArray time = read_npy(golden("triplet/time_" + side + ".npy")).value();
    for (size_t i = 0; i < time.values.size(); ++i) {
      images->push_back(
          image_at(utm.values[2 * i], utm.values[2 * i + 1], static_cast<int64_t>(time.values[i])));
    }
  };
  fill("db", &dataset.database);
  fill("q", &dataset.queries);
  return dataset;
}

Rows sorted(Rows rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// Loss of a tuple by fresh descriptors, and which of its negatives still violate.
double fresh_loss(const TrainTuple& tuple,
                  int32_t query_image,
                  const SquaredDistances& fresh,
                  Rows* violating) {
  Rows others = {tuple.positive};
  others.insert(others.end(), tuple.negatives.begin(), tuple.negatives.end());
  std::vector<float> d2(others.size());
  fresh(query_image, others, d2);
  double loss = 0;
  for (size_t i = 1; i < others.size(); ++i) {
    const double term = d2[0] + 0.1 - d2[i];
    if (term > 0) loss += term, violating->push_back(others[i]);
  }
  return loss;
}

void expect_relja(const std::string& mode, bool time_machine) {
  const Json golden_mining = json(mode + "_mining.json");
  const Json before = json("negcache_before.json");
  const TrainingSet set = TrainingSet::create(dataset(), {.time_machine = time_machine}).value();
  const Matrix cached = descriptors("cached"), fresh = descriptors("fresh");
  TupleMiner miner = TupleMiner::create(set, {.pool_size = 150}).value();
  int checked = 0;
  for (const Json& expected : golden_mining["queries"]) {
    const int64_t q = expected["query"];
    SCOPED_TRACE(q);
    const auto positives = set.potential_positives(q);
    EXPECT_EQ(Rows(positives.begin(), positives.end()),
              sorted(rows(expected["potential_positives"])));
    for (const int32_t row : rows(expected["within_25m"]))
      EXPECT_FALSE(set.is_definite_negative(q, row));
    const auto within = static_cast<int64_t>(rows(expected["within_25m"]).size());
    EXPECT_EQ(set.num_definite_negatives(q), set.num_database() - within);
    if (const auto old = before.find(std::to_string(q)); old != before.end() && !positives.empty())
      miner.remember(q, rows(*old));

    const MinedTuple mined = miner.mine_from_pool(q, rows(expected["pool"]), distances_of(cached));
    if (expected["positive"].is_null()) {
      EXPECT_EQ(mined.outcome, MinedTuple::Outcome::kNoPositive);
      continue;
    }
    EXPECT_EQ(mined.tuple.positive, expected["positive"]);
    EXPECT_NEAR(mined.positive_squared_distance, expected["dpos_sq_cached"], 1e-5);
    EXPECT_EQ(mined.tuple.negatives, rows(expected["negatives_violating_cached"]));
    const auto remembered = miner.remembered(q);
    EXPECT_EQ(Rows(remembered.begin(), remembered.end()), rows(expected["negcache_after"]));
    Rows violating;
    const double loss =
        fresh_loss(mined.tuple, set.query_image(q), distances_of(fresh), &violating);
    EXPECT_NEAR(loss, expected["loss"], 1e-5);
    EXPECT_EQ(violating, rows(expected["violating_fresh"]));
    ++checked;
  }
  EXPECT_GE(checked, 15);
}

TEST(TupleGolden, PittsburghRuleChoosesWhatTheReleasedCodeChooses) {
  if (absent()) GTEST_SKIP() << "golden/triplet is not here";
  expect_relja("pitts", false);
}

TEST(TupleGolden, TimeMachineRuleChoosesWhatTheReleasedCodeChooses) {
  if (absent()) GTEST_SKIP() << "golden/triplet is not here";
  expect_relja("tokyoTM", true);
}

TEST(TupleGolden, PoolOfATurnIsDrawnUnitedWithTheMemory) {
  if (absent()) GTEST_SKIP() << "golden/triplet is not here";
  const TrainingSet set = TrainingSet::create(dataset(), {.time_machine = false}).value();
  const Matrix cached = descriptors("cached");
  TupleMiner miner = TupleMiner::create(set, {.pool_size = 150}).value();
  const Rows old = rows(json("negcache_before.json")["0"]);
  miner.remember(0, old);
  Rows pool;
  miner.mine(3, 0, [&](int64_t image, std::span<const int32_t> others, std::span<float> out) {
    pool.assign(others.begin(), others.end());
    distances_of(cached)(image, others, out);
  });
  EXPECT_GE(pool.size(), 150u);
  EXPECT_LE(pool.size(), 160u);
  for (const int32_t row : old) EXPECT_TRUE(std::binary_search(pool.begin(), pool.end(), row));
}

TEST(TupleGolden, PlainFormChoosesWhatPytorchNetVladChooses) {
  if (absent()) GTEST_SKIP() << "golden/triplet is not here";
  const Json mining = json("nanne_mining.json");
  const TrainingSet set =
      TrainingSet::create(dataset(), {.trivial_radius_m = -1, .time_machine = false}).value();
  const Matrix cached = descriptors("cached");
  TupleMiner miner =
      TupleMiner::create(set, {.pool_size = 150, .squared = false, .remember_all = false}).value();
  int tuples = 0;
  for (const Json& expected : mining["queries"]) {
    const int64_t q = expected["query"];
    SCOPED_TRACE(q);
    const auto positives = set.potential_positives(q);
    EXPECT_EQ(Rows(positives.begin(), positives.end()),
              sorted(rows(expected["nontrivial_positives"])));
    // Its memory starts empty, so the pool recorded is all it looks at.
    const MinedTuple mined = miner.mine_from_pool(q, rows(expected["pool"]), distances_of(cached));
    if (expected["result"].is_null()) {
      EXPECT_EQ(mined.outcome, MinedTuple::Outcome::kNoViolation);
      continue;
    }
    EXPECT_EQ(mined.tuple.positive, expected["result"]["positive"]);
    EXPECT_EQ(mined.tuple.negatives, rows(expected["result"]["negatives"]));
    ++tuples;
  }
  EXPECT_EQ(tuples, 15);
}

TEST(TupleGolden, TuplesOfAWholePytorchNetVladRunArePairsOfTheSet) {
  const std::string run = golden("nanne_train/");
  if (!file_info(run + "case.json").ok()) GTEST_SKIP() << "golden/nanne_train is not here";
  const Dataset dataset = load_dbstruct(run + "data/datasets/pitts30k_train.mat").value();
  const TrainingSet set =
      TrainingSet::create(dataset, {.trivial_radius_m = -1, .time_machine = false}).value();
  const Json steps = Json::parse(read_text_file(run + "case.json").value())["train_steps"];
  int checked = 0;
  for (const Json& step : steps) {
    for (const Json& tuple : step["tuples"]) {
      const int64_t q = tuple["query"];
      const auto positives = set.potential_positives(q);
      EXPECT_TRUE(
          std::binary_search(positives.begin(), positives.end(), tuple["positive"].get<int32_t>()));
      for (const int32_t row : rows(tuple["negatives"]))
        EXPECT_TRUE(set.is_definite_negative(q, row)) << q << " " << row;
      ++checked;
    }
  }
  EXPECT_EQ(checked, 6);
}

}  // namespace
}  // namespace loci::train
