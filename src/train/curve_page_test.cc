// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/curve_page.h"

#include "loci/base/file.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::HasSubstr;
using testing::Not;

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::vector<EpochRecord> five_epochs() {
  std::vector<EpochRecord> records(6);
  for (int epoch = 0; epoch <= 5; ++epoch) {
    EpochRecord& record = records[static_cast<size_t>(epoch)];
    record.epoch = epoch;
    record.loss = 0.2 / (1 + epoch);
    record.counted = epoch == 0 ? 0 : 900;
    record.violating = 9.0 - epoch;
    record.recall = {0.5 + 0.04 * epoch, 0.7, 0.8};
    record.ci_low = {0.45, 0.65, 0.75};
    record.ci_high = {0.75, 0.8, 0.9};
  }
  records[4].best = true;
  return records;
}

TEST(CurvePage, ShowsTheThreeCurvesAndEveryEpoch) {
  const std::string page =
      curve_page(five_epochs(), {.title = "Training a<b", .command = "loci x"});
  EXPECT_EQ(count(page, "<svg"), 3u);
  EXPECT_THAT(page, HasSubstr("Training a&lt;b"));
  EXPECT_THAT(page, HasSubstr("Best on the validation set: epoch 4"));
  EXPECT_THAT(page, HasSubstr("recall@10"));
  EXPECT_EQ(count(page, "<tr><td class=\"num\">"), 6u);
  EXPECT_EQ(count(page, "badge good"), 1u + count(curve_page({}, {}), "badge good"));
  EXPECT_THAT(page, Not(HasSubstr("http")));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
}

TEST(CurvePage, ARunThatHasNotBegunOrMeasuresNothingIsAPageToo) {
  EXPECT_THAT(curve_page({}, {.title = "t"}), HasSubstr("No epoch is finished"));
  std::vector<EpochRecord> records = five_epochs();
  for (EpochRecord& record : records) record.recall.clear(), record.ci_low.clear();
  records[2].loss = NAN;
  const std::string page = curve_page(records, {.title = "t", .running = false});
  EXPECT_EQ(count(page, "<svg"), 2u) << "no recall was measured";
  EXPECT_THAT(page, Not(HasSubstr("nan")));
  EXPECT_THAT(page, Not(HasSubstr("reload")));
}

TEST(CurvePage, IsReplacedAsAWhole) {
  const TempFolder folder;
  ASSERT_TRUE(write_curve_page(folder / "curve.html", {}, {.title = "t"}).ok());
  ASSERT_TRUE(write_curve_page(folder / "curve.html", five_epochs(), {.title = "t"}).ok());
  EXPECT_THAT(read_text_file(folder / "curve.html").value(), HasSubstr("epoch 5"));
  EXPECT_EQ(list_files(folder.path(), {}).value().size(), 1u);
  EXPECT_FALSE(write_curve_page("/dev/null/curve.html", {}, {}).ok());
}

}  // namespace
}  // namespace loci::train
