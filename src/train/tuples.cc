// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/tuples.h"

#include "byte_stream.h"

#include "loci/base/check.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace loci::train {
namespace {

constexpr uint64_t kMemoryMagic = 0x31304d454d434f4cu;  // "LOCMEM01"

/// A row and its squared distance; the nearer first, of equals the lower row.
struct Near {
  float squared_distance;
  int32_t row;
  bool operator<(const Near& other) const {
    return squared_distance != other.squared_distance ? squared_distance < other.squared_distance
                                                      : row < other.row;
  }
};

/// Those that have a descriptor, the nearest `count` of them in order.
std::vector<Near> nearest(std::span<const int32_t> rows,
                          int64_t image,
                          size_t count,
                          const SquaredDistances& distances) {
  std::vector<float> squared(rows.size());
  if (!rows.empty()) distances(image, rows, squared);
  std::vector<Near> found;
  found.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (std::isfinite(squared[i])) found.push_back({squared[i], rows[i]});
  }
  count = std::min(count, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<int64_t>(count), found.end());
  found.resize(count);
  return found;
}

}  // namespace

Result<TupleMiner> TupleMiner::create(const TrainingSet& set, const MinerOptions& options) {
  const auto refuse = [](const char* name, double value, const char* expected) {
    return invalid_argument(format("%s is %g: it must be %s", name, value, expected));
  };
  constexpr int kMost = 1 << 24;
  if (options.num_negatives < 1 || options.num_negatives > kMost)
    return refuse("num_negatives", options.num_negatives, "at least 1");
  if (options.nearest_factor < 1 || options.nearest_factor > kMost)
    return refuse("nearest_factor", options.nearest_factor, "at least 1");
  if (options.pool_size < 0) return refuse("pool_size", options.pool_size, "0 or more");
  if (options.num_remembered < 0 || options.num_remembered > kMost)
    return refuse("num_remembered", options.num_remembered, "0 or more");
  if (options.pool_size == 0 && options.num_remembered == 0)
    return invalid_argument("pool_size and num_remembered are both 0: there would be no negatives");
  if (!(options.margin >= 0) || !std::isfinite(options.margin))
    return refuse("margin", options.margin, "0 or more");
  return TupleMiner(set, options);
}

TupleMiner::TupleMiner(const TrainingSet& set, const MinerOptions& options)
    : set_(&set), options_(options) {
  const auto remembered = static_cast<size_t>(options.num_remembered);
  memory_.assign(static_cast<size_t>(set.num_queries()) * remembered, -1);
}

std::vector<int64_t> TupleMiner::epoch_order(int64_t epoch) const {
  std::vector<int64_t> order(static_cast<size_t>(set_->num_queries()));
  std::iota(order.begin(), order.end(), 0);
  Rng(options_.seed, format("order of epoch %lld", static_cast<long long>(epoch))).shuffle(order);
  return order;
}

MinedTuple TupleMiner::mine(int64_t epoch, int64_t query, const SquaredDistances& distances) {
  if (set_->potential_positives(query).empty()) return {};
  Rng rng(options_.seed,
          format("pool of query %lld in epoch %lld",
                 static_cast<long long>(query),
                 static_cast<long long>(epoch)));
  const std::vector<int32_t> drawn = set_->sample_negatives(query, options_.pool_size, &rng);
  std::vector<int32_t> kept(remembered(query).begin(), remembered(query).end());
  std::sort(kept.begin(), kept.end());
  std::vector<int32_t> pool;
  std::set_union(drawn.begin(), drawn.end(), kept.begin(), kept.end(), std::back_inserter(pool));
  return mine_from_pool(query, pool, distances);
}

MinedTuple TupleMiner::mine_from_pool(int64_t query,
                                      std::span<const int32_t> pool,
                                      const SquaredDistances& distances) {
  const int64_t image = set_->query_image(query);
  MinedTuple mined;
  mined.tuple.query = query;
  const std::vector<Near> positive = nearest(set_->potential_positives(query), image, 1, distances);
  if (positive.empty()) return mined;
  mined.tuple.positive = positive[0].row;
  mined.positive_squared_distance = positive[0].squared_distance;

  for (const int32_t row : pool) {
    LOCI_REQUIRE(set_->is_definite_negative(query, row), "a pool holds definite negatives only");
  }
  const size_t examined =
      static_cast<size_t>(options_.num_negatives) * static_cast<size_t>(options_.nearest_factor);
  const std::vector<Near> near = nearest(pool, image, examined, distances);
  const float positive_d2 = mined.positive_squared_distance;
  const auto violates = [&](const Near& one) {
    if (options_.skip_very_hard && one.squared_distance < positive_d2) return false;
    if (options_.squared)
      return one.squared_distance < positive_d2 + static_cast<float>(options_.margin);
    return std::sqrt(one.squared_distance) <
           std::sqrt(positive_d2) + static_cast<float>(std::sqrt(options_.margin));
  };
  for (const Near& one : near) {
    if (mined.tuple.negatives.size() == static_cast<size_t>(options_.num_negatives)) break;
    if (violates(one)) mined.tuple.negatives.push_back(one.row);
  }
  std::vector<int32_t> hardest;
  if (options_.remember_all) {
    for (const Near& one : near) hardest.push_back(one.row);
  } else {
    hardest = mined.tuple.negatives;
  }
  hardest.resize(std::min(hardest.size(), static_cast<size_t>(options_.num_remembered)));
  // pytorch-NetVlad leaves the memory alone when nothing violates.
  if (options_.remember_all || !hardest.empty()) remember(query, hardest);
  mined.outcome = mined.tuple.negatives.empty() ? MinedTuple::Outcome::kNoViolation
                                                : MinedTuple::Outcome::kTuple;
  return mined;
}

std::span<const int32_t> TupleMiner::remembered(int64_t query) const {
  LOCI_REQUIRE(query >= 0 && query < set_->num_queries(), "the query is one of the set");
  const auto width = static_cast<size_t>(options_.num_remembered);
  const auto row = std::span(memory_).subspan(static_cast<size_t>(query) * width, width);
  return row.first(static_cast<size_t>(std::find(row.begin(), row.end(), -1) - row.begin()));
}

void TupleMiner::remember(int64_t query, std::span<const int32_t> rows) {
  const auto width = static_cast<size_t>(options_.num_remembered);
  LOCI_REQUIRE(query >= 0 && query < set_->num_queries(), "the query is one of the set");
  LOCI_REQUIRE(rows.size() <= width, "no more than num_remembered rows are remembered");
  for (const int32_t row : rows) {
    LOCI_REQUIRE(set_->is_definite_negative(query, row), "definite negatives are remembered");
  }
  const auto place = memory_.begin() + static_cast<int64_t>(static_cast<size_t>(query) * width);
  std::fill(std::copy(rows.begin(), rows.end(), place), place + static_cast<int64_t>(width), -1);
}

std::vector<uint8_t> TupleMiner::save_memory() const {
  ByteWriter out;
  out.put(kMemoryMagic);
  out.put(set_->num_queries());
  out.put(set_->num_database());
  out.put(static_cast<int64_t>(options_.num_remembered));
  for (const int32_t row : memory_) out.put(row);
  return out.take();
}

Status TupleMiner::load_memory(std::span<const uint8_t> bytes) {
  const std::string where = "memory of hard negatives: ";
  ByteReader in(bytes);
  uint64_t magic = 0;
  int64_t queries = 0, database = 0, width = 0;
  if (!in.get(&magic) || magic != kMemoryMagic) return corrupt(where + "is none, or damaged");
  if (!in.get(&queries) || !in.get(&database) || !in.get(&width))
    return corrupt(where + "is cut short");
  if (queries != set_->num_queries() || database != set_->num_database() ||
      width != options_.num_remembered) {
    return corrupt(where + format("is of %lld queries, %lld database images and %lld rows a query; "
                                  "expected %lld, %lld and %d",
                                  static_cast<long long>(queries),
                                  static_cast<long long>(database),
                                  static_cast<long long>(width),
                                  static_cast<long long>(set_->num_queries()),
                                  static_cast<long long>(set_->num_database()),
                                  options_.num_remembered));
  }
  if (in.left() != memory_.size() * sizeof(int32_t))
    return corrupt(where + format("holds %zu bytes of rows, expected %zu",
                                  in.left(),
                                  memory_.size() * sizeof(int32_t)));
  std::vector<int32_t> memory(memory_.size());
  for (size_t i = 0; i < memory.size(); ++i) {
    in.get(&memory[i]);
    const auto query = static_cast<int64_t>(i / static_cast<size_t>(width));
    const bool fits = memory[i] == -1 || (memory[i] >= 0 && memory[i] < database &&
                                          set_->is_definite_negative(query, memory[i]));
    if (!fits) {
      return corrupt(where + format("row %d is no definite negative of query %lld; it was made for "
                                    "another data set",
                                    memory[i],
                                    static_cast<long long>(query)));
    }
  }
  memory_ = std::move(memory);
  return {};
}

}  // namespace loci::train
