// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/index/row_store.h"

#include "kernels.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"
#include "loci/math/half.h"

#include <algorithm>
#include <cstring>

namespace loci {

RowStore::RowStore(int64_t dim) : dim_(dim), width_((dim + 63) / 64 * 64) {
  LOCI_REQUIRE(dim >= 1, "a row has at least one number");
}

size_t RowStore::memory_bytes() const {
  return blocks_.size() * static_cast<size_t>(kBlockRows * width_) * sizeof(uint16_t);
}

const uint16_t* RowStore::row(int64_t slot) const {
  LOCI_REQUIRE(slot >= 0 && slot < slots(), "no such slot");
  return blocks_[static_cast<size_t>(slot / kBlockRows)].data() + (slot % kBlockRows) * width_;
}

void RowStore::set(int64_t slot, std::span<const float> values) {
  LOCI_REQUIRE(slot >= 0, "slots count from 0");
  LOCI_REQUIRE(static_cast<int64_t>(values.size()) == dim_, "the row is as wide as the store");
  while (slot >= slots()) {
    AlignedBuffer<uint16_t> block(static_cast<size_t>(kBlockRows * width_));
    std::memset(block.data(), 0, block.size() * sizeof(uint16_t));
    blocks_.push_back(std::move(block));
  }
  floats_to_halfs(values.data(), const_cast<uint16_t*>(row(slot)), values.size());
}

void RowStore::scores(std::span<const float> query,
                      std::span<const int64_t> slots,
                      std::span<float> out,
                      int num_threads) const {
  LOCI_REQUIRE(static_cast<int64_t>(query.size()) == dim_, "the query is as wide as the store");
  LOCI_REQUIRE(slots.size() == out.size(), "one score a slot");
  AlignedBuffer<float> padded(static_cast<size_t>(width_));  // kernels take whole vectors
  std::memset(padded.data(), 0, padded.size() * sizeof(float));
  std::ranges::copy(query, padded.data());
  const internal::ScanKernels& kernels = internal::scan_kernels();
  constexpr int64_t kGrain = 64;
  parallel_for(std::ssize(slots), kGrain, num_threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<size_t>(i);
      out[at] = kernels.dot_half(row(slots[at]), padded.data(), padded.size());
    }
  });
}

void RowStore::read(int64_t slot, std::span<float> out) const {
  LOCI_REQUIRE(static_cast<int64_t>(out.size()) == dim_, "the row is as wide as the store");
  halfs_to_floats(row(slot), out.data(), out.size());
}

}  // namespace loci
