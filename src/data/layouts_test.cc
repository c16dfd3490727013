// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Layouts with csv files or poses of their own: GSV-Cities, MSLS, KITTI, TUM, Nordland.
#include "test_files.h"

#include "loci/base/text.h"
#include "loci/data/dataset.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using Lists = std::vector<std::vector<int64_t>>;

bool has_note(const Dataset& dataset, const std::string& words) {
  for (const std::string& note : dataset.notes) {
    if (note.find(words) != std::string::npos) return true;
  }
  return false;
}

// Place 1 has four images, place 2 three. "13.756300" is in the csv what "13.7563" is in a name.
void write_gsv_cities(const TestFiles& files) {
  files.write("Dataframes/Bangkok.csv",
              "place_id,year,month,northdeg,city_id,lat,lon,panoid\n"
              "1,2008,9,93,Bangkok,13.756300,100.5,a_b\n"
              "1,2009,5,107,Bangkok,13.7563,100.5,c\n"
              "1,2017,6,115,Bangkok,13.7563,100.5,d\n"
              "1,2011,5,4,Bangkok,13.756310,100.5,e\n"
              "2,2011,5,4,Bangkok,13.80,100.5,f\n2,2012,5,4,Bangkok,13.80,100.5,g\n"
              "2,2013,5,4,Bangkok,13.80,100.5,h\n");
  files.write("Dataframes/Rome.csv",
              "place_id,year,month,northdeg,city_id,lat,lon,panoid\n"
              "1,2011,1,0,Rome,41.9,12.0,i\n1,2012,1,0,Rome,41.9,12.0,j\n"
              "1,2013,1,0,Rome,41.9,12.0,k\n1,2014,1,0,Rome,41.9,12.0,l\n");
  files.touch({"Images/Bangkok/Bangkok_0000001_2008_09_093_13.7563_100.5_a_b.jpg",
               "Images/Bangkok/Bangkok_0000001_2009_05_107_13.7563_100.5_c.jpg",
               "Images/Bangkok/Bangkok_0000001_2017_06_115_13.7563_100.5_d.jpg",
               "Images/Bangkok/Bangkok_0000001_2011_05_004_13.756310_100.5_e.jpg",
               "Images/Rome/Rome_0000001_2011_01_000_41.9_12.0_i.jpg",
               "Images/Rome/Rome_0000001_2012_01_000_41.9_12.0_j.jpg",
               "Images/Rome/Rome_0000001_2013_01_000_41.9_12.0_k.jpg",
               "Images/Rome/Rome_0000001_2014_01_000_41.9_12.0_l.jpg"});
}

TEST(GsvCities, NamesAreMadeOfTheRowAndSmallPlacesAreLeftOut) {
  const TestFiles files;
  write_gsv_cities(files);
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(dataset.format, "gsv-cities");
  ASSERT_EQ(dataset.database.size(), 8u);
  EXPECT_EQ(dataset.rule.kind, TruthRule::Kind::kPlace);
  EXPECT_EQ(dataset.database[0].place, "1");
  EXPECT_EQ(dataset.database[4].place, "100001");  // place 1 of the second city
  EXPECT_EQ(dataset.database[0].time, civil_seconds(2008, 9, 1));
  EXPECT_EQ(dataset.database[0].heading_deg, 93);
  EXPECT_EQ(dataset.database[0].group, "a_b");
  EXPECT_EQ(dataset.database[3].path,  // the text of the csv, where the shortest number is no file
            "Images/Bangkok/Bangkok_0000001_2011_05_004_13.756310_100.5_e.jpg");
  EXPECT_EQ(ground_truth(dataset).value()[5], (std::vector<int64_t>{4, 6, 7}));
  EXPECT_TRUE(has_note(dataset, "3 images of places with fewer than 4"));
  const Dataset rome = load_dataset(files.path(), {.query_filter = "city_id=Rome"}).value();
  EXPECT_EQ(rome.queries.size(), 4u);
}

TEST(GsvCities, MissingColumnsAndBadNumbersAreNamed) {
  for (const auto& [content, says] :
       {std::pair{"place_id,year,month\n1,2,3\n", "no column 'northdeg'"},
        {"place_id,year,month,northdeg,city_id,lat,lon,panoid\nx,1,1,1,R,1,1,p\n", "place_id 'x'"},
        {"place_id,year,month,northdeg,city_id,lat,lon,panoid\n1,1,1,1,R,south,1,p\n", "row 2"}}) {
    const TestFiles files;
    write_gsv_cities(files);
    files.write("Dataframes/Bangkok.csv", content);
    const Status status = load_dataset(files.path()).status();
    EXPECT_EQ(status.code(), Code::kCorrupt);
    EXPECT_NE(status.message().find(says), std::string::npos) << status.message();
  }
}

void write_msls(const TestFiles& files) {
  const std::string city = "train_val/cph/";
  for (const char* side : {"query", "database"}) {
    const std::string folder = city + side;
    files.write(folder + "/seq_info.csv",
                ",key,sequence_key,frame_number\n0,a,s,3\n1,b,s,4\n2,c,s,5\n3,d,s,6\n");
    files.write(folder + "/raw.csv",
                ",key,lon,lat,ca,captured_at,pano\n"
                "0,a,12.56,55.67,90,1500000000000,False\n1,b,12.56,55.67,90,1500000000000,True\n"
                "2,c,12.57,55.67,90,1500000000000,False\n3,d,12.56,55.67,90,1500000000000,False\n");
    files.write(folder + "/subtask_index.csv",
                ",all,d2n,n2d\n0,True,True,False\n1,True,False,False\n2,True,False,True\n"
                "3,False,False,False\n");
    files.write(
        folder + "/postprocessed.csv",
        std::string(",key,easting,northing,unique_cluster,control_panel,view_direction,night\n") +
            "0,a,346000,6172000,1,False,Forward,False\n"
            "1,b,346000,6172000,1,False,Forward,False\n" +
            (side[0] == 'q' ? "2,c,347000,6172000,1,False,Forward,True\n"
                            : "2,c,346015,6172020,1,False,Forward,True\n") +
            "3,d,346000,6172000,1,False,Forward,False\n");
    for (const char* key : {"a", "b", "c", "d"}) files.touch({folder + "/images/" + key + ".jpg"});
  }
}

TEST(Msls, PanoramasAndOtherSubtasksAreLeftOut) {
  const TestFiles files;
  write_msls(files);
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(dataset.format, "msls");
  ASSERT_EQ(dataset.queries.size(), 2u);
  EXPECT_EQ(dataset.queries[1].path, "train_val/cph/query/images/c.jpg");
  EXPECT_EQ(dataset.queries[1].frame, 5);
  EXPECT_EQ(dataset.queries[1].group, "s");
  EXPECT_EQ(dataset.queries[1].utm->zone, 33);
  EXPECT_EQ(dataset.queries[1].time, 1500000000);
  EXPECT_TRUE(dataset.rule.answerable_only);
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{0, 1}, {}}));  // 15, 20: exactly 25 m
}

TEST(Msls, SubtasksAreFilters) {
  const TestFiles files;
  write_msls(files);
  const Dataset dataset =
      load_dataset(files.path(), {.query_filter = "d2n=true", .database_filter = "n2d=true"})
          .value();
  ASSERT_EQ(dataset.queries.size(), 1u);
  ASSERT_EQ(dataset.database.size(), 1u);
  EXPECT_EQ(dataset.database[0].path, "train_val/cph/database/images/c.jpg");
}

TEST(Msls, PartsAreCitiesAndTheTestHasNoPositions) {
  const TestFiles files;
  write_msls(files);
  for (const char* side : {"query", "database"}) {
    const std::string folder = std::string("test/miami/") + side;
    files.write(folder + "/seq_info.csv", ",key,sequence_key,frame_number\n0,x,s,0\n");
    files.write(folder + "/subtask_index.csv", ",key,all\n0,x,True\n");
    files.touch({folder + "/images/x.jpg"});
  }
  EXPECT_EQ(load_dataset(files.path()).value().queries.size(), 2u);  // validation before the test
  const Dataset test = load_dataset(files.path(), {.split = "test"}).value();
  EXPECT_EQ(test.queries[0].path, "test/miami/query/images/x.jpg");
  EXPECT_TRUE(has_note(test, "1 queries have no position"));
  const Status train = load_dataset(files.path(), {.split = "train"}).status();
  EXPECT_NE(train.message().find("it has: val, test"), std::string::npos) << train.message();
  EXPECT_EQ(load_dataset(files / "train_val/cph").value().queries.size(), 2u);  // one city
}

// A drive of 120 frames along x; the last 20 are beside the first 20.
std::string kitti_poses(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const double x = i < 100 ? 2.0 * i : 2.0 * (i - 100);
    text += format("1 0 0 %g 0 1 0 0.5 0 0 1 %g\n", x, i < 100 ? 0.0 : 3.0);
  }
  return text;
}

TEST(Kitti, FramesNearInTimeAreNeitherResultsNorRight) {
  const TestFiles files;
  files.write("poses/00.txt", kitti_poses(120));
  files.write("poses/05.txt", kitti_poses(1));
  for (int i = 0; i < 120; ++i) files.touch({format("sequences/00/image_2/%06d.png", i)});
  files.touch({"sequences/05/image_0/000000.png", "sequences/11/image_0/000000.png"});
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(dataset.format, "kitti");
  ASSERT_EQ(dataset.queries.size(), 120u);
  EXPECT_EQ(dataset.rule.min_frame_gap, 50);
  const Lists truth = ground_truth(dataset).value();
  EXPECT_EQ(truth[0], (std::vector<int64_t>{100, 101}));  // (0,3) and (2,3) within 4 m
  EXPECT_TRUE(truth[60].empty());
  EXPECT_EQ(truth[110], (std::vector<int64_t>{9, 10, 11}));
  EXPECT_TRUE(is_filtered_out(dataset, 0, 49));
  EXPECT_FALSE(is_filtered_out(dataset, 0, 50));
  const Dataset eager = load_dataset(files.path(), {.radius_m = 2, .min_frame_gap = 1}).value();
  EXPECT_EQ(ground_truth(eager).value()[60], (std::vector<int64_t>{59, 61}));
  EXPECT_EQ(load_dataset(files / "sequences/00").value().queries.size(), 120u);
  EXPECT_NE(load_dataset(files.path(), {.split = "11"}).status().message().find("it has: 00, 05"),
            std::string::npos);
}

TEST(Kitti, DamagedPosesAreNamedWithTheirLine) {
  const TestFiles files;
  files.touch({"image_0/000000.png", "image_0/000002.png"});
  for (const auto& [poses, says] : {std::pair{"1 0 0 1\n", "line 1 has 4 numbers, expected 12"},
                                    {"1 0 0 x 0 1 0 0 0 0 1 0\n", "'x' is no number"},
                                    {"1 0 0 nan 0 1 0 0 0 0 1 0\n", "'nan' is no number"},
                                    {"1 0 0 0 0 1 0 0 0 0 1 0\n", "has 1 poses for 2 images"}}) {
    files.write("poses.txt", poses);
    const Status status = load_dataset(files.path()).status();
    EXPECT_EQ(status.code(), Code::kCorrupt);
    EXPECT_NE(status.message().find(says), std::string::npos) << status.message();
  }
  files.write("poses.txt", kitti_poses(3));  // an image is absent: the names are the rows
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(dataset.database[1].utm->east_m, 4);
  EXPECT_TRUE(has_note(dataset, "1 of 3 poses have no image"));
}

TEST(Tum, TheNearestPoseWithinTwentyMillisecondsCounts) {
  const TestFiles files;
  files.write("groundtruth.txt",
              "# timestamp tx ty tz qx qy qz qw\n1305031102.1758 1 2 3 0 0 0 1\n"
              "1305031102.2100 4 5 6 0 0 0 1\n");
  files.write("rgb.txt",
              "# color images\n1305031102.175304 rgb/1.png\n1305031102.2000 rgb/2.png\n"
              "1305031103.0 rgb/3.png\n");
  files.touch({"rgb/1.png", "rgb/2.png", "rgb/3.png"});
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(dataset.format, "tum");
  ASSERT_EQ(dataset.database.size(), 3u);
  EXPECT_EQ(dataset.database[0].utm->east_m, 1);
  EXPECT_EQ(dataset.database[1].utm->north_m, 5);
  EXPECT_FALSE(dataset.database[2].utm.has_value());
  EXPECT_EQ(dataset.database[2].time, 1305031103);
  EXPECT_TRUE(has_note(dataset, "1 queries have no position"));
  EXPECT_EQ(load_dataset(files.path(), {.format = "tum"}).value().queries.size(), 3u);
  files.write("rgb.txt", "soon rgb/1.png\n");
  EXPECT_EQ(load_dataset(files.path()).status().code(), Code::kCorrupt);
}

TEST(Traverse, NumbersInNamesAreFramesWhereSomeWereTakenOut) {
  const TestFiles files;
  files.touch({"summer/images-00001.png",
               "summer/images-00002.png",
               "summer/images-00007.png",
               "winter/images-00007.png",
               "winter/images-00003.png"});
  const Dataset dataset = load_dataset(files.path(), {.tolerance_frames = 1}).value();
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{1}, {2}}));
  EXPECT_TRUE(has_note(dataset, "numbers in their names"));
}

TEST(LoadDataset, EveryReaderRefusesAFolderOfAnotherKindByName) {
  const TestFiles files;
  files.touch({"readme.txt"});
  for (const DatasetFormat& format : dataset_formats()) {
    const Status status = load_dataset(files.path(), {.format = format.name}).status();
    EXPECT_FALSE(status.ok()) << format.name;
    EXPECT_FALSE(status.message().empty());
  }
}

}  // namespace
}  // namespace loci
