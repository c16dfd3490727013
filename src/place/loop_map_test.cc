// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_test_walk.h"

#include "loci/base/file.h"
#include "loci/describe/builtin.h"
#include "loci/image/sketch.h"
#include "loci/model/safetensors.h"
#include "loci/place/loop_detector.h"

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace loci {
namespace {

using test::kWalkDim;
using test::view_of;

LoopOptions quick() {
  LoopOptions options;
  options.exclude_s = 5;
  options.num_threads = 1;
  return options;
}

std::string map_file(const std::string& name) {
  return (std::filesystem::path(::testing::TempDir()) / (name + ".loops")).string();
}

/// A run past places [0, 150), saved.
std::string saved_walk(const std::string& name) {
  const auto loops = LoopDetector::create(kWalkDim, quick()).value();
  std::vector<std::string> names;
  for (int64_t t = 0; t < 150; ++t) {
    EXPECT_TRUE(loops->add(view_of(t, 0), static_cast<double>(t)).ok());
    names.push_back("place " + std::to_string(t));
  }
  const std::string path = map_file(name);
  EXPECT_TRUE(loops->save(path, names).ok());
  return path;
}

TEST(LoopMap, YesterdaysPlacesAreFoundFromTheFirstFramesOn) {
  const std::string path = saved_walk("yesterday");
  const auto loops = LoopDetector::load(path, kWalkDim, quick()).value();
  EXPECT_EQ(loops->size(), 150);
  EXPECT_EQ(loops->first_frame(), 150);
  int64_t found = 0;
  for (int64_t t = 0; t < 60; ++t) {
    // The clock began anew, and the robot comes the same way.
    const auto loop = loops->add(view_of(t + 40, 1), static_cast<double>(t)).value();
    EXPECT_EQ(loops->last().frame, 150 + t);
    if (!loop) continue;
    ++found;
    EXPECT_LE(std::abs(loop->match - t - 40), 1);
    EXPECT_EQ(loop->match_stamp_s, static_cast<double>(loop->match));
    EXPECT_EQ(loops->name(loop->match), "place " + std::to_string(loop->match));
  }
  EXPECT_GE(found, 55);
  EXPECT_EQ(loops->name(150), "") << "of this run";
}

TEST(LoopMap, ARobotThatBeginsWhereItStoppedKnowsThePlace) {
  const std::string path = saved_walk("where_it_stopped");
  const auto loops = LoopDetector::load(path, kWalkDim, quick()).value();
  int64_t found = 0;
  for (uint64_t t = 0; t < 20; ++t)
    found += loops->add(view_of(149, 5 + t), static_cast<double>(t)).value().has_value();
  EXPECT_GE(found, 15);
}

TEST(LoopMap, AThirdRunKnowsTheFirstAndTheSecond) {
  const std::string path = saved_walk("third");
  {
    const auto second = LoopDetector::load(path, kWalkDim, quick()).value();
    for (int64_t t = 0; t < 30; ++t)
      ASSERT_TRUE(second->add(view_of(500 + t, 0), static_cast<double>(t)).ok());
    const std::vector<std::string> names(30, "second");
    ASSERT_TRUE(second->save(path, names).ok());
  }
  const auto third = LoopDetector::load(path, kWalkDim, quick()).value();
  EXPECT_EQ(third->size(), 180);
  EXPECT_EQ(third->first_frame(), 180);
  EXPECT_EQ(third->name(3), "place 3");
  EXPECT_EQ(third->name(170), "second");
  int64_t first = 0, second = 0;
  for (int64_t t = 0; t < 20; ++t) {
    const auto loop = third->add(view_of(505 + t, 1), static_cast<double>(t)).value();
    second += loop && loop->match >= 150;
  }
  for (int64_t t = 0; t < 20; ++t) {
    const auto loop = third->add(view_of(80 + t, 1), static_cast<double>(20 + t)).value();
    first += loop && loop->match < 150;
  }
  EXPECT_GE(first, 15);
  EXPECT_GE(second, 15);
}

TEST(LoopMap, ASmallerMemoryForgetsDownToItsBound) {
  const std::string path = saved_walk("smaller");
  LoopOptions options = quick();
  options.max_frames = 100;
  EXPECT_EQ(LoopDetector::load(path, kWalkDim, options).value()->size(), 100);
}

TEST(LoopMap, WhatIsNoMapOrOfAnotherModelIsRefused) {
  const std::string path = saved_walk("refused");
  EXPECT_NE(LoopDetector::load(path, kWalkDim + 1, quick()).status().message().find("257"),
            std::string::npos);
  EXPECT_EQ(LoopDetector::load(map_file("nowhere"), kWalkDim, quick()).status().code(),
            Code::kNotFound);
  const std::shared_ptr<const Describer> describer =
      Describer::create(builtin_model("default").value(), {.num_threads = 1}).value();
  const Status other = LoopDetector::load(path, describer, quick()).status();
  EXPECT_EQ(other.code(), Code::kInvalidArgument);
  EXPECT_NE(other.message().find("default"), std::string::npos) << other.message();
  const std::string model = map_file("model");
  ASSERT_TRUE(save_model(*builtin_model("default").value(), model).ok());
  EXPECT_NE(LoopDetector::load(model, kWalkDim, quick()).status().message().find("no map"),
            std::string::npos);
  auto newer = read_safetensors(path).value();
  newer.metadata["format_version"] = "2";
  ASSERT_TRUE(write_safetensors(map_file("newer"), newer).ok());
  EXPECT_EQ(LoopDetector::load(map_file("newer"), kWalkDim, quick()).status().code(),
            Code::kUnsupported);
}

TEST(LoopMap, DamageAnywhereIsFound) {
  const auto bytes = read_file(saved_walk("damaged")).value();
  const std::string path = map_file("damaged_copy");
  const auto refused = [&](const std::vector<uint8_t>& content) {
    EXPECT_TRUE(write_file(path, content).ok());
    return !LoopDetector::load(path, kWalkDim, quick()).ok();
  };
  for (size_t at = 0; at < bytes.size(); at += at < 3000 ? 61 : 4999) {
    auto flipped = bytes;
    flipped[at] ^= 0x10;
    // White space between the header and the data is no content.
    if (bytes[at] == ' ') continue;
    EXPECT_TRUE(refused(flipped)) << "byte " << at;
  }
  for (const size_t size : {size_t{0}, size_t{7}, size_t{900}, bytes.size() / 2, bytes.size() - 1})
    EXPECT_TRUE(refused({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}));
  EXPECT_FALSE(refused(bytes));
}

TEST(LoopMap, FramesThatMakeNoSenseAreRefusedThoughTheDigestFits) {
  const auto file = read_safetensors(saved_walk("sense")).value();
  const std::string path = map_file("sense_copy");
  for (const char* name : {"numbers", "rows", "names_ends", "points"}) {
    auto without = file;
    without.tensors.erase(name);
    ASSERT_TRUE(write_safetensors(path, without).ok());
    EXPECT_EQ(LoopDetector::load(path, kWalkDim, quick()).status().code(), Code::kCorrupt) << name;
  }
}

TEST(LoopMapImages, OwnCentersAndLocalFeaturesComeBack) {
  const std::shared_ptr<const Describer> describer =
      Describer::create(builtin_model("default").value(), {.num_threads = 1}).value();
  constexpr int64_t kPlaces = 122;
  const std::string path = map_file("images");
  {
    const auto loops = LoopDetector::create(describer, quick()).value();
    for (int64_t t = 0; t < kPlaces; ++t) {
      const Image image = sketch_place(static_cast<uint64_t>(t), 0, 160, 120);
      ASSERT_TRUE(loops->add(image, static_cast<double>(t)).ok());
    }
    ASSERT_TRUE(loops->save(path).ok());
  }
  const auto size = std::filesystem::file_size(path);
  EXPECT_LT(size, 15u << 20) << "what the model has already is not written again";
  const auto loops = LoopDetector::load(path, describer, quick()).value();
  int64_t found = 0;
  for (int64_t t = 0; t < 12; ++t) {
    const Image image = sketch_place(static_cast<uint64_t>(t + 30), 1, 160, 120);
    const auto loop = loops->add(image, static_cast<double>(t)).value();
    if (!loop) continue;
    ++found;
    EXPECT_EQ(loop->match, t + 30);
    EXPECT_GT(loop->geometry->inliers, 8);
  }
  EXPECT_GE(found, 6);
  LoopOptions unchecked = quick();
  unchecked.verify = false;
  EXPECT_NE(LoopDetector::load(path, describer, unchecked).status().message().find("check"),
            std::string::npos);
}

}  // namespace
}  // namespace loci
