// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/plan.h"

#include "loci/base/file.h"
#include "loci/train/activation_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Pitts30k-train with VGG-16 at 640 x 480, conv5 trained, NetVLAD of 64 clusters.
PlanInputs pitts30k() {
  PlanInputs in;
  in.images = 17416;
  in.queries = 7416;
  in.descriptor_dim = 32768;
  in.map_channels = 512, in.map_height = 30, in.map_width = 40;
  in.map_bound_bytes = uint64_t{32} << 30;
  in.weight_bytes = 60'000'000;
  in.trained_bytes = 28'000'000;
  in.step_bytes = 500'000'000;
  in.photos_ahead = 8;
  in.photo_bytes = 640 * 480 * 3 * 4;
  in.whole_ms = 100, in.from_map_ms = 10, in.tuple_ms = 300;
  return in;
}

TEST(TrainPlan, CountsWhatThePaperRunTakes) {
  const TrainPlan plan = make_plan(pitts30k());
  EXPECT_EQ(plan.refreshes_an_epoch, 8);
  EXPECT_EQ(plan.maps_kept, 17416);
  const uint64_t map = activation_file_bytes(512, 30, 40);
  EXPECT_EQ(map, 1232896u);  // 512 * 30 * 40 * 2 = 1,228,800 and a header, in whole blocks
  EXPECT_EQ(plan.disk_bytes,
            17416 * map + 2 * (17416u * (65536 + 8) + 4096) + 2 * (60'000'000u + 28'000'000u));
  EXPECT_EQ(plan.memory_bytes, 60'000'000u + 2 * 28'000'000u + 500'000'000u + 8u * 3'686'400u);
  EXPECT_NEAR(plan.epoch_s, (17416 * 8 * 10 + 7416 * 300) / 1000.0, 1e-6);
  EXPECT_NEAR(plan.first_epoch_s, plan.epoch_s + 17416 * 0.090, 1e-6);
}

TEST(TrainPlan, SaysWhichPartOfTheMapsFits) {
  PlanInputs in = pitts30k();
  in.map_bound_bytes = 1000 * activation_file_bytes(512, 30, 40) + 17;
  const TrainPlan plan = make_plan(in);
  EXPECT_EQ(plan.maps_kept, 1000);
  EXPECT_THAT(plan.text(), HasSubstr("1000 of 17416 photos' maps fit"));
  EXPECT_GT(plan.epoch_s, make_plan(pitts30k()).epoch_s);
  in.map_bound_bytes = 0;
  EXPECT_THAT(make_plan(in).text(), Not(HasSubstr("maps")));
  EXPECT_GT(make_plan(in).epoch_s, plan.epoch_s);
}

TEST(TrainPlan, RefusesWhatDoesNotFitAndSaysWhatToMakeSmaller) {
  const TrainPlan plan = make_plan(pitts30k());
  EXPECT_TRUE(plan.check(plan.disk_bytes, plan.memory_bytes).ok());
  EXPECT_TRUE(plan.check(plan.disk_bytes, 0).ok()) << "the system does not tell its memory";
  const Status disk = plan.check(plan.disk_bytes - 1, plan.memory_bytes);
  EXPECT_EQ(disk.code(), Code::kIo);
  EXPECT_THAT(disk.message(), HasSubstr("activation_cache_gib"));
  const Status memory = plan.check(plan.disk_bytes, plan.memory_bytes - 1);
  EXPECT_THAT(memory.message(), HasSubstr("num_negatives"));
}

TEST(TrainPlan, ProcessesShareTheTimeAndNotTheMemory) {
  PlanInputs in = pitts30k();
  in.num_processes = 4;
  in.processes_here = 2;
  const TrainPlan one = make_plan(pitts30k()), four = make_plan(in);
  EXPECT_EQ(four.memory_bytes, 2 * one.memory_bytes) << "the other two are elsewhere";
  EXPECT_EQ(four.disk_bytes, one.disk_bytes);
  EXPECT_NEAR(four.epoch_s, one.epoch_s / 4, 1e-9);
}

TEST(TrainPlan, AsksTheSystem) {
  const TempFolder folder;
  EXPECT_GT(free_disk_bytes(folder.path()).value(), 0u);
  EXPECT_GT(free_disk_bytes(folder / "not/yet/there").value(), 0u);
  EXPECT_GT(available_memory_bytes(), uint64_t{1} << 20);
}

}  // namespace
}  // namespace loci::train
