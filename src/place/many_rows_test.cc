// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Large collections with made-up descriptors. Slow: run by LOCI_SLOW_TESTS=1 (ctest -L slow).
#include "batch_writer.h"
#include "test_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/statvfs.h>

namespace loci {
namespace {

using testing::IsEmpty;

/// Describes files that are not there: the number in the name decides the descriptor.
std::vector<float> numbered_descriptor(int64_t number, int64_t dim) {
  Rng rng(11, static_cast<uint64_t>(number));
  std::vector<float> values(static_cast<size_t>(dim));
  double sum = 0;
  for (float& v : values) {
    v = static_cast<float>(static_cast<double>(rng.next() >> 40) * 0x1p-24 - 0.5);
    sum += static_cast<double>(v) * static_cast<double>(v);
  }
  for (float& v : values) v = static_cast<float>(v / std::sqrt(sum));
  return values;
}

class ManyRows : public testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("LOCI_SLOW_TESTS") == nullptr) GTEST_SKIP() << "LOCI_SLOW_TESTS is not set";
  }

  /// A collection of `count` photographs that have no file, written through its own batches.
  static std::unique_ptr<Collection> make(const TempFolder& temp, int64_t count, int64_t dim) {
    struct statvfs room {};
    const auto needed = static_cast<uint64_t>(count * dim) * sizeof(float) * 5 / 2 + (1 << 28);
    if (::statvfs(temp.path().c_str(), &room) != 0 || room.f_bavail * room.f_frsize < needed)
      return nullptr;
    const std::string folder = temp / "collection";
    const auto model = test::fake_model();
    if (!Collection::make(folder, *model, dim).ok()) return nullptr;
    Stage stage;
    stage.model = model;
    stage.dim = dim;
    stage.batch_images = 4096;
    stage.batch_seconds = 1e9;
    Stage writing;
    writing.dim = dim;
    writing.batch_images = stage.batch_images;
    writing.batch_seconds = stage.batch_seconds;
    const Catalogue catalogue = Catalogue::open(folder).value();
    SegmentFormat format{
        .folder = folder + "/segments", .dim = dim, .fingerprint = model->fingerprint};
    BatchWriter writer(
        writing, catalogue, SegmentAppender::open(format, {}, 1, stage.max_segment_bytes).value());
    for (int64_t i = 0; i < count; ++i) {
      StoredImage stored;
      stored.image.path = "/photos/" + std::to_string(i) + ".jpg";
      stored.image.sha256 = std::to_string(i);
      if (!writer.add(std::move(stored), numbered_descriptor(i, dim)).ok()) return nullptr;
    }
    if (!writer.flush().ok()) return nullptr;
    return std::move(Collection::open(folder, std::move(stage))).value();
  }

  static void expect_found(const Collection& db, int64_t number, int64_t dim) {
    const auto answer = db.query_descriptor(numbered_descriptor(number, dim), 3, {});
    ASSERT_TRUE(answer.ok()) << answer.status().message();
    EXPECT_EQ(answer->matches[0].image.path, "/photos/" + std::to_string(number) + ".jpg");
    EXPECT_NEAR(answer->matches[0].score, 1, 1e-5);
  }
};

TEST_F(ManyRows, SegmentsBeyondAGibibyteAreFilledFoundVerifiedAndCompacted) {
  constexpr int64_t kCount = 80'000, kDim = 4096;  // 1.2 GiB
  const TempFolder temp;
  const auto db = make(temp, kCount, kDim);
  if (db == nullptr) GTEST_SKIP() << "not enough room on the disk";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(temp / "collection/segments")) {
    EXPECT_LE(entry.file_size(), uint64_t{1} << 30);
    ++files;
  }
  EXPECT_EQ(files, 2);
  for (const int64_t number : {int64_t{0}, int64_t{65'000}, int64_t{66'000}, kCount - 1})
    expect_found(*db, number, kDim);
  EXPECT_THAT(db->verify().value().problems, IsEmpty());
  ASSERT_TRUE(db->remove({"/photos/0.jpg", "/photos/70000.jpg"}).ok());
  ASSERT_TRUE(db->compact().ok());
  expect_found(*db, 65'001, kDim);
  EXPECT_EQ(db->row_counts().value().rows, kCount - 2);
}

TEST_F(ManyRows, AMillionRowsAreIndexedSearchedAndVerified) {
  constexpr int64_t kCount = 1'000'000, kDim = 128;
  const TempFolder temp;
  const auto db = make(temp, kCount, kDim);
  if (db == nullptr) GTEST_SKIP() << "not enough room on the disk";
  EXPECT_EQ(db->size(), kCount);
  for (const int64_t number : {int64_t{0}, int64_t{499'999}, kCount - 1})
    expect_found(*db, number, kDim);
  EXPECT_THAT(db->verify().value().problems, IsEmpty());
  ASSERT_TRUE(db->refresh().ok());
  expect_found(*db, 123'456, kDim);
}

}  // namespace
}  // namespace loci
