// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/contact_sheet.h"

#include "map_svg.h"

#include "loci/base/file.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using testing::HasSubstr;
using testing::Not;

size_t count(const std::string& text, const std::string& word) {
  size_t n = 0;
  for (size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += word.size()) ++n;
  return n;
}

Match match(const std::string& path, float score, std::optional<LatLon> position = {}) {
  Match m;
  m.image.path = path;
  m.image.position = position;
  m.image.taken = civil_seconds(2015, 6, 21, 12);
  m.score = score;
  return m;
}

TEST(ContactSheet, HoldsEveryPictureAndAsksNothingOfTheNetwork) {
  const TempFolder temp;
  for (int i = 0; i < 3; ++i) {
    const auto visit = static_cast<uint64_t>(i);
    ASSERT_TRUE(
        save_jpeg(temp / (std::to_string(i) + ".jpg"), sketch_place(1, visit, 160, 120)).ok());
  }
  QueryWithAnswer q{.query = temp / "0.jpg", .answer = {}, .truth = {}};
  q.answer.matches = {match(temp / "1.jpg", 0.9f, LatLon{47.37, 8.54}),
                      match(temp / "2.jpg", 0.8f, LatLon{47.3701, 8.54})};
  q.answer.verdict = Verdict::kKnown;
  q.answer.location =
      Location{.position = {47.37, 8.54}, .radius_m = 12, .support = 2, .confidence = 0.9};
  ASSERT_TRUE(write_contact_sheet(temp / "page.html", std::vector{q}).ok());
  const std::string page = read_text_file(temp / "page.html").value();
  EXPECT_EQ(count(page, "src=\"data:image/jpeg;base64,/9j/"), 3u);
  EXPECT_EQ(count(page, "src="), 3u);
  EXPECT_THAT(page, Not(HasSubstr("http")));
  EXPECT_THAT(page, HasSubstr("47.370000, 8.540000"));
  EXPECT_THAT(page, HasSubstr("<b>11 m</b>"));
  EXPECT_THAT(page, HasSubstr("2015-06-21 12:00"));
  EXPECT_THAT(page, HasSubstr("<svg"));
}

TEST(ContactSheet, NamesCannotBreakThePage) {
  const TempFolder temp;
  QueryWithAnswer q{.query = temp / "<script>alert(1)</script>.jpg", .answer = {}, .truth = {}};
  q.answer.matches = {match(temp / "\"onload=x\n\xff.jpg", 0.2f)};
  ASSERT_TRUE(write_contact_sheet(temp / "page.html", std::vector{q}).ok());
  const std::string page = read_text_file(temp / "page.html").value();
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, Not(HasSubstr("\"onload")));
  EXPECT_EQ(count(page, "cannot be read"), 2u);
  EXPECT_THAT(page, HasSubstr("unknown place"));
}

TEST(ContactSheet, JudgesMatchesOnlyWhereTheTruthIsKnown) {
  const TempFolder temp;
  QueryWithAnswer q{.query = temp / "q.jpg", .answer = {}, .truth = LatLon{47, 8}};
  q.answer.matches = {match(temp / "a.jpg", 0.9f, LatLon{47, 8}),
                      match(temp / "b.jpg", 0.8f, LatLon{47.01, 8})};
  ASSERT_TRUE(write_contact_sheet(temp / "page.html", std::vector{q}).ok());
  const std::string judged = read_text_file(temp / "page.html").value();
  EXPECT_EQ(count(judged, "tile good\""), 1u);
  EXPECT_EQ(count(judged, "tile bad\""), 1u);
  q.truth.reset();
  ASSERT_TRUE(write_contact_sheet(temp / "page.html", std::vector{q}).ok());
  EXPECT_EQ(count(read_text_file(temp / "page.html").value(), "tile good\""), 0u);
}

TEST(ContactSheet, NamesMadeOfFieldsGiveWayToWhatTheySay) {
  const TempFolder temp;
  const std::string fields = "@0500083.25@4983091.19@26@T@@@P00000@@213@@@@20180312_165347@@.jpg";
  QueryWithAnswer q{.query = temp / fields, .answer = {}, .truth = {}};
  q.answer.matches = {match(temp / fields, 0.9f), match(temp / "bridge.jpg", 0.8f)};
  ASSERT_TRUE(write_contact_sheet(temp / "page.html", std::vector{q}).ok());
  const std::string page = read_text_file(temp / "page.html").value();
  EXPECT_THAT(page, HasSubstr(">Photograph 1, 2018-03-12 16:53</h2>"));
  EXPECT_THAT(page, Not(HasSubstr("<br>@")));
  EXPECT_THAT(page, HasSubstr("<br>bridge.jpg"));
}

TEST(ContactSheet, APlaceThatCannotBeWrittenIsAnError) {
  const TempFolder temp;
  EXPECT_FALSE(write_contact_sheet(temp / "no/such/folder.html", {}).ok());
}

TEST(MapSvg, LeavesStraysOutAndSaysSo) {
  const Location at{.position = {47, 8}, .radius_m = 10, .support = 1, .confidence = 1};
  const std::string map =
      draw_map({{.position = {47, 8}, .label = "1"}, {.position = {48, 8}, .label = "2"}}, at, {});
  EXPECT_THAT(map, HasSubstr(">1</text>"));
  EXPECT_THAT(map, Not(HasSubstr(">2</text>")));
  EXPECT_THAT(map, HasSubstr("1 of the matches lie outside"));
  EXPECT_EQ(draw_map({}, {}, {}), "");
}

}  // namespace
}  // namespace loci
