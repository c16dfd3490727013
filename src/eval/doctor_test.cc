// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/eval/doctor.h"

#include "doctor_test_town.h"

#include "loci/image/decode.h"
#include "loci/image/resize.h"

#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using Checks = std::set<std::string>;

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

void copy(const std::string& from, const std::string& to) {
  TestTown::throw_if(write_file(to, read_text_file(from).value()));
}

// The same picture a little darker, encoded anew and without EXIF data.
void copy_darker(const std::string& from, const std::string& to) {
  Image image = load_image(from).value();
  for (uint8_t& level : image.pixels) level = static_cast<uint8_t>(level * 9 / 10 + 12);
  TestTown::throw_if(save_jpeg(to, image, 60));
}

// A fault: planted before the files are written, or into the files.
struct Fault {
  Checks found_as;
  std::function<void(TestTown&)> in_shots;
  std::function<void(TestTown&)> in_files;
};

const std::vector<Fault>& faults_of_files() {
  static const std::vector<Fault> faults = {
      {{"broken"},
       {},
       [](TestTown& town) {  // cut short
         const std::string whole = read_text_file(town.file(3, 0)).value();
         TestTown::throw_if(write_file(town.file(3, 0), whole.substr(0, whole.size() / 2)));
       }},
      {{"broken"}, {}, [](TestTown& town) { TestTown::throw_if(write_file(town.file(3, 1), "")); }},
      {{"broken"},
       {},
       [](TestTown& town) { TestTown::throw_if(write_file(town.file(3, 2), "<html>404")); }},
      {{"blank"},
       {},
       [](TestTown& town) { TestTown::throw_if(save_jpeg(town.file(4, 0), Image(160, 120), 90)); }},
      {{"tiny", "mixed_sizes"},
       [](TestTown& town) { town.shot(2, 1).width = 40, town.shot(2, 1).height = 30; },
       {}},
      {{"mixed_sizes"},
       [](TestTown& town) { town.shot(2, 1).width = 120, town.shot(2, 1).height = 160; },
       {}},
      {{"query_copy"}, {}, [](TestTown& town) { copy(town.file(5, 2), town.file(5, 0)); }},
      {{"copies"}, {}, [](TestTown& town) { copy(town.file(5, 1), town.file(5, 0)); }},
      {{"query_near_copy"},
       {},
       [](TestTown& town) { copy_darker(town.file(6, 2), town.file(6, 1)); }},
      {{"near_copies"}, {}, [](TestTown& town) { copy_darker(town.file(6, 0), town.file(6, 1)); }},
      {{"huge", "mixed_sizes"},
       {},
       [](TestTown& town) {
         const Image image = load_image(town.file(2, 1)).value();
         TestTown::throw_if(
             save_jpeg(town.file(2, 1), resize(image, 5760, 4320, Resampling::kBilinear), 60));
       }},
  };
  return faults;
}

const std::vector<Fault>& faults_of_positions() {
  static const std::vector<Fault> faults = {
      {{"zero_position"},
       [](TestTown& town) {
         town.shot(1, 0).position = LatLon{0, 0};
         town.shot(1, 0).exif.reset();
       },
       {}},
      {{"swapped_position"},  // in degrees only
       [](TestTown& town) {
         std::swap(town.shot(1, 0).position->lat, town.shot(1, 0).position->lon);
       },
       {}},
      {{"swapped_position"},  // and in metres, with nothing in the photograph to compare with
       [](TestTown& town) {
         const LatLon at = *town.shot(1, 0).position;
         town.shot(1, 0).move_to(to_utm({.lat = at.lon, .lon = at.lat}).value());
         town.shot(1, 0).exif.reset();
       },
       {}},
      {{"wrong_zone"}, [](TestTown& town) { town.shot(1, 1).utm.zone = 33; }, {}},
      {{"wrong_zone"},
       [](TestTown& town) {
         town.shot(1, 1).utm.zone = 31;
         town.shot(1, 1).position.reset();
         town.shot(1, 1).exif.reset();
       },
       {}},
      {{"wrong_zone"}, [](TestTown& town) { town.shot(1, 2).utm.band = 'K'; }, {}},
      {{"zone_missing"},
       [](TestTown& town) {
         town.shot(1, 0).utm.zone = 0;
         town.shot(1, 0).position.reset();
       },
       {}},
      {{"position_conflict"}, [](TestTown& town) { town.shot(1, 0).utm.north_m += 300; }, {}},
      {{"stray_position"},
       [](TestTown& town) {
         town.shot(1, 2).move_to(
             {.east_m = 430'000, .north_m = 5'420'000, .zone = 32, .band = 'U'});
       },
       {}},
      {{"exif_conflict"},
       [](TestTown& town) { town.shot(1, 0).exif->lat += 0.005; },  // 556 m
       {}},
      {{"no_positive"},
       [](TestTown& town) {
         Utm away = town.shot(1, 2).utm;
         away.north_m += 200;
         town.shot(1, 2).move_to(away);
       },
       {}},
  };
  return faults;
}

const std::vector<Fault>& faults_of_times() {
  static const std::vector<Fault> faults = {
      {{"no_time"}, [](TestTown& town) { town.shot(7, 1).time.reset(); }, {}},
      {{"future_time"},
       [](TestTown& town) { town.shot(7, 1).time = civil_seconds(2031, 1, 1); },
       {}},
      {{"unset_clock"},
       [](TestTown& town) { town.shot(7, 1).time = civil_seconds(1980, 1, 1, 0, 4); },
       {}},
      {{"all_times_equal"},
       [](TestTown& town) {
         for (Shot& shot : town.shots) shot.time = civil_seconds(2020, 5, 5);
       },
       {}},
      {{"one_time_places"},
       [](TestTown& town) {
         for (int visit = 0; visit < 3; ++visit)
           town.shot(7, visit).time = civil_seconds(2017, 4, 4, 12, 10 * visit);
       },
       {}},
  };
  return faults;
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
