// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/data/photos.h"

#include "json_scan.h"
#include "reader.h"
#include "side_files.h"
#include "test_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(FindPhotos, KindsAreToldByContentAndWhatIsPassedOverIsCounted) {
  const TestFiles files;
  files.geotagged("IMG_1.jpg", {48.5, 9.5});
  files.geotagged("IMG_2.HEIC", {48.5, 9.5});  // a JPEG in fact
  files.geotagged("noending", {48.5, 9.5});
  files.write("IMG_3.HEIC",
              std::string("\0\0\0\x18"
                          "ftypheic\0\0\0\0mif1heic",
                          24));
  files.write("IMG_4.MOV",
              std::string("\0\0\0\x14"
                          "ftypqt  \0\0\0\0qt  ",
                          20));
  files.write("IMG_5.dng", std::string("II*\0\x08\0\0\0", 8));
  files.write("@eaDir/IMG_1.jpg/SYNOPHOTO_THUMB_M.jpg", "x");
  files.touch({"notes.txt", ".trashed-1-IMG_9.jpg", "IMG_1.jpg_original", "IMG_1.jpg.xmp"});
  PhotoSearch search;
  const auto found = photos_below(files.path(), &search);
  ASSERT_TRUE(found.ok());
  EXPECT_THAT(*found, ElementsAre("IMG_1.jpg", "IMG_2.HEIC", "IMG_5.dng", "noending"));
  EXPECT_EQ(search.passed_over, (std::map<std::string, int64_t>{{"HEIC", 1}, {"MOV", 1}}));
  EXPECT_EQ(search.system_folders, 1);
  EXPECT_THAT(search.videos, ElementsAre(files / "IMG_4.MOV"));
  EXPECT_THAT(search.side_files, ElementsAre(files / "IMG_1.jpg.xmp"));
  const std::string text = search.passed_text("--videos takes them");
  EXPECT_THAT(
      text, HasSubstr("1 HEIC (this build does not read them; install the package loci-pictures"));
  EXPECT_THAT(text, HasSubstr("1 MOV (--videos takes them)"));
}

TEST(FindPhotos, AShotThatTheCameraKeptTwiceIsOnePhotograph) {
  const TestFiles files;
  files.touch(
      {"a/IMG_1.jpg", "a/IMG_1.CR3", "a/IMG_2.NEF", "b/IMG_2.jpg", "c/IMG_3.dng", "c/IMG_3.png"});
  PhotoSearch search;
  const auto found = photos_below(files.path(), &search);
  EXPECT_THAT(
      *found,
      ElementsAre("a/IMG_1.jpg", "a/IMG_2.NEF", "b/IMG_2.jpg", "c/IMG_3.dng", "c/IMG_3.png"));
  EXPECT_EQ(search.raw_pairs, 1);
  EXPECT_THAT(search.passed_text(), HasSubstr("1 RAW beside a picture of the same shot"));
}

TEST(FindPhotos, AMissingPathStaysAmongTheOthersUnlessAllAreMissing) {
  const TestFiles files;
  files.touch({"a.jpg"});
  PhotoSearch search;
  EXPECT_THAT(find_photos({files / "a.jpg", files / "gone.jpg"}, &search).value(),
              ElementsAre(files / "a.jpg", files / "gone.jpg"));
  EXPECT_EQ(find_photos({files / "gone.jpg"}, &search).status().code(), Code::kNotFound);
}

std::string xmp(const std::string& lat, const std::string& lon) {
  return "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:Description exif:GPSLatitude=\"" + lat +
         "\" exif:GPSLongitude=\"" + lon + "\"/></x:xmpmeta>";
}

TEST(PhotoInfo, SidecarsOfBothNamesAndTakeoutsFilesSayWhatTheCameraDidNot) {
  const TestFiles files;
  for (const char* name : {"a.jpg", "b.jpg", "c(1).jpg", "d-edited.jpg", "e.jpg"}) {
    files.write(name, "");
    ASSERT_TRUE(save_jpeg(files / name, Image(8, 8), 90).ok());
  }
  files.write("a.jpg.xmp", xmp("33,51.408S", "151,12.918E"));
  files.write("b.xmp", xmp("33,51.408S", "151,12.918E"));
  const std::string takeout =
      "{\"title\": \"c.jpg\", \"photoTakenTime\": {\"timestamp\": \"1622538303\"}, \"people\": "
      "[{\"name\": \"x\"}],\n"
      " \"geoData\": {\"latitude\": 0.0, \"longitude\": 0.0}, \"geoDataExif\": {\"latitude\": "
      "-33.8568, \"longitude\": 151.2153}}";
  files.write("c.jpg(1).json", takeout);
  files.write("d.jpg.supplemental-metadata.json", takeout);
  for (const char* name : {"a.jpg", "b.jpg", "c(1).jpg", "d-edited.jpg"}) {
    const auto position = photo_info(files / name).position;
    ASSERT_TRUE(position.has_value()) << name;
    EXPECT_NEAR(position->lat, -33.8568, 1e-9) << name;
  }
  EXPECT_EQ(photo_info(files / "c(1).jpg").taken, 1622538303);
  EXPECT_FALSE(photo_info(files / "e.jpg").position);
  EXPECT_THAT(takeout_names("f/" + std::string(60, 'n') + ".jpg").front(), testing::SizeIs(2 + 51));
}

TEST(PhotoInfo, DatesInTheNamesOfPhonesAndPrograms) {
  const int64_t day = civil_seconds(2021, 6, 1), moment = day + 9 * 3600 + 5 * 60 + 3;
  for (const char* name : {"IMG_20210601_090503.jpg",
                           "PXL_20210601_090503298.MP.jpg",
                           "20210601_090503.jpg",
                           "IMG20210601090503.jpg",
                           "Screenshot_20210601-090503.png",
                           "2021-06-01 09.05.03.jpg",
                           "WhatsApp Image 2021-06-01 at 09.05.03.jpeg",
                           "signal-2021-06-01-090503.jpg",
                           "DJI_20210601090503_0001.JPG",
                           "WP_20210601_09_05_03_Pro.jpg",
                           "Screen Shot 2021-06-01 at 9.05.03 AM.png",
                           "2021:06:01 09:05:03.jpg"})
    EXPECT_EQ(time_in_name(name), moment) << name;
  EXPECT_EQ(time_in_name("Screen Shot 2021-06-01 at 9.05.03 PM.png"), moment + 12 * 3600);
  EXPECT_EQ(time_in_name("IMG-20210601-WA0001.jpg"), day);
  EXPECT_EQ(time_in_name("FB_IMG_1622538303000.jpg"), 1622538303);
  for (const char* name : {"IMG_0001.jpg",
                           "frame_20211301.jpg",
                           "0000001234567.png",
                           "DSC12345678.jpg",
                           "pano_99999999.jpg"})
    EXPECT_FALSE(time_in_name(name).has_value()) << name;
}

TEST(JsonScan, PathsAndValuesUntilTheTextBreaks) {
  std::vector<std::string> seen;
  const auto note = [&](std::string_view path, std::string_view value) {
    seen.push_back(std::string(path) + "=" + std::string(value));
  };
  EXPECT_TRUE(scan_json(R"({"a":{"b":[1,"x\"y"],"c":null}, "d":true})", note));
  EXPECT_THAT(seen, ElementsAre("a.b=1", "a.b=x\"y", "a.c=null", "d=true"));
  for (const std::string text : {"{", "{\"a\":", "[1,", "{\"a\" 1}", "\"open", ""})
    EXPECT_FALSE(scan_json(text, note)) << text;
  EXPECT_FALSE(scan_json(std::string(100000, '['), note));
}

}  // namespace
}  // namespace loci
