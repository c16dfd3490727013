// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/eval/doctor.h"

#include "doctor_test_faults.h"

#include "loci/image/decode.h"
#include "loci/image/resize.h"

#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

constexpr int64_t kNow = 1'750'000'000;  // 2025

Dataset load(const std::string& path) {
  DatasetOptions options;
  options.skip_missing = true;
  return load_dataset(path, options).value();
}

DoctorReport examined(const std::vector<Dataset>& parts, bool quick = false) {
  DoctorOptions options;
  options.now = kNow;
  options.quick = quick;
  return examine(parts, options).value();
}

Checks checks_of(const DoctorReport& report) {
  Checks names;
  for (const Finding& finding : report.findings) names.insert(finding.check);
  return names;
}

void expect_found(const std::vector<Fault>& faults) {
  for (size_t i = 0; i < faults.size(); ++i) {
    SCOPED_TRACE(format("fault %zu: %s", i, faults[i].found_as.begin()->c_str()));
    TestTown town;
    if (faults[i].in_shots) faults[i].in_shots(town);
    town.write();
    if (faults[i].in_files) faults[i].in_files(town);
    const DoctorReport report = examined({load(town.path())});
    EXPECT_EQ(checks_of(report), faults[i].found_as) << report.to_text();
    for (const Finding& finding : report.findings) {
      EXPECT_FALSE(finding.cost.empty() || finding.remedy.empty());
      EXPECT_EQ(finding.where.size(), finding.check == "all_times_equal" ? 0u : 1u);
    }
  }
}

TEST(Doctor, HealthySetHasNoFindings) {
  TestTown town;
  town.write();
  const DoctorReport report = examined({load(town.path())});
  EXPECT_EQ(report.to_json().find("\"severity\""), std::string::npos) << report.to_text();
  EXPECT_EQ(report.photos, 30);
  EXPECT_EQ(report.parts.at(0).answerable, 10);
  EXPECT_DOUBLE_EQ(report.parts[0].chance, 0.1);  // 2 of 20 database images are right
  EXPECT_EQ(report.times_per_place, (std::map<int64_t, int64_t>{{3, 10}}));
}

TEST(Doctor, EveryFaultOfFilesIsFoundAndNothingElse) { expect_found(faults_of_files()); }

TEST(Doctor, EveryFaultOfPositionsIsFoundAndNothingElse) { expect_found(faults_of_positions()); }

TEST(Doctor, EveryFaultOfTimesIsFoundAndNothingElse) { expect_found(faults_of_times()); }

TEST(Doctor, TwelveFaultsInOneSetAreAllFound) {
  const std::vector<const Fault*> planted = {&faults_of_files()[0],
                                             &faults_of_files()[3],
                                             &faults_of_files()[4],
                                             &faults_of_files()[6],
                                             &faults_of_files()[8],
                                             &faults_of_positions()[0],
                                             &faults_of_positions()[3],
                                             &faults_of_positions()[8],
                                             &faults_of_times()[0],
                                             &faults_of_times()[4]};
  TestTown town;
  for (const Fault* fault : planted) {
    if (fault->in_shots) fault->in_shots(town);
  }
  town.shot(0, 1).time.reset();
  town.shot(8, 1).exif->lat += 0.005;
  Utm away = town.shot(9, 2).utm;
  away.north_m -= 200;
  town.shot(9, 2).move_to(away);
  town.write();
  for (const Fault* fault : planted) {
    if (fault->in_files) fault->in_files(town);
  }
  const DoctorReport report = examined({load(town.path())});
  EXPECT_THAT(checks_of(report),
              ::testing::IsSupersetOf({"broken",
                                       "blank",
                                       "tiny",
                                       "query_copy",
                                       "query_near_copy",
                                       "zero_position",
                                       "wrong_zone",
                                       "stray_position",
                                       "no_time",
                                       "one_time_places",
                                       "exif_conflict",
                                       "no_positive"}))
      << report.to_text();
  EXPECT_EQ(report.findings.front().severity, Severity::kError);
  EXPECT_EQ(report.findings.back().severity, Severity::kNote);
}

TEST(Doctor, QuickLookFindsEmptyFilesCopiesAndPositions) {
  TestTown town;
  town.shot(1, 0).utm.north_m += 300;
  town.write();
  TestTown::throw_if(write_file(town.file(3, 1), ""));
  copy(town.file(5, 2), town.file(5, 0));
  EXPECT_EQ(checks_of(examined({load(town.path())}, true)),
            (Checks{"broken", "query_copy", "position_conflict"}));
}

TEST(Doctor, PartsThatShareGroundOrPhotographsOverlap) {
  TestTown train(0), far(20), near(9);
  Dataset parts[3];
  for (TestTown* town : {&train, &far, &near}) town->write();
  copy(train.file(0, 0), far.file(0, 0));
  const std::vector<std::string> paths = {train.path(), far.path(), near.path()};
  for (size_t i = 0; i < 3; ++i) {
    parts[i] = load(paths[i]);
    parts[i].name = i == 0 ? "train" : "test";
  }
  EXPECT_EQ(checks_of(examined({parts[0], parts[1]})),
            (Checks{"parts_share_copies", "exif_conflict"}));
  copy_darker(train.file(1, 0), far.file(0, 0));
  EXPECT_EQ(checks_of(examined({parts[0], parts[1]})), (Checks{"parts_share_near_copies"}));
  // Place 9 is in both: its three photographs of the training part are named.
  const DoctorReport report = examined({parts[0], parts[2]});
  const auto overlap =
      std::find_if(report.findings.begin(), report.findings.end(), [](const Finding& finding) {
        return finding.check == "parts_overlap";
      });
  ASSERT_NE(overlap, report.findings.end()) << report.to_text();
  EXPECT_EQ(overlap->where.size(), 3u);
  EXPECT_THAT(overlap->where[0].path, ::testing::StartsWith(train.path()));
}

TEST(Doctor, TableWithAbsentFilesAndImpossiblePositions) {
  TestTown town;
  town.write();
  std::string table = "path,role,lat,lon,time\n";
  for (const Shot& shot : town.shots) {
    std::string name = shot.name();
    table += csv_field(name) + (shot.query ? ",query," : ",database,");
    LatLon at = *shot.position;
    if (shot.place == 4 && shot.visit == 0) at = {.lat = 151.2, .lon = -33.9};
    if (shot.place == 5 && shot.visit == 0) at = {.lat = 151.2, .lon = -233.9};
    table += format("%.6f,%.6f,%s\n", at.lat, at.lon, iso_time(*shot.time).c_str());
  }
  table += "nowhere.jpg,database,47.8,9.0,2015-01-01\n";
  TestTown::throw_if(write_file(town.path() + "/places.csv", table));
  const Checks found = checks_of(examined({load(town.path())}));
  EXPECT_THAT(found,
              ::testing::IsSupersetOf({"absent", "swapped_position", "impossible_position"}));
}

TEST(Doctor, RadiusThatHoldsEverythingIsTooEasy) {
  TestTown town;
  town.write();
  Dataset dataset = load(town.path());
  dataset.rule.radius_m = 10'000;
  EXPECT_EQ(checks_of(examined({dataset})), (Checks{"too_easy"}));
  dataset.rule.radius_m = 0;
  EXPECT_EQ(checks_of(examined({dataset})), (Checks{"no_truth"}));
}

TEST(Doctor, CollectionOfManyLonelySpotsHasNoStrays) {
  TestTown town;
  for (Shot& shot : town.shots)
    shot.move_to({.east_m = 300'000 + 20'000.0 * shot.place,
                  .north_m = 5'300'000 + 1.0 * shot.visit,
                  .zone = 32,
                  .band = 'U'});
  town.write();
  EXPECT_EQ(checks_of(examined({load(town.path())})), Checks{});
}

TEST(Doctor, StopsOnRequest) {
  TestTown town;
  town.write();
  const std::atomic<bool> stop = true;
  EXPECT_EQ(examine({load(town.path())}, {}, {.cancel = &stop}).status().code(), Code::kCancelled);
}

TEST(Doctor, PageShowsFindingsMapAndHistogramsWithoutTheNetwork) {
  TestTown town;
  town.shot(1, 0).exif->lat += 0.005;
  town.write();
  const std::string page = doctor_page("Town & <co>", examined({load(town.path())}));
  EXPECT_THAT(page, ::testing::HasSubstr("Town &amp; &lt;co&gt;"));
  EXPECT_THAT(page, ::testing::HasSubstr("another position in its EXIF data"));
  EXPECT_THAT(page, ::testing::HasSubstr("map of around"));
  EXPECT_THAT(page, ::testing::HasSubstr("Times of a place"));
  EXPECT_EQ(page.find("http"), std::string::npos);
}

}  // namespace
}  // namespace loci
