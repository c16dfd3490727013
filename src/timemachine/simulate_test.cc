// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/timemachine/simulate.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/data/dataset.h"
#include "loci/image/decode.h"
#include "loci/image/exif.h"
#include "loci/timemachine/camera.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <set>

#include <gtest/gtest.h>
#ifdef LOCI_HAVE_EMBREE
#include "sensor.h"
#endif
#include "shots.h"

namespace loci {
namespace {

SimulateOptions small_town() {
  SimulateOptions o;
  o.num_places = 2;
  o.num_times = 2;
  o.width = 64;
  o.height = 48;
  o.seed = 11;
  return o;
}

TEST(ImageName, ParsesBackToPositionHeadingAndTime) {
  const SimulateOptions o = small_town();
  const town::TownPlan plan = town::make_plan(town::plan_options(o));
  for (const town::Shot& s : town::list_shots(plan, o)) {
    const std::string path = town::image_path(s);
    EXPECT_NE(path.find(s.query ? "images/test/queries/@" : "images/test/database/@"),
              std::string::npos)
        << path;
    const auto record = parse_at_name(path);
    ASSERT_TRUE(record.has_value()) << path;
    ASSERT_TRUE(record->utm.has_value());
    EXPECT_NEAR(record->utm->east_m, town::kOriginEast + s.camera.east_m, 0.006);
    EXPECT_NEAR(record->utm->north_m, town::kOriginNorth + s.camera.north_m, 0.006);
    ASSERT_TRUE(record->time.has_value());
    EXPECT_EQ(*record->time, s.visit.seconds());
    ASSERT_TRUE(record->heading_deg.has_value());
    EXPECT_LE(std::fabs(std::remainder(*record->heading_deg - s.camera.heading_deg, 360.0)), 0.51);
  }
}

TEST(Simulate, RefusesNonsense) {
  SimulateOptions o = small_town();
  o.num_places = 0;
  EXPECT_EQ(simulate_town("unused", o).status().code(), Code::kInvalidArgument);
  o = small_town();
  o.width = 4;
  EXPECT_EQ(simulate_town("unused", o).status().code(), Code::kInvalidArgument);
  o = small_town();
  o.correspondences = true;
  EXPECT_EQ(simulate_town("unused", o).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(write_time_sheet("unused.png", small_town(), 99).code(), Code::kInvalidArgument);
}

#ifdef LOCI_HAVE_EMBREE

/// All files below a folder with their content.
std::vector<std::pair<std::string, std::vector<uint8_t>>> content_of(const std::string& folder) {
  std::vector<std::pair<std::string, std::vector<uint8_t>>> all;
  const auto names = list_files(folder, {}).value();
  for (const std::string& name : names) {
    all.emplace_back(name, read_file(folder + "/" + name).value());
  }
  return all;
}

double brightness(const Image& image) {
  double sum = 0;
  for (uint8_t p : image.pixels) sum += p;
  return sum / static_cast<double>(image.pixels.size());
}

TEST(Simulate, WritesTheSameBytesForAnyNumberOfThreads) {
  const TempFolder one, two;
  SimulateOptions o = small_town();
  o.depth = true;
  o.threads = 1;
  const auto report = simulate_town(one.path(), o);
  ASSERT_TRUE(report.ok()) << report.status().to_string();
  EXPECT_EQ(report->images, 4);
  EXPECT_EQ(report->queries, 2);
  o.threads = 2;
  ASSERT_TRUE(simulate_town(two.path(), o).ok());
  const auto a = content_of(one.path()), b = content_of(two.path());
  ASSERT_EQ(a.size(), 9u);  // 4 pictures, 4 depths, poses.csv
  EXPECT_TRUE(a == b);

  // The rest reads what is there anyway.
  const auto poses = load_poses(one.path());
  ASSERT_TRUE(poses.ok());
  ASSERT_EQ(poses->size(), 4u);
  const auto bytes = read_file(one / poses->at(0).path).value();
  const PhotoInfo photo = read_photo_info(bytes);
  ASSERT_TRUE(photo.position.has_value());
  EXPECT_NEAR(photo.position->lat, 45, 0.1);
  ASSERT_TRUE(photo.heading_deg.has_value());
  EXPECT_NEAR(*photo.heading_deg, poses->at(0).camera.heading_deg, 0.02);
  const auto image = decode_image(bytes, "picture");
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->width, 64);
  const auto depth = load_depth(one.path(), poses->at(0));
  ASSERT_TRUE(depth.ok()) << depth.status().to_string();
  EXPECT_EQ(depth->size(), 64u * 48u);
}

TEST(Simulate, IsReadByTheDataSetReader) {
  const TempFolder folder;
  ASSERT_TRUE(simulate_town(folder.path(), small_town()).ok());
  const auto dataset = load_dataset(folder.path());
  ASSERT_TRUE(dataset.ok()) << dataset.status().to_string();
  EXPECT_EQ(dataset->database.size(), 2u);
  EXPECT_EQ(dataset->queries.size(), 2u);
  const auto truth = ground_truth(*dataset);
  ASSERT_TRUE(truth.ok());
  for (const auto& rows : *truth) EXPECT_FALSE(rows.empty());
}

TEST(Simulate, CorrespondencesJoinTheSamePointsOfTheTown) {
  const TempFolder folder;
  SimulateOptions o = small_town();
  o.width = 160;
  o.height = 120;
  o.depth = o.correspondences = true;
  const auto report = simulate_town(folder.path(), o);
  ASSERT_TRUE(report.ok()) << report.status().to_string();
  const auto poses = load_poses(folder.path()).value();
  const auto pairs = parse_csv(read_text_file(folder / "correspondences/pairs.csv").value());
  ASSERT_EQ(pairs.size(), 3u);  // a heading and two places with one pair each
  int64_t points = 0;
  for (size_t i = 1; i < pairs.size(); ++i) {
    const auto pose = [&](const std::string& path) {
      return *std::find_if(
          poses.begin(), poses.end(), [&](const auto& p) { return p.path == path; });
    };
    const PoseRecord first = pose(pairs[i][1]), second = pose(pairs[i][2]);
    const auto depth = load_depth(folder.path(), first).value();
    const auto rows = parse_csv(read_text_file(folder / pairs[i][0]).value());
    EXPECT_EQ(std::to_string(rows.size() - 1), pairs[i][3]);
    for (size_t r = 1; r < rows.size(); ++r) {
      const double x = std::stod(rows[r][0]), y = std::stod(rows[r][1]);
      const auto at = static_cast<size_t>(y) * 160 + static_cast<size_t>(x);
      const auto seen =
          project(second.camera, unproject(first.camera, x, y, static_cast<double>(depth[at])));
      ASSERT_TRUE(seen.has_value());
      EXPECT_NEAR(seen->x_px, std::stod(rows[r][2]), 0.01);
      EXPECT_NEAR(seen->y_px, std::stod(rows[r][3]), 0.01);
      ++points;
    }
  }
  EXPECT_GT(points, 30);
}

TEST(Simulate, StopsWhenAskedTo) {
  const TempFolder folder;
  const std::atomic<bool> stop{true};
  JobControl job;
  job.cancel = &stop;
  EXPECT_EQ(simulate_town(folder.path(), small_town(), job).status().code(), Code::kCancelled);
  EXPECT_EQ(write_time_sheet(folder / "sheet.jpg", small_town(), 0, job).code(), Code::kCancelled);
  EXPECT_FALSE(file_info(folder / "sheet.jpg").ok());
}

TEST(Simulate, SheetStopsBetweenPicturesAndTownWithinOne) {
  const TempFolder folder;
  std::atomic<bool> stop{false};
  int64_t done = 0;
  JobControl job;
  job.cancel = &stop;
  job.on_progress = [&](const Progress& progress) {
    done = progress.done;
    stop = true;
  };
  SimulateOptions o = small_town();
  o.threads = 1;
  const Status status = write_time_sheet(folder / "sheet.jpg", o, 0, job);
  EXPECT_EQ(status.code(), Code::kCancelled);
  EXPECT_NE(status.message().find("after 1 of 8"), std::string::npos) << status.message();
  EXPECT_EQ(done, 1);

  const auto town = town::Town::create(town::make_plan(town::plan_options(o)), 2012, 2016).value();
  const CameraPose pose = town::car_pose(1, 0, town->plan().places[0], 64, 48);
  EXPECT_EQ(town::render(town->frame({}, pose), pose, job).status().code(), Code::kCancelled);
}

class Rendered : public testing::Test {
 protected:
  static std::unique_ptr<town::Town> make(uint64_t seed) {
    SimulateOptions o = small_town();
    o.seed = seed;
    auto town = town::Town::create(town::make_plan(town::plan_options(o)), 2012, 2016);
    return std::move(town).value();
  }
  static Image photograph(town::Town& town, const town::Visit& v, const CameraPose& c) {
    const town::Frame frame = town.frame(v, c);
    return town::develop(town::render(frame, c).value(), v, frame.sky);
  }
};

TEST_F(Rendered, OtherSeedsGiveOtherTowns) {
  const auto a = make(1), b = make(2);
  const CameraPose pose = town::car_pose(1, 0, a->plan().places[0], 64, 48);
  const town::Visit visit;
  EXPECT_TRUE(photograph(*a, visit, pose).pixels == photograph(*a, visit, pose).pixels);
  EXPECT_FALSE(photograph(*a, visit, pose).pixels == photograph(*b, visit, pose).pixels);
}

TEST_F(Rendered, NightIsDarkerThanNoon) {
  const auto town = make(3);
  const CameraPose pose = town::car_pose(3, 0, town->plan().places[1], 64, 48);
  town::Visit noon, night;
  night.hour = 23.5f;
  EXPECT_LT(brightness(photograph(*town, night, pose)),
            0.75 * brightness(photograph(*town, noon, pose)));
}

TEST_F(Rendered, DepthPutsTheRoadAtHeightZero) {
  const auto town = make(3);
  CameraPose pose = town::car_pose(3, 0, town->plan().places[1], 64, 48);
  pose.pitch_deg = -80;  // almost straight down on the street
  const town::Frame frame = town->frame({}, pose);
  const town::Rendering picture = town::render(frame, pose).value();
  for (const auto& [x, y] : {std::pair{32, 24}, std::pair{10, 40}, std::pair{50, 10}}) {
    const auto p =
        unproject(pose, x + 0.5, y + 0.5, picture.depth[static_cast<size_t>(y) * 64 + x]);
    EXPECT_NEAR(p[2], 0, 0.15);
    const auto seen = project(pose, p);
    ASSERT_TRUE(seen.has_value());
    EXPECT_NEAR(seen->x_px, x + 0.5, 1e-3);
  }
}

TEST_F(Rendered, TwoCamerasAgreeOnWhatStandsStill) {
  const auto town = make(3);
  const CameraPose a = town::car_pose(3, 0, town->plan().places[0], 96, 72);
  CameraPose b = a;
  b.east_m += 0.4;
  b.heading_deg += 3;
  const town::Visit visit;
  const auto first = town::render(town->frame(visit, a), a).value(),
             second = town::render(town->frame(visit, b), b).value();
  const auto found = correspondences(a, first.depth, b, second.depth, 4);
  EXPECT_GT(found.size(), 96u * 72u / 16 / 3);
}

#else

TEST(Simulate, SaysWhatToInstallWithoutEmbree) {
  const auto report = simulate_town("unused", small_town());
  EXPECT_EQ(report.status().code(), Code::kUnsupported);
  EXPECT_NE(report.status().message().find("libembree-dev"), std::string::npos);
}

#endif

}  // namespace
}  // namespace loci
