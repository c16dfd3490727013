// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "content_hash.h"
#include "descriptor_file.h"
#include "scratch_file.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/math/half.h"
#include "loci/train/descriptor_cache.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>

namespace loci::train {
namespace {

constexpr uint16_t kNan = 0x7e00;
constexpr float kLargestHalf = 65504;

}  // namespace

struct DescriptorCacheWriter::State {
  DescriptorFileHeader header;
  DescriptorFileSizes sizes;
  ScratchFile file;
  std::vector<uint64_t> hashes;
  std::vector<uint8_t> written;  ///< bytes, so that threads may set neighbours

  Status put(int64_t row, const std::vector<uint16_t>& values) {
    const auto i = static_cast<uint64_t>(row - header.first);
    hashes[i] = content_hash(values.data(), sizes.row);
    LOCI_RETURN_IF_ERROR(file.write_at(sizes.values_at + i * sizes.row, values.data(), sizes.row));
    written[i] = 1;
    return {};
  }
};

Result<DescriptorCacheWriter> DescriptorCacheWriter::create(const std::string& path,
                                                            const std::string& key,
                                                            int64_t rows,
                                                            int64_t dim,
                                                            int64_t first,
                                                            int64_t count) {
  if (key.size() > kMaxKeyBytes) {
    return invalid_argument(format(
        "a descriptor cache's key has at most %zu bytes, not %zu", kMaxKeyBytes, key.size()));
  }
  auto state = std::make_unique<State>();
  state->header = {.rows = rows, .dim = dim, .first = first, .count = count, .key = key};
  LOCI_TRY(sizes, descriptor_file_sizes(state->header));
  state->sizes = sizes;
  LOCI_TRY(file, ScratchFile::create(path));
  LOCI_RETURN_IF_ERROR(file.reserve(sizes.total));
  state->file = std::move(file);
  state->hashes.resize(static_cast<size_t>(count));
  state->written.resize(static_cast<size_t>(count));
  return DescriptorCacheWriter(std::move(state));
}

DescriptorCacheWriter::DescriptorCacheWriter(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
DescriptorCacheWriter::DescriptorCacheWriter(DescriptorCacheWriter&&) noexcept = default;
DescriptorCacheWriter& DescriptorCacheWriter::operator=(DescriptorCacheWriter&&) noexcept = default;
DescriptorCacheWriter::~DescriptorCacheWriter() = default;

int64_t DescriptorCacheWriter::first() const { return state_->header.first; }
int64_t DescriptorCacheWriter::count() const { return state_->header.count; }
int64_t DescriptorCacheWriter::dim() const { return state_->header.dim; }

Status DescriptorCacheWriter::write(int64_t row, std::span<const float> descriptor) {
  LOCI_REQUIRE(row >= first() && row < first() + count(), "the row is one of this part");
  LOCI_REQUIRE(static_cast<int64_t>(descriptor.size()) == dim(), "a descriptor has M values");
  std::vector<float> bounded(descriptor.begin(), descriptor.end());
  for (float& value : bounded) {
    if (std::isnan(value)) {
      return corrupt(format("the descriptor of image %lld has a value that is not a number",
                            static_cast<long long>(row)));
    }
    value = std::clamp(value, -kLargestHalf, kLargestHalf);
  }
  std::vector<uint16_t> halfs(bounded.size());
  floats_to_halfs(bounded.data(), halfs.data(), halfs.size());
  return state_->put(row, halfs);
}

Status DescriptorCacheWriter::write_missing(int64_t row) {
  LOCI_REQUIRE(row >= first() && row < first() + count(), "the row is one of this part");
  return state_->put(row, std::vector<uint16_t>(static_cast<size_t>(dim()), kNan));
}

Status DescriptorCacheWriter::commit() {
  const auto gap = std::find(state_->written.begin(), state_->written.end(), 0);
  if (gap != state_->written.end()) {
    return invalid_argument(
        format("row %lld of the descriptor cache was not written",
               static_cast<long long>(first() + (gap - state_->written.begin()))));
  }
  const std::vector<uint8_t> header = write_descriptor_header(state_->header);
  LOCI_RETURN_IF_ERROR(state_->file.write_at(0, header.data(), header.size()));
  LOCI_RETURN_IF_ERROR(state_->file.write_at(
      header.size(), state_->hashes.data(), state_->hashes.size() * sizeof(uint64_t)));
  return state_->file.commit();
}

Result<int64_t> refresh(DescriptorCacheWriter writer,
                        int64_t batch,
                        int num_threads,
                        const DescribeRows& describe,
                        const JobControl& job) {
  LOCI_REQUIRE(batch >= 1, "a batch has at least one image");
  std::mutex mutex;  // guards failure, done, missing and the callback
  Status failure;
  std::atomic<bool> stop{false};
  int64_t done = 0, missing = 0;

  const auto run_batch = [&](int64_t begin, int64_t end) -> Status {
    if (job.cancelled()) return cancelled("describing the training set was stopped");
    Matrix rows(end - begin, writer.dim());
    std::vector<uint8_t> absent(static_cast<size_t>(end - begin), 0);
    const int64_t first = writer.first() + begin;
    LOCI_RETURN_IF_ERROR(describe(first, rows.view(), absent));
    int64_t without = 0;
    for (int64_t i = 0; i < end - begin; ++i) {
      const bool is_absent = absent[static_cast<size_t>(i)] != 0;
      without += is_absent ? 1 : 0;
      LOCI_RETURN_IF_ERROR(is_absent ? writer.write_missing(first + i)
                                     : writer.write(first + i, rows.row(i)));
    }
    const std::lock_guard lock(mutex);
    done += end - begin;
    missing += without;
    job.progress("describing the training set", done, writer.count());
    return {};
  };
  parallel_for(writer.count(), batch, num_threads, [&](int64_t begin, int64_t end) {
    if (stop.load()) return;
    const Status status = run_batch(begin, end);
    if (status.ok()) return;
    const std::lock_guard lock(mutex);
    if (failure.ok()) failure = status;
    stop.store(true);
  });
  LOCI_RETURN_IF_ERROR(failure);
  LOCI_RETURN_IF_ERROR(writer.commit());
  return missing;
}

Shard shard_of(int64_t rows, int rank, int num_ranks) {
  LOCI_REQUIRE(rows >= 0 && num_ranks >= 1 && rank >= 0 && rank < num_ranks,
               "the rank is one of num_ranks");
  const int64_t each = rows / num_ranks, larger = rows % num_ranks;
  const int64_t first = rank * each + std::min<int64_t>(rank, larger);
  return {first, each + (rank < larger ? 1 : 0)};
}

}  // namespace loci::train
