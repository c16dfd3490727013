// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/loop_detector.h"

#include "loop_test_walk.h"

#include "loci/describe/builtin.h"
#include "loci/image/sketch.h"

#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace loci {
namespace {

using test::kWalkDim;
using test::view_of;

LoopOptions quick() {
  LoopOptions options;
  options.exclude_s = 10;
  options.num_threads = 1;
  return options;
}

std::unique_ptr<LoopDetector> detector(const LoopOptions& options) {
  return std::move(LoopDetector::create(kWalkDim, options)).value();
}

/// Walks past places [0, length) at one frame a second, `laps` times; loops by frame.
std::vector<Loop> walk(LoopDetector& loops, int64_t length, int laps, float noise = 0.5f) {
  std::vector<Loop> found;
  for (int64_t t = 0; t < length * laps; ++t) {
    const auto loop = loops.add(view_of(t % length, static_cast<uint64_t>(t / length), noise),
                                static_cast<double>(t));
    if (loop.value()) found.push_back(**loop);
  }
  return found;
}

TEST(LoopDetector, ASecondRoundClosesLoopsWithTheFirst) {
  const auto loops = detector(quick());
  const std::vector<Loop> found = walk(*loops, 200, 2);
  EXPECT_GE(found.size(), 190u);
  int64_t early = 0;
  for (const Loop& loop : found) {
    if (loop.frame < 200) {
      ++early;
      continue;
    }
    EXPECT_LE(std::abs(loop.frame - 200 - loop.match), 1);
    EXPECT_EQ(loop.stamp_s, static_cast<double>(loop.frame));
    EXPECT_EQ(loop.match_stamp_s, static_cast<double>(loop.match));
    EXPECT_GE(loop.consistent, 3);
    EXPECT_GE(loop.confidence, 0.99);
  }
  EXPECT_LE(early, 2);
  EXPECT_EQ(loops->size(), 400);
}

TEST(LoopDetector, ASecondRoundBeforeChanceIsKnownIsNoChanceInTheThird) {
  const auto loops = detector(quick());
  int64_t late = 0;
  for (const Loop& loop : walk(*loops, 120, 4)) {
    EXPECT_LE(std::abs(loop.frame % 120 - loop.match % 120), 1);
    late += loop.frame >= 240;
  }
  EXPECT_GE(late, 200);
}

TEST(LoopDetector, AWalkThatNeverComesBackClosesNone) {
  const auto loops = detector(quick());
  EXPECT_LE(walk(*loops, 600, 1).size(), 2u);
}

TEST(LoopDetector, RecentFramesAreNoCandidates) {
  LoopOptions options = quick();
  options.exclude_s = 1000;
  const auto by_time = detector(options);
  EXPECT_TRUE(walk(*by_time, 200, 2).empty());
  options.exclude_s = 100;
  for (const Loop& loop : walk(*detector(options), 200, 2))
    EXPECT_GE(loop.stamp_s - loop.match_stamp_s, 100);
  options.exclude_s = 0;
  options.exclude_frames = 250;
  const auto by_frames = detector(options);
  for (const Loop& loop : walk(*by_frames, 200, 2)) EXPECT_GE(loop.frame - loop.match, 250);
}

TEST(LoopDetector, ARobotThatStandsStillClosesNoLoop) {
  LoopOptions options = quick();
  options.consistency = 1;
  const auto loops = detector(options);
  int64_t found = 0;
  double stamp = 0;
  for (int64_t place = 0; place < 100; ++place)
    ASSERT_TRUE(loops->add(view_of(place, 0), stamp += 1).ok());
  for (uint64_t t = 0; t < 100; ++t)
    found += loops->add(view_of(100, t), stamp += 1).value().has_value();
  EXPECT_EQ(found, 0);
}

TEST(LoopDetector, OneStrayLikenessIsNotConsistent) {
  LoopOptions options = quick();
  for (const int consistency : {1, 3}) {
    options.consistency = consistency;
    const auto loops = detector(options);
    int64_t found = 0;
    for (int64_t t = 0; t < 300; ++t) {
      const bool stray = t == 250;
      found += loops->add(view_of(stray ? 20 : t, 1), static_cast<double>(t)).value().has_value() &&
               stray;
    }
    EXPECT_EQ(found, consistency == 1 ? 1 : 0);
  }
}

TEST(LoopDetector, TheBoundsOnSimilarityAndConfidenceHold) {
  LoopOptions options = quick();
  options.min_similarity = 0.99;
  const auto loops = detector(options);
  EXPECT_TRUE(walk(*loops, 200, 2).empty());
  EXPECT_TRUE(loops->last().candidate.has_value());
  EXPECT_EQ(loops->last().candidate->match, 199);
}

TEST(LoopDetector, SequencesFindARoundUnderNoiseThatFramesMiss) {
  LoopOptions options = quick();
  options.consistency = 1;
  options.min_confidence = 0;
  const auto right = [&](int sequence) {
    options.sequence.sequence = sequence;
    const auto loops = detector(options);
    int64_t found = 0;
    for (const Loop& loop : walk(*loops, 200, 2, 3))
      found += std::abs(loop.frame - 200 - loop.match) <= 1;
    return found;
  };
  const int64_t frames = right(1), sequences = right(10);
  EXPECT_LT(frames, 120);
  EXPECT_GT(sequences, frames + 40);
}

TEST(LoopDetector, MemoryStaysWithinItsBoundAndOldPlacesStayKnown) {
  LoopOptions options = quick();
  options.max_frames = 150;
  const auto loops = detector(options);
  walk(*loops, 140, 1);
  size_t bytes = 0;
  // A long stand at one place must not push the street out.
  for (int64_t t = 0; t < 600; ++t) {
    ASSERT_TRUE(loops->add(view_of(140, 7, 0.1f), 200 + static_cast<double>(t)).ok());
    EXPECT_LE(loops->size(), 150);
    if (t == 100) bytes = loops->memory_bytes();
  }
  EXPECT_EQ(loops->memory_bytes(), bytes);
  EXPECT_LE(bytes, 256u * kWalkDim * 2 + 100'000u);
  int64_t found = 0;
  for (int64_t t = 0; t < 140; ++t) {
    const auto loop = loops->add(view_of(t, 9), 1000 + static_cast<double>(t)).value();
    found += loop && std::abs(loop->match - t) <= 2;
  }
  EXPECT_GE(found, 110);
}

TEST(LoopDetector, BadFramesAreRefusedAndLeaveNoTrace) {
  const auto loops = detector(quick());
  ASSERT_TRUE(loops->add(view_of(1, 0), 5).ok());
  EXPECT_EQ(loops->add(view_of(1, 0), 4).status().code(), Code::kInvalidArgument);
  EXPECT_FALSE(loops->add(view_of(1, 0), std::numeric_limits<double>::quiet_NaN()).ok());
  EXPECT_NE(loops->add(std::vector<float>(3), 6).status().message().find("256"), std::string::npos);
  std::vector<float> broken = view_of(1, 0);
  broken[7] = std::numeric_limits<float>::infinity();
  EXPECT_NE(loops->add(broken, 6).status().message().find("number 7"), std::string::npos);
  EXPECT_FALSE(loops->add(Image(8, 8), 6).ok());
  EXPECT_EQ(loops->size(), 1);
  ASSERT_TRUE(loops->add(std::vector<float>(kWalkDim), 6).ok());  // black: no features
  EXPECT_EQ(loops->last().frame, 1);
  EXPECT_FALSE(loops->last().candidate.has_value());
}

TEST(LoopDetector, FramesWithoutFeaturesAreNeverLoops) {
  LoopOptions options = quick();
  options.min_confidence = 0;
  options.consistency = 1;
  const auto loops = detector(options);
  for (int64_t t = 0; t < 100; ++t) {
    EXPECT_FALSE(
        loops->add(std::vector<float>(kWalkDim), static_cast<double>(t)).value().has_value());
  }
}

TEST(LoopDetector, OptionsOutOfRangeAreRefusedByName) {
  const auto refusal = [](auto change) {
    LoopOptions options;
    change(options);
    return LoopDetector::create(kWalkDim, options).status().message();
  };
  EXPECT_NE(refusal([](auto& o) { o.exclude_s = -1; }).find("exclude_s"), std::string::npos);
  EXPECT_NE(refusal([](auto& o) { o.exclude_frames = 0; }).find("exclude_frames"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& o) { o.top_k = 0; }).find("top_k"), std::string::npos);
  EXPECT_NE(refusal([](auto& o) { o.min_similarity = 2; }).find("min_similarity"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& o) { o.min_confidence = 1; }).find("min_confidence"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& o) { o.verify_confidence = 1; }).find("verify_confidence"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& o) { o.consistency = 0; }).find("consistency"), std::string::npos);
  EXPECT_NE(refusal([](auto& o) { o.max_frames = 5; }).find("max_frames"), std::string::npos);
  EXPECT_NE(refusal([](auto& o) { o.min_probability = 1; }).find("min_probability"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& o) { o.max_chance = 0; }).find("max_chance"), std::string::npos);
  EXPECT_FALSE(LoopDetector::create(0, {}).ok());
}

std::shared_ptr<const Describer> builtin() {
  return Describer::create(builtin_model("default").value(), {.num_threads = 1}).value();
}

/// Round and round past so many places.
Image place_at(int64_t t, int64_t places) {
  return sketch_place(
      static_cast<uint64_t>(t % places), static_cast<uint64_t>(t / places), 160, 120);
}

TEST(LoopDetectorImages, ASecondRoundIsFoundByGeometryBeforeAndAfterTheDriveHasItsOwnCenters) {
  LoopOptions options = quick();
  options.exclude_s = 5;
  const auto loops = LoopDetector::create(builtin(), options).value();
  EXPECT_EQ(loops->checked_by(), "points");
  constexpr int64_t kPlaces = 44;
  int64_t early = 0, late = 0, wrong = 0;
  size_t while_learning = 0;
  for (int64_t t = 0; t < 3 * kPlaces; ++t) {
    const Image image = place_at(t, kPlaces);
    const auto loop = loops->add(image, static_cast<double>(t)).value();
    EXPECT_TRUE(loops->last().chance_known);
    if (t == 118) while_learning = loops->memory_bytes();
    if (!loop) continue;
    wrong += loop->match % kPlaces != t % kPlaces;
    EXPECT_LE(loop->chance, options.max_chance);
    EXPECT_GE(loop->probability, options.min_probability);
    EXPECT_GE(loop->score, 0);
    EXPECT_LE(loop->score, std::log10(options.max_chance / loop->chance));
    EXPECT_GT(loop->geometry->inliers, 8);
    (t < 119 ? early : late) += 1;
  }
  EXPECT_GE(early, 60);
  EXPECT_GE(late, 10);
  EXPECT_LE(wrong, 1) << "drawings share their houses' parts";
  EXPECT_LT(loops->memory_bytes(), while_learning)
      << "what centers are learnt from is kept no more";
}

TEST(LoopDetectorImages, WithoutACheckSimilarityAloneDecidesFromTheFirstCandidatesOn) {
  LoopOptions options = quick();
  options.verify = false;
  options.own_centers = false;
  options.exclude_s = 5;
  const auto loops = LoopDetector::create(builtin(), options).value();
  EXPECT_EQ(loops->checked_by(), "");
  int64_t found = 0;
  for (int64_t t = 0; t < 40; ++t) {
    const Image image = place_at(t, 20);
    const auto loop = loops->add(image, static_cast<double>(t)).value();
    if (!loop) continue;
    ++found;
    EXPECT_EQ(loop->match, t - 20);
    EXPECT_FALSE(loop->geometry.has_value());
  }
  EXPECT_GE(found, 15);
}

TEST(LoopDetectorThreads, FiguresMayBeReadWhileFramesComeFromSeveralThreads) {
  const auto loops = detector(quick());
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      const LoopFrame last = loops->last();
      EXPECT_LE(last.kept_frames, loops->size());
      EXPECT_GE(loops->memory_bytes(), 0u);
    }
  });
  const auto feed = [&] {
    for (int64_t t = 0; t < 100; ++t) EXPECT_TRUE(loops->add(view_of(t, 1), 0).ok());
  };
  std::thread other(feed);
  feed();
  other.join();
  done = true;
  reader.join();
  EXPECT_EQ(loops->size(), 200);
}

}  // namespace
}  // namespace loci
