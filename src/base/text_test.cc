// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/text.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/name_key.h"
#include "loci/base/rng.h"

#include <clocale>
#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(Csv, QuotesLineBreaksAndByteOrderMarkAreRead) {
  const auto rows =
      parse_csv("\xEF\xBB\xBFpath,note\r\n\"a,b\",\"say \"\"hi\"\"\nthere\"\r\nlast,\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0][0], "path");
  EXPECT_EQ(rows[1], (std::vector<std::string>{"a,b", "say \"hi\"\nthere"}));
  EXPECT_EQ(rows[2], (std::vector<std::string>{"last", ""}));
  EXPECT_EQ(csv_field("a\"b"), "\"a\"\"b\"");
}

TEST(ParseNumber, TrailingWordsAreNoNumber) {
  EXPECT_EQ(parse_double(" 2.5 "), 2.5);
  EXPECT_FALSE(parse_double("2.5m"));
  EXPECT_FALSE(parse_double(""));
  EXPECT_EQ(parse_int("+7"), 7);
  EXPECT_FALSE(parse_int("99999999999999999999"));
}

TEST(EscapeHtml, MarkupAndBrokenUtf8BecomeHarmless) {
  EXPECT_EQ(escape_html("<a href='x'>&\""), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
  EXPECT_EQ(to_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(to_utf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Json, NestsAndEscapes) {
  JsonWriter j;
  j.object()
      .member("a", 1)
      .key("b")
      .array()
      .value("x\"\n")
      .value(true)
      .null()
      .value(0.5)
      .end()
      .member("c", NAN)
      .end();
  EXPECT_EQ(j.str(), R"({"a":1,"b":["x\"\n",true,null,0.5],"c":null})");
}

TEST(Human, SizesAndTimesReadNaturally) {
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(12), "12 B");
  EXPECT_EQ(human_seconds(7500), "2 h 05 min");
  EXPECT_EQ(human_seconds(3.21), "3.2 s");
}

TEST(Rng, StreamsAreReproducibleAndDifferent) {
  Rng a(7), b(7), c(7, "other");
  EXPECT_EQ(a.next(), b.next());
  EXPECT_NE(a.next(), c.next());
  const auto state = a.state();
  const double expected = a.normal();
  Rng d(0);
  d.set_state(state);
  EXPECT_EQ(d.normal(), expected);
}

TEST(Printable, NothingSteersTheTerminalOrTurnsTheText) {
  EXPECT_EQ(printable("a\xc2\x9b"
                      "31m"),
            "a\\u009b31m");
  EXPECT_EQ(printable("x\xe2\x80\xae"
                      "gpj.exe"),
            "x\\u202egpj.exe");
  EXPECT_EQ(printable("\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c"), "\\u2066\\u200f\\u061c");
  EXPECT_EQ(printable("gr\xc3\xbc\xc3\x9f"
                      "e-\xe6\x97\xa5\xf0\x9f\x98\x80"),
            "gr\xc3\xbc\xc3\x9f"
            "e-\xe6\x97\xa5\xf0\x9f\x98\x80");
  EXPECT_EQ(printable("\x1b[2J"), "\\x1b[2J");
}

TEST(Rng, NumbersHaveTheirMoments) {
  Rng rng(3);
  double sum = 0, square = 0;
  constexpr int kCount = 20000;
  for (int i = 0; i < kCount; ++i) {
    const double x = rng.normal();
    sum += x;
    square += x * x;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.03);
  EXPECT_NEAR(square / kCount, 1, 0.05);
}

TEST(Rng, SampleIsSortedDifferentAndComplete) {
  Rng rng(5);
  const auto some = rng.sample(100, 20);
  ASSERT_EQ(some.size(), 20u);
  for (size_t i = 1; i < some.size(); ++i) EXPECT_LT(some[i - 1], some[i]);
  EXPECT_LT(some.back(), 100);
  EXPECT_EQ(rng.sample(5, 9), (std::vector<int64_t>{0, 1, 2, 3, 4}));
}

TEST(NameKey, ComposedAndTakenApartLettersAndCasesAreOne) {
  EXPECT_EQ(name_key("M\u00FCller.JPG"), name_key("Mu\u0308ller.jpg"));
  EXPECT_EQ(name_key("\u1EC7"), name_key("e\u0323\u0302"));  // two marks
  EXPECT_EQ(name_key("e\u0302\u0323"), name_key("e\u0323\u0302"));
  EXPECT_EQ(name_key("\uD55C"), name_key("\u1112\u1161\u11AB"));  // Hangul
  EXPECT_NE(name_key("M\u00FCller"), name_key("Muller"));
  EXPECT_FALSE(name_key("\xFF\xC3").empty());  // no UTF-8: some name of its own
}

TEST(ShortFileName, KeepsEndingsAndTellsLongNamesApart) {
  EXPECT_EQ(short_file_name("walk.mp4"), "walk.mp4");
  const std::string a = short_file_name(std::string(240, 'a') + "1.mp4"),
                    b = short_file_name(std::string(240, 'a') + "2.mp4");
  EXPECT_LE(a.size(), 200u);
  EXPECT_TRUE(a.ends_with(".mp4"));
  EXPECT_NE(a, b);
}

TEST(Text, NumbersHaveAPointWhateverLanguageTheProgramHasSet) {
  const TempFolder folder;
  const std::string made = folder / "de_DE.UTF-8";
  // Made from the system's definitions, as hardly any machine that builds has a language with a decimal comma.
  if (std::system(("localedef -i de_DE -f UTF-8 " + made + " > /dev/null 2>&1").c_str()) != 0)
    GTEST_SKIP() << "localedef cannot make de_DE";
  setenv("LOCPATH", std::string(made, 0, made.rfind('/')).c_str(), 1);
  ASSERT_NE(std::setlocale(LC_ALL, "de_DE.UTF-8"), nullptr);
  char outside[16];
  std::snprintf(outside, sizeof outside, "%.2f", 48.85);
  const std::string inside = format("%.2f", 48.85);
  const auto read = parse_double("48.85");
  std::setlocale(LC_ALL, "C");
  unsetenv("LOCPATH");
  EXPECT_STREQ(outside, "48,85");
  EXPECT_EQ(inside, "48.85");
  EXPECT_EQ(read, 48.85);
}

}  // namespace
}  // namespace loci
