// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/data/cutouts.h"

#include "loci/base/file.h"
#include "loci/image/decode.h"
#include "loci/image/encode.h"

#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

/// Grey by compass sector: column c of 0 to 359 is 40 + c / 30 * 15, dark at the left edge.
Image sectors(int width = 720) {
  Image image(width, width / 2);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int c = 0; c < 3; ++c)
        image.at(x, y)[c] = static_cast<uint8_t>(40 + (x * 360 / width) / 30 * 15);
    }
  }
  return image;
}

CutoutOptions small_views() {
  CutoutOptions o;
  o.width = 64;
  o.height = 48;
  return o;
}

PhotoInfo in_zurich(double heading) {
  PhotoInfo info;
  info.position = LatLon{47.3769, 8.5417};
  info.heading_deg = heading;
  info.taken = civil_seconds(2015, 6, 21, 12);
  return info;
}

TEST(MakeAtName, IsReadBackByParseAtName) {
  ImageRecord record;
  record.utm = Utm{465321.25, 5247123.5, 32, 'T'};
  record.position = LatLon{47.3769, 8.5417};
  record.heading_deg = 359.7;  // rounds to 360, which is 0
  record.time = civil_seconds(2015, 6, 21, 12);
  record.group = "a/b@c";
  const std::string name = make_at_name(record, 7, 26.5);
  EXPECT_EQ(name,
            "@0465321.25@5247123.50@32@T@047.37690@0008.54170@a-b-c@07@000@26.5@@@20150621_120000@@"
            ".jpg");
  const auto back = parse_at_name(name);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->utm->east_m, 465321.25);
  EXPECT_EQ(back->utm->zone, 32);
  EXPECT_EQ(back->group, "a-b-c");
  EXPECT_EQ(*back->time, *record.time);
  EXPECT_EQ(*back->heading_deg, 0);
}

TEST(Cutouts, ViewsOfAnExifPanoramaAreReadAsADataSet) {
  const TempFolder folder;
  // The middle looks east, so north is a quarter turn to the left: column 90, sector 3.
  const PhotoInfo photo = in_zurich(90);
  ASSERT_TRUE(save_jpeg(folder / "pano.jpg", sectors(), 95, &photo).ok());
  const std::string out = folder / "set/images/test/database";
  const auto report = cut_panoramas({folder / "pano.jpg"}, out, small_views());
  ASSERT_TRUE(report.ok()) << report.status().to_string();
  EXPECT_EQ(report->panoramas, 1);
  EXPECT_EQ(report->views, 24);
  EXPECT_TRUE(report->failed.empty());
  ASSERT_TRUE(make_folders(folder / "set/images/test/queries").ok());
  CutoutOptions one = small_views();
  one.yaws = 1;
  one.pitches_deg = "0";
  ASSERT_TRUE(cut_panoramas({folder / "pano.jpg"}, folder / "set/images/test/queries", one).ok());

  const auto dataset = load_dataset(folder / "set");
  ASSERT_TRUE(dataset.ok()) << dataset.status().to_string();
  ASSERT_EQ(dataset->database.size(), 24u);
  ASSERT_EQ(dataset->queries.size(), 1u);
  std::vector<int> seen(12, 0);
  for (const ImageRecord& record : dataset->database) {
    ASSERT_TRUE(record.position.has_value() && record.heading_deg.has_value());
    EXPECT_NEAR(record.position->lat, 47.3769, 1e-5);
    EXPECT_NEAR(record.position->lon, 8.5417, 1e-5);
    EXPECT_EQ(record.group, "pano");
    EXPECT_EQ(record.time, photo.taken);
    const int heading = static_cast<int>(std::lround(*record.heading_deg));
    ASSERT_EQ(heading % 30, 0);
    ++seen[static_cast<size_t>(heading / 30)];
    // Heading h lies in column (h - 90 + 180) mod 360, a border of sectors; a little to the right
    // of the middle of the view is inside the sector.
    const Image view = load_image(image_path(*dataset, record)).value();
    const int sector = ((heading + 90) % 360) / 30;
    EXPECT_NEAR(view.at(40, 24)[0], 40 + 15 * sector, 4) << record.path;
  }
  EXPECT_EQ(seen, std::vector<int>(12, 2));
  EXPECT_EQ(ground_truth(*dataset).value()[0].size(), 24u);
}

TEST(Cutouts, AnAtNameGivesPositionHeadingAndPanorama) {
  const TempFolder folder;
  const std::string name =
      folder / "@0465321.25@5247123.50@32@T@047.37690@0008.54170@pano7@@180@@@@2015-06@@.jpg";
  ASSERT_TRUE(save_jpeg(name, sectors(), 95).ok());
  CutoutOptions o = small_views();
  o.yaws = 2;
  o.pitches_deg = "-5";
  ASSERT_TRUE(cut_panoramas({name}, folder / "out", o).ok());
  const auto names = list_files(folder / "out", {}).value();
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[0],
            "@0465321.25@5247123.50@32@T@047.37690@0008.54170@pano7@00@180@-5@@@20150601_000000@@"
            ".jpg");
  EXPECT_EQ(parse_at_name(names[1])->heading_deg, 0);
}

TEST(Cutouts, PanoramasWithoutPositionAreNamedByPitchAndYaw) {
  const TempFolder folder;
  ASSERT_TRUE(save_jpeg(folder / "x.jpg", sectors(), 95).ok());
  ASSERT_TRUE(make_folders(folder / "b").ok());
  ASSERT_TRUE(save_jpeg(folder / "b/x.jpg", sectors(), 95).ok());
  CutoutOptions o = small_views();
  o.yaws = 1;
  const auto report = cut_panoramas({folder / "x.jpg", folder / "b/x.jpg"}, folder / "out", o);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->without_position, 2);
  EXPECT_EQ(report->without_heading, 2);
  const std::vector<std::string> expected{
      "x-2_pitch1_yaw1.jpg", "x-2_pitch2_yaw1.jpg", "x_pitch1_yaw1.jpg", "x_pitch2_yaw1.jpg"};
  EXPECT_EQ(list_files(folder / "out", {}).value(), expected);
}

TEST(Cutouts, BadPanoramasAreNamedAndTheRestGoesOn) {
  const TempFolder folder;
  const PhotoInfo photo = in_zurich(0);
  ASSERT_TRUE(save_jpeg(folder / "good.jpg", sectors(), 95, &photo).ok());
  ASSERT_TRUE(save_jpeg(folder / "square.jpg", Image(300, 300), 95).ok());
  ASSERT_TRUE(write_file(folder / "text.jpg", std::string_view("no picture")).ok());
  const auto report =
      cut_panoramas({folder / "text.jpg", folder / "square.jpg", folder / "good.jpg"},
                    folder / "out",
                    small_views());
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->panoramas, 1);
  EXPECT_EQ(report->views, 24);
  ASSERT_EQ(report->failed.size(), 2u);
  EXPECT_EQ(report->failed[0].image, folder / "text.jpg");
  EXPECT_NE(report->failed[1].error.find("square.jpg: 300 x 300"), std::string::npos)
      << report->failed[1].error;
}

TEST(Cutouts, FilesAreTheSameForAnyNumberOfThreads) {
  const TempFolder folder;
  const PhotoInfo photo = in_zurich(33.3);
  std::vector<std::string> panoramas;
  for (int i = 0; i < 5; ++i) {
    panoramas.push_back(folder / (std::to_string(i) + ".jpg"));
    ASSERT_TRUE(save_jpeg(panoramas.back(), sectors(360 + 40 * i), 95, &photo).ok());
  }
  CutoutOptions o = small_views();
  o.yaws = 3;
  for (int threads : {1, 3}) {
    o.threads = threads;
    ASSERT_TRUE(cut_panoramas(panoramas, folder / std::to_string(threads), o).ok());
  }
  const auto names = list_files(folder / "1", {}).value();
  ASSERT_EQ(names.size(), 30u);
  EXPECT_EQ(names, list_files(folder / "3", {}).value());
  for (const std::string& name : names)
    EXPECT_EQ(read_file(folder / ("1/" + name)).value(), read_file(folder / ("3/" + name)).value());
}

TEST(Cutouts, RefusesOptionsOutOfRange) {
  const auto refused = [](auto change) {
    CutoutOptions o;
    change(o);
    return cut_panoramas({}, "unused", o).status().code() == Code::kInvalidArgument;
  };
  EXPECT_TRUE(refused([](CutoutOptions& o) { o.yaws = 0; }));
  EXPECT_TRUE(refused([](CutoutOptions& o) { o.pitches_deg = "4,x"; }));
  EXPECT_TRUE(refused([](CutoutOptions& o) { o.pitches_deg = "nan"; }));
  EXPECT_TRUE(refused([](CutoutOptions& o) { o.fov_deg = 180; }));
  EXPECT_TRUE(refused([](CutoutOptions& o) { o.width = 0; }));
  EXPECT_TRUE(refused([](CutoutOptions& o) { o.heading_deg = 400; }));
  EXPECT_TRUE(refused([](CutoutOptions& o) { o.vertical_deg = 181; }));
  EXPECT_TRUE(refused([](CutoutOptions& o) { o.quality = 0; }));
}

}  // namespace
}  // namespace loci
