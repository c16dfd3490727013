// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/page.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

std::string encoded(std::string_view text) {
  return base64({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

TEST(Base64, AgreesWithTheExamplesOfRfc4648) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
}

TEST(Base64, UsesTheTwoLastDigits) { EXPECT_EQ(encoded("\xfb\xff\xfe"), "+//+"); }

TEST(HtmlPage, EscapesItsTitleButNotItsBody) {
  const std::string page = html_page("<a & b>", "<p id=\"x\">1</p>");
  EXPECT_NE(page.find("<title>&lt;a &amp; b&gt;</title>"), std::string::npos);
  EXPECT_NE(page.find("<h1>&lt;a &amp; b&gt;</h1>"), std::string::npos);
  EXPECT_NE(page.find("<p id=\"x\">1</p>"), std::string::npos);
}

TEST(HtmlPage, AsksNothingOfTheNetwork) {
  const std::string page = html_page("t", "");
  for (const char* word : {"http:", "https:", "src=", "@import", "url("}) {
    EXPECT_EQ(page.find(word), std::string::npos) << word;
  }
}

TEST(HtmlPage, WearsTheLookOfTheSite) {
  const std::string page = html_page("t", "");
  EXPECT_NE(page.find("--accent:"), std::string::npos);  // of style/tokens.css
  EXPECT_NE(page.find(".tiles{"), std::string::npos);    // of style/page.css
  EXPECT_NE(page.find("class=\"brand\""), std::string::npos);
  EXPECT_EQ(page.find("/*"), std::string::npos);
}

TEST(HtmlPage, FollowsTheReadersColoursAndWidth) {
  const std::string page = html_page("t", "");
  EXPECT_NE(page.find("prefers-color-scheme:dark"), std::string::npos);
  EXPECT_NE(page.find("width=device-width"), std::string::npos);
}

}  // namespace
}  // namespace loci
