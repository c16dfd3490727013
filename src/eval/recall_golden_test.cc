// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Recall as Relja/netvlad, pytorch-NetVlad, VPR-methods-evaluation, Patch-NetVLAD and OpenIBL count
// it: numbers recorded from their own code on the positions of Pitts30k-test and Tokyo 24/7.
#include "loci/base/file.h"
#include "loci/base/npy.h"
#include "loci/eval/recall.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <gtest/gtest.h>

namespace loci {
namespace {

using Lists = std::vector<std::vector<int64_t>>;

std::string golden(const std::string& name) {
  const char* shared = std::getenv("LOCI_SHARED_DIR");
  return std::string(shared == nullptr ? "." : shared) + "/golden/" + name;
}

bool absent() { return !file_info(golden("recall/case.json")).ok(); }

uint64_t little(std::span<const uint8_t> bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value |= uint64_t{bytes[at + i]} << (8 * i);
  return value;
}

// A member of a .npz whose entries are stored without compression, found by walking the local
// headers.
NpyArray npz_member(const std::string& path, const std::string& name) {
  const std::vector<uint8_t> file = read_file(path).value();
  const std::span<const uint8_t> bytes(file);
  for (size_t at = 0; at + 30 < bytes.size() && little(bytes, at, 4) == 0x04034b50;) {
    const size_t name_size = little(bytes, at + 26, 2), extra_size = little(bytes, at + 28, 2);
    const std::string found(reinterpret_cast<const char*>(&bytes[at + 30]), name_size);
    uint64_t size = little(bytes, at + 18, 4);
    if (size == 0xFFFFFFFF)
      size = little(bytes, at + 30 + name_size + 12, 8);  // zip64: uncompressed, compressed
    const size_t data = at + 30 + name_size + extra_size;
    if (found == name + ".npy") {
      EXPECT_EQ(little(bytes, at + 8, 2), 0u) << "stored entries only";
      return parse_npy(bytes.subspan(data, size), path).value();
    }
    at = data + size;
  }
  ADD_FAILURE() << path << " has no " << name;
  return {};
}

std::vector<ImageRecord> records(const NpyArray& utm) {
  std::vector<ImageRecord> images(static_cast<size_t>(utm.shape[0]));
  for (size_t i = 0; i < images.size(); ++i) {
    images[i].utm = Utm{.east_m = utm.values[2 * i], .north_m = utm.values[2 * i + 1]};
  }
  return images;
}

Lists lists(const std::string& name) {
  const NpyArray array = read_npy(golden(name)).value();
  Lists rows(static_cast<size_t>(array.shape[0]));
  const auto width = static_cast<size_t>(array.shape[1]);
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t j = 0; j < width; ++j) {
      if (const double value = array.values[i * width + j]; value >= 0)
        rows[i].push_back(static_cast<int64_t>(value));
    }
  }
  return rows;
}

Dataset pitts30k() {
  Dataset dataset;
  dataset.database = records(npz_member(golden("recall/pitts30k_test.npz"), "utmDb"));
  dataset.queries = records(npz_member(golden("recall/pitts30k_test.npz"), "utmQ"));
  return dataset;
}

Dataset tokyo247() {
  Dataset dataset;
  dataset.database = records(npz_member(golden("recall/tokyo247.npz"), "utmDb"));
  dataset.queries = records(npz_member(golden("recall/tokyo247.npz"), "utmQ"));
  dataset.rule.one_result_per_group = true;
  for (size_t i = 0; i < dataset.database.size(); ++i)
    dataset.database[i].group = std::to_string(i / 12);
  return dataset;
}

const std::vector<int> kCuts = {1, 5, 10, 20};

TEST(RecallGolden, Pitts30kAgreesToTheDigit) {
  if (absent()) GTEST_SKIP() << "golden/recall is not here";
  const Dataset dataset = pitts30k();
  ASSERT_EQ(dataset.queries.size(), 6816u);
  ASSERT_EQ(dataset.database.size(), 10000u);
  const Lists truth = ground_truth(dataset).value();
  const NpyArray counts = read_npy(golden("recall/positives_count.npy")).value();
  for (size_t q = 0; q < truth.size(); ++q)
    ASSERT_EQ(static_cast<double>(truth[q].size()), counts.values[q]) << q;

  const Recall recall = recall_at(lists("recall/predictions.npy"), truth, kCuts);
  EXPECT_EQ(recall.correct, (std::vector<int64_t>{5598, 6479, 6636, 6728}));
  const std::vector<double> expected = {
      0.8213028169014085, 0.9505575117370892, 0.9735915492957746, 0.9870892018779343};
  for (size_t i = 0; i < kCuts.size(); ++i) EXPECT_NEAR(recall.all[i], expected[i], 1e-12);
  EXPECT_EQ(recall.answerable, recall.all);
}

TEST(RecallGolden, QueriesWithoutPositiveAreMissesOrLeftOut) {
  if (absent()) GTEST_SKIP() << "golden/recall is not here";
  Dataset dataset = pitts30k();
  const NpyArray kept = read_npy(golden("recall/hole_db_ids.npy")).value();
  std::vector<ImageRecord> left;
  for (const double row : kept.values) left.push_back(dataset.database[static_cast<size_t>(row)]);
  dataset.database = std::move(left);
  const Lists truth = ground_truth(dataset).value();
  const NpyArray has = read_npy(golden("recall/hole_has_positive.npy")).value();
  for (size_t q = 0; q < truth.size(); ++q) ASSERT_EQ(!truth[q].empty(), has.values[q] != 0) << q;

  const Recall recall = recall_at(lists("recall/hole_predictions.npy"), truth, kCuts);
  EXPECT_EQ(recall.queries, 6816);
  EXPECT_EQ(recall.answerable_queries, 5952);
  EXPECT_EQ(recall.correct, (std::vector<int64_t>{5034, 5706, 5825, 5890}));
  const std::vector<double> all = {
      0.738556338028169, 0.8371478873239436, 0.8546068075117371, 0.8641431924882629};
  const std::vector<double> some = {
      0.8457661290322581, 0.9586693548387096, 0.9786626344086021, 0.9895833333333334};
  for (size_t i = 0; i < kCuts.size(); ++i) {
    EXPECT_NEAR(recall.all[i], all[i], 1e-12);
    EXPECT_NEAR(recall.answerable[i], some[i], 1e-12);
  }
}

TEST(RecallGolden, TokyoCountsOneResultPerPanorama) {
  if (absent()) GTEST_SKIP() << "golden/recall is not here";
  const Dataset dataset = tokyo247();
  EXPECT_EQ(result_depth(dataset, 20), 240);
  const Lists raw = lists("recall/tokyo_predictions240.npy");
  const Lists filtered = filter_results(dataset, raw, 20);
  EXPECT_EQ(filtered, lists("recall/tokyo_dedup20.npy"));

  const Lists truth = ground_truth(dataset).value();
  EXPECT_EQ(recall_at(filtered, truth, kCuts).correct, (std::vector<int64_t>{112, 214, 232, 262}));
  EXPECT_EQ(recall_at(raw, truth, kCuts).correct, (std::vector<int64_t>{112, 186, 223, 250}));
  EXPECT_NEAR(recall_at(filtered, truth, kCuts).all[3], 0.8317460317460318, 1e-12);
}

TEST(RecallGolden, RadiusIsInclusiveInDouble) {
  if (absent()) GTEST_SKIP() << "golden/recall is not here";
  Dataset dataset;
  dataset.database = records(read_npy(golden("recall/edge_utm_db.npy")).value());
  dataset.queries = records(read_npy(golden("recall/edge_utm_q.npy")).value());
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{0, 1}, {0, 1, 2, 3}, {4, 5}, {7}}));
}

TEST(RecallGolden, TimeMachinePassesOverTheQuerysOwnTime) {
  if (absent()) GTEST_SKIP() << "golden/recall is not here";
  const NpyArray db = read_npy(golden("triplet/desc_db_cached.npy")).value();
  const NpyArray q = read_npy(golden("triplet/desc_q_cached.npy")).value();
  Dataset dataset;
  dataset.rule.other_time_only = true;
  const auto with_times = [](const NpyArray& times) {
    std::vector<ImageRecord> images(times.values.size());
    for (size_t i = 0; i < images.size(); ++i)
      images[i].time = static_cast<int64_t>(times.values[i]);
    return images;
  };
  dataset.database = with_times(read_npy(golden("triplet/time_db.npy")).value());
  dataset.queries = with_times(read_npy(golden("triplet/time_q.npy")).value());
  ASSERT_EQ(dataset.database.size(), static_cast<size_t>(db.shape[0]));
  const int depth = result_depth(dataset, 5);
  EXPECT_EQ(depth, std::min<int>(50, static_cast<int>(db.shape[0])));

  const auto width = static_cast<size_t>(db.shape[1]);
  Lists nearest(dataset.queries.size());
  for (size_t i = 0; i < nearest.size(); ++i) {
    std::vector<std::pair<double, int64_t>> distances;
    for (size_t j = 0; j < dataset.database.size(); ++j) {
      double sum = 0;
      for (size_t k = 0; k < width; ++k) {
        const double difference = q.values[i * width + k] - db.values[j * width + k];
        sum += difference * difference;
      }
      distances.emplace_back(sum, static_cast<int64_t>(j));
    }
    std::sort(distances.begin(), distances.end());
    for (int j = 0; j < depth; ++j) nearest[i].push_back(distances[static_cast<size_t>(j)].second);
  }
  EXPECT_EQ(filter_results(dataset, nearest, 5), lists("recall/tokyotm_post5.npy"));
}

}  // namespace
}  // namespace loci
