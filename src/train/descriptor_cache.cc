// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/descriptor_cache.h"

#include "content_hash.h"
#include "descriptor_file.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/math/half.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>

namespace loci::train {
namespace {

bool is_nan(uint16_t half) { return (half & 0x7fffu) > 0x7c00u; }

/// The first row whose bytes are not those that were written, or -1.
int64_t damaged_row(std::span<const uint8_t> file, const DescriptorFileHeader& header) {
  const DescriptorFileSizes sizes = descriptor_file_sizes(header).value();
  std::atomic<int64_t> damaged{std::numeric_limits<int64_t>::max()};
  parallel_for(header.count, 64, 0, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      uint64_t expected = 0;
      std::memcpy(&expected,
                  file.data() + kDescriptorHeaderBytes + static_cast<uint64_t>(i) * 8,
                  sizeof expected);
      const uint8_t* row = file.data() + sizes.values_at + static_cast<uint64_t>(i) * sizes.row;
      if (content_hash(row, sizes.row) == expected) continue;
      int64_t seen = damaged.load();
      while (i < seen && !damaged.compare_exchange_weak(seen, i)) {
      }
    }
  });
  const int64_t found = damaged.load();
  return found == std::numeric_limits<int64_t>::max() ? -1 : header.first + found;
}

}  // namespace

Result<DescriptorCache> DescriptorCache::open(const std::vector<std::string>& paths,
                                              const std::string& key) {
  LOCI_REQUIRE(!paths.empty(), "a cache has at least one file");
  DescriptorCache cache;
  for (const std::string& path : paths) {
    const std::string where = printable(path);
    LOCI_TRY(file, MappedFile::open(path));
    LOCI_TRY(header, parse_descriptor_header(file.bytes(), where));
    if (header.key != key) {
      return invalid_argument(where + ": holds descriptors of '" + printable(header.key) +
                              "', expected those of '" + printable(key) + "'");
    }
    if (cache.parts_.empty()) cache.rows_ = header.rows, cache.dim_ = header.dim;
    if (header.rows != cache.rows_ || header.dim != cache.dim_) {
      return corrupt(where + ": is no part of the same refresh as " + printable(paths.front()));
    }
    if (const int64_t row = damaged_row(file.bytes(), header); row >= 0)
      return corrupt(where + format(": row %lld is damaged", static_cast<long long>(row)));
    Part part{.first = header.first, .count = header.count};
    part.values = reinterpret_cast<const uint16_t*>(file.bytes().data() +
                                                    descriptor_file_sizes(header)->values_at);
    part.file = std::move(file);
    cache.parts_.push_back(std::move(part));
  }
  std::sort(cache.parts_.begin(), cache.parts_.end(), [](const Part& a, const Part& b) {
    return a.first != b.first ? a.first < b.first : a.count < b.count;
  });
  int64_t next = 0;
  bool complete = true;
  for (const Part& part : cache.parts_) {
    complete = complete && part.first == next;
    if (complete) next += part.count;
  }
  if (!complete || next != cache.rows_) {
    return corrupt(
        printable(paths.front()) +
        format(" and its %zu fellow files do not hold each of %lld rows once; row %lld is missing "
               "or there twice",
               paths.size() - 1,
               static_cast<long long>(cache.rows_),
               static_cast<long long>(next)));
  }
  return cache;
}

uint64_t DescriptorCache::bytes() const {
  uint64_t sum = 0;
  for (const Part& part : parts_) sum += part.file.bytes().size();
  return sum;
}

const uint16_t* DescriptorCache::row_data(int64_t row) const {
  LOCI_REQUIRE(row >= 0 && row < rows_, "the row is in the cache");
  auto part = std::upper_bound(
      parts_.begin(), parts_.end(), row, [](int64_t r, const Part& p) { return r < p.first; });
  --part;
  return part->values + (row - part->first) * dim_;
}

bool DescriptorCache::has(int64_t row) const { return !is_nan(*row_data(row)); }

void DescriptorCache::read(int64_t row, std::span<float> out) const {
  LOCI_REQUIRE(static_cast<int64_t>(out.size()) == dim_, "out holds one descriptor");
  halfs_to_floats(row_data(row), out.data(), out.size());
}

void DescriptorCache::squared_distances(int64_t row,
                                        std::span<const int32_t> others,
                                        std::span<float> out) const {
  LOCI_REQUIRE(out.size() == others.size(), "a distance for each other row");
  const auto dim = static_cast<size_t>(dim_);
  AlignedBuffer<float> one(dim), other(dim);
  read(row, one.span());
  for (size_t i = 0; i < others.size(); ++i) {
    read(others[i], other.span());
    const float squared = squared_distance(one.data(), other.data(), dim);
    out[i] = std::isnan(squared) ? std::numeric_limits<float>::infinity() : squared;
  }
}

SquaredDistances DescriptorCache::distances() const {
  return [this](int64_t row, std::span<const int32_t> others, std::span<float> out) {
    squared_distances(row, others, out);
  };
}

}  // namespace loci::train
