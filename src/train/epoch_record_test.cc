// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/epoch_record.h"

#include "loci/base/file.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::HasSubstr;

EpochRecord third_epoch() {
  EpochRecord record;
  record.epoch = 3;
  record.loss = 0.0123456789;
  record.counted = 7000, record.with_violation = 5100, record.skipped = 16;
  record.violating = 4.75;
  record.learning_rate = 1e-3;
  record.seconds = 812.5, record.val_seconds = 31;
  record.recall = {0.71, 0.86, 0.9};
  record.ci_low = {0.68, 0.84, 0.88};
  record.ci_high = {0.74, 0.88, 0.92};
  record.best = true;
  return record;
}

TEST(EpochRecord, EveryMemberComesBack) {
  const EpochRecord record = third_epoch();
  const EpochRecord back = parse_epoch_record(to_json(record)).value();
  EXPECT_EQ(to_json(back), to_json(record));
  EXPECT_EQ(back.loss, record.loss);
  EXPECT_EQ(back.recall_at(5), 0.86);
  EXPECT_TRUE(std::isnan(back.recall_at(20)));
  EXPECT_TRUE(back.best);
}

TEST(EpochRecord, ALossThatIsNoNumberIsNull) {
  EpochRecord record;
  record.loss = NAN;
  EXPECT_THAT(to_json(record), HasSubstr("\"loss\":null"));
  EXPECT_TRUE(std::isnan(parse_epoch_record(to_json(record)).value().loss));
}

TEST(EpochRecord, WrongMembersAreNamed) {
  const auto error = [](std::string text) { return parse_epoch_record(text).status().message(); };
  EXPECT_THAT(error("[]"), HasSubstr("no JSON object"));
  EXPECT_THAT(error("{\"epoch\""), HasSubstr("no JSON object"));
  EXPECT_THAT(error("{\"epoch\":1.5}"), HasSubstr("'epoch'"));
  EXPECT_THAT(error("{\"epoch\":99999999999}"), HasSubstr("'epoch'"));
  std::string text = to_json(third_epoch());
  text.replace(text.find("[1,5,10]"), 8, "[1,5]");
  EXPECT_THAT(error(text), HasSubstr("length"));
  text = to_json(third_epoch());
  text.replace(text.find("0.71"), 4, "\"x\"");
  EXPECT_THAT(error(text), HasSubstr("'recall'"));
}

TEST(EpochRecord, AFileSurvivesACutLastLineButNoOtherDamage) {
  const TempFolder folder;
  ASSERT_TRUE(write_epoch_records(folder / "log", {EpochRecord(), third_epoch()}).ok());
  std::string text = read_text_file(folder / "log").value();
  EXPECT_EQ(read_epoch_records(folder / "log").value().size(), 2u);
  ASSERT_TRUE(write_file(folder / "log", text.substr(0, text.size() - 20)).ok());
  EXPECT_EQ(read_epoch_records(folder / "log").value().size(), 1u);
  text[3] = '#';
  ASSERT_TRUE(write_file(folder / "log", text).ok());
  EXPECT_THAT(read_epoch_records(folder / "log").status().message(), HasSubstr("line 1"));
}

}  // namespace
}  // namespace loci::train
