// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/data/split.h"

#include "test_files.h"

#include "loci/base/rng.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace loci {
namespace {

// Photographs along the streets of a grid, ten metres apart: every cut goes through a street.
Dataset town(int photos, uint64_t seed) {
  Rng rng(seed, "town");
  Dataset dataset{.name = "town", .root = "/photos"};
  for (int i = 0; i < photos; ++i) {
    const double along = rng.uniform(0, 2000), street = static_cast<double>(rng.below(21)) * 100;
    const bool north = rng.chance(0.5);
    ImageRecord record;
    record.path = format("%05d.jpg", i);
    record.utm = Utm{.east_m = 500000 + (north ? street : along),
                     .north_m = 5300000 + (north ? along : street),
                     .zone = 32,
                     .band = 'U'};
    (rng.chance(0.2) ? dataset.queries : dataset.database).push_back(record);
  }
  return dataset;
}

double nearest_other_part(const DatasetSplit& split) {
  double nearest = 1e300;
  for (const SplitImage& a : split.images) {
    for (const SplitImage& b : split.images) {
      if (a.part < 0 || b.part < 0 || a.part == b.part) continue;
      nearest = std::min(nearest,
                         std::hypot(a.record.utm->east_m - b.record.utm->east_m,
                                    a.record.utm->north_m - b.record.utm->north_m));
    }
  }
  return nearest;
}

std::vector<int> parts_of(const DatasetSplit& split) {
  std::vector<int> parts;
  for (const SplitImage& image : split.images) parts.push_back(image.part);
  return parts;
}

TEST(Split, NoImageOfOnePartIsWithinTheBufferOfAnother) {
  for (const uint64_t seed : {1, 2, 3, 4, 5}) {
    for (const double buffer_m : {0.0, 25.0, 80.0}) {
      const DatasetSplit split =
          split_dataset(town(700, seed), {.buffer_m = buffer_m, .seed = seed}).value();
      EXPECT_EQ(split.method, "positions");
      EXPECT_GT(nearest_other_part(split), buffer_m);
      EXPECT_LT(split.dropped, 150) << "borders are short";
    }
  }
}

TEST(Split, PartsHaveTheWantedSharesAndEveryImageIsCountedOnce) {
  for (const uint64_t seed : {1, 7, 42}) {
    const Dataset dataset = town(3000, 9);
    const DatasetSplit split =
        split_dataset(dataset, {.train = 60, .val = 10, .test = 30, .seed = seed}).value();
    int64_t counted = split.dropped + split.without_position;
    const double wanted[] = {0.6, 0.1, 0.3};
    for (size_t part = 0; part < 3; ++part) {
      counted += split.parts[part].images();
      EXPECT_NEAR(static_cast<double>(split.parts[part].images()) / 3000, wanted[part], 0.06);
    }
    EXPECT_EQ(counted, 3000);
    std::set<std::string> names;
    for (const SplitImage& image : split.images) names.insert(image.record.path);
    EXPECT_EQ(names.size(), 3000u);
  }
}

TEST(Split, TheSeedAloneDecides) {
  const Dataset dataset = town(800, 3);
  const auto parts = [&](uint64_t seed) {
    return parts_of(split_dataset(dataset, {.seed = seed}).value());
  };
  EXPECT_EQ(parts(5), parts(5));
  EXPECT_NE(parts(5), parts(6));
}

TEST(Split, TwoCitiesAndTheBorderOfTwoZonesKeepTheBuffer) {
  // Two rows of photographs 2 m on each side of the meridian between zones 31 and 32.
  Dataset dataset{.name = "border", .root = "."};
  for (int i = 0; i < 200; ++i) {
    ImageRecord record;
    record.path = std::to_string(i);
    record.position =
        LatLon{.lat = 48 + (i / 2) * 1e-4, .lon = 6 + (i % 2 == 0 ? -1.0 : 1.0) * 2.7e-5};
    complete_position(&record);
    dataset.database.push_back(record);
    dataset.query_in_database.push_back(i);
  }
  dataset.queries = dataset.database;
  const DatasetSplit split = split_dataset(dataset, {.train = 0.5, .val = 0, .test = 0.5}).value();
  for (const SplitImage& a : split.images) {
    for (const SplitImage& b : split.images) {
      if (a.part < 0 || b.part < 0 || a.part == b.part) continue;
      EXPECT_GT(distance_m(*a.record.position, *b.record.position), 24.9);
    }
  }
}

TEST(Split, PlacesStayWhole) {
  Dataset dataset{.name = "labels", .root = "."};
  dataset.rule.kind = TruthRule::Kind::kPlace;
  for (int i = 0; i < 300; ++i) {
    ImageRecord record;
    record.path = std::to_string(i);
    record.place = "place " + std::to_string(i % 40);
    dataset.database.push_back(record);
    dataset.query_in_database.push_back(i);
  }
  dataset.queries = dataset.database;
  const DatasetSplit split = split_dataset(dataset).value();
  EXPECT_EQ(split.method, "places");
  EXPECT_FALSE(split.has_roles);
  std::map<std::string, std::set<int>> parts;
  for (const SplitImage& image : split.images) parts[image.record.place].insert(image.part);
  for (const auto& [place, in] : parts) EXPECT_EQ(in.size(), 1u) << place;
  EXPECT_NEAR(static_cast<double>(split.parts[0].images()) / 300, 0.7, 0.05);
}

TEST(Split, FramesOfATraverseAreCutIntoRunsWithAGap) {
  Dataset dataset{.name = "track", .root = "."};
  dataset.rule = {.kind = TruthRule::Kind::kFrames, .tolerance_frames = 2};
  for (int i = 0; i < 200; ++i) {
    ImageRecord record;
    record.frame = i;
    record.path = "ref/" + std::to_string(i);
    dataset.database.push_back(record);
    record.path = "query/" + std::to_string(i);
    dataset.queries.push_back(record);
  }
  const DatasetSplit split = split_dataset(dataset).value();
  EXPECT_EQ(split.method, "frames");
  EXPECT_GT(split.dropped, 0);
  EXPECT_LE(split.dropped, 4 * 2 * 2);  // at most four borders of two frames, on both sides
  for (const SplitImage& a : split.images) {
    for (const SplitImage& b : split.images) {
      if (a.part < 0 || b.part < 0 || a.part == b.part) continue;
      ASSERT_GT(std::abs(a.record.frame - b.record.frame), 2);
    }
  }
  for (const SplitCounts& part : split.parts) EXPECT_EQ(part.database, part.queries);
}

TEST(Split, WhatCannotBeDividedIsRefusedWithAReason) {
  const auto message = [](const Dataset& dataset, const SplitOptions& options = {}) {
    const Status status = split_dataset(dataset, options).status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    return status.message();
  };
  Dataset unknown{.name = "loose", .root = "."};
  for (int i = 0; i < 9; ++i) {
    unknown.database.emplace_back();
    unknown.queries.emplace_back();
  }
  EXPECT_NE(message(unknown).find("no position, no place and no frame"), std::string::npos);
  Dataset one = unknown;
  one.rule.kind = TruthRule::Kind::kPlace;
  for (ImageRecord& record : one.database) record.place = "square";
  for (ImageRecord& record : one.queries) record.place = "square";
  EXPECT_NE(message(one).find("has 1 place,"), std::string::npos) << message(one);
  // All on one spot: whatever part they are in, they are within the buffer of the others.
  Dataset spot{.name = "spot", .root = "."};
  for (int i = 0; i < 30; ++i) {
    spot.database.emplace_back().utm = Utm{.east_m = 1.0 * i, .north_m = 0};
    spot.queries.emplace_back().utm = Utm{.east_m = 1.0 * i, .north_m = 0};
  }
  EXPECT_NE(message(spot).find("buffer leaves no image"), std::string::npos) << message(spot);
  const Dataset fine = town(100, 1);
  EXPECT_NE(message(fine, {.train = -1}).find("share"), std::string::npos);
  EXPECT_NE(message(fine, {.train = 1, .val = 0, .test = 0}).find("two"), std::string::npos);
  EXPECT_NE(message(fine, {.buffer_m = std::nan("")}).find("buffer_m"), std::string::npos);
}

TEST(WriteSplit, LoadDatasetReadsEveryPartBack) {
  const TestFiles files;
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) {
    const std::string side = i % 3 == 0 ? "queries" : "database";
    names.push_back(format("%s/@%010.2f@5300000.00@32@U@@@p%02d@@@@@@2019%02d@a, \"b\"@.jpg",
                           side.c_str(),
                           500000.0 + 60 * (i / 3),
                           i,
                           i % 12 + 1));
  }
  files.touch(names);
  const Dataset dataset = load_dataset(files.path()).value();
  const DatasetSplit split = split_dataset(dataset).value();
  // Outside of the data set the paths are absolute, inside of it relative.
  const TestFiles elsewhere;
  for (const std::string& out : {elsewhere / "deep/parts", files / "parts.csv"}) {
    const std::string csv = write_split(split, out).value();
    const std::string text = read_text_file(csv).value();
    EXPECT_EQ(text.find(files.path()) == std::string::npos, out.ends_with(".csv")) << text;
    int64_t total = 0;
    for (size_t part = 0; part < 3; ++part) {
      const Dataset back = load_dataset(out, {.split = kSplitParts[part]}).value();
      EXPECT_EQ(std::ssize(back.queries), split.parts[part].queries);
      EXPECT_EQ(std::ssize(back.database), split.parts[part].database);
      EXPECT_EQ(back.rule.kind, TruthRule::Kind::kRadius);
      EXPECT_EQ(back.database[0].utm->zone, 32);
      EXPECT_TRUE(back.database[0].time.has_value());
      for (const auto& rows : ground_truth(back).value()) EXPECT_EQ(rows.size(), 2u);
      total += std::ssize(back.queries) + std::ssize(back.database);
    }
    EXPECT_EQ(total, 60);
  }
}

}  // namespace
}  // namespace loci
