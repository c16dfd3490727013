// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// A row with the cosine t to the query differs from it in about bits * acos(t) / pi signs, give or
// take a binomial deviation. So once some good rows are known, all rows with many more different
// signs than theirs can be passed over.
#include "sign_filter.h"

#include "candidates.h"
#include "kernels.h"

#include "loci/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace loci::internal {
namespace {

constexpr double kDeviations = 6;  // one row in 10^9 is lost
constexpr uint16_t kLeftOut = 0xffff;

/// Most differing signs of a row whose cosine is at least `cosine`.
double most_different(double cosine, int64_t bits) {
  const double p = std::acos(std::min(cosine, 1.0)) / std::numbers::pi,
               n = static_cast<double>(bits);
  return n * p + kDeviations * std::sqrt(n * p * (1 - p)) + 1;
}

/// One query's way through the stages.
class Filter {
 public:
  Filter(const Int8Rows& rows,
         const Int8Queries& queries,
         int64_t q,
         int64_t want,
         const uint16_t* distances)
      : rows_(rows), queries_(queries), q_(q), want_(want), distances_(distances) {}

  std::optional<std::vector<int64_t>> run(const uint64_t* rest_signs, bool exact_count) {
    const double scale = queries_.norms[static_cast<size_t>(q_)] * rows_.largest_norm();
    const std::optional<double> known = known_score();
    if (!known || !(*known > 0) || !(scale > 0)) return {};
    const double cosine = *known / scale;
    if (!find(most_different(cosine, rows_.first_bits()), rows_.size() / 4)) return {};
    if (rows_.rest_words() > 0) {
      const double limit = most_different(cosine, rows_.all_bits());
      std::erase_if(found_, [&](int32_t id) {
        uint16_t more = 0;
        scan_kernels().hamming(
            rows_.rest_signs(id), 1, rest_signs, 1, rows_.rest_words(), &more, 1);
        return distances_[id] + more > limit;
      });
    }
    const auto slack = static_cast<float>(2.001 * rows_.error_bound(queries_, q_));
    Candidates candidates(want_, exact_count ? 0.0f : slack);
    for (const int32_t id : found_) candidates.add(rows_.score(queries_, q_, id), id);
    return candidates.take();
  }

 private:
  /// A score that `want` rows certainly reach: that of the rows with the fewest different signs.
  std::optional<double> known_score() {
    const int64_t most = rows_.first_bits();
    double limit = scan_kernels().min_u16(distances_, rows_.size());
    for (double step = static_cast<double>(most) / 64;; step *= 2) {
      limit = std::min(limit + step, static_cast<double>(most));
      find(limit, rows_.size());
      if (static_cast<int64_t>(found_.size()) >= want_) break;
      if (limit >= static_cast<double>(most)) return {};
    }
    const size_t used =
        std::min<size_t>(found_.size(), static_cast<size_t>(std::max<int64_t>(8, 2 * want_)));
    std::ranges::nth_element(
        found_, found_.begin() + static_cast<ptrdiff_t>(used - 1), [&](int32_t x, int32_t y) {
          return distances_[x] != distances_[y] ? distances_[x] < distances_[y] : x < y;
        });
    std::vector<float> scores(used);
    for (size_t i = 0; i < used; ++i) scores[i] = rows_.score(queries_, q_, found_[i]);
    const auto last = scores.begin() + static_cast<ptrdiff_t>(want_ - 1);
    std::ranges::nth_element(scores, last, std::greater<>());
    return static_cast<double>(*last) - rows_.error_bound(queries_, q_);
  }

  /// Sets found_ to the rows with at most `limit` different first signs; false when they are more
  /// than `capacity`.
  bool find(double limit, int64_t capacity) {
    const auto whole =
        static_cast<uint16_t>(std::clamp(limit, 0.0, static_cast<double>(kLeftOut - 1)));
    const int64_t room = std::min(rows_.size(), capacity + 1);
    found_.resize(static_cast<size_t>(room));
    const int64_t count =
        scan_kernels().find_up_to(distances_, rows_.size(), whole, found_.data(), room);
    found_.resize(static_cast<size_t>(count));
    return count <= capacity;
  }

  const Int8Rows& rows_;
  const Int8Queries& queries_;
  int64_t q_, want_;
  const uint16_t* distances_;
  std::vector<int32_t> found_;
};

}  // namespace

std::vector<std::optional<std::vector<int64_t>>> sign_filtered(const Int8Rows& rows,
                                                               ConstMatrixView queries,
                                                               int64_t want,
                                                               bool exact_count,
                                                               std::span<const uint8_t> kept,
                                                               int num_threads) {
  const int64_t n = rows.size(), words = rows.first_words(), rest = rows.rest_words();
  std::vector<std::optional<std::vector<int64_t>>> results(static_cast<size_t>(queries.rows()));
  const int64_t block = std::clamp<int64_t>((int64_t{1} << 24) / n, 1, 256);
  AlignedBuffer<uint16_t> distances(static_cast<size_t>(std::min(block, queries.rows()) * n));
  for (int64_t begin = 0; begin < queries.rows(); begin += block) {
    const int64_t count = std::min(block, queries.rows() - begin);
    const Int8Queries now = rows.make_queries(queries.rows_from(begin, count), num_threads);
    AlignedBuffer<uint64_t> first_signs(static_cast<size_t>(count * words)),
        rest_signs(static_cast<size_t>(count * rest));
    for (int64_t q = 0; q < count; ++q) {
      rows.signs_of(
          now.rotated.row(q).data(), first_signs.data() + q * words, rest_signs.data() + q * rest);
    }
    parallel_for(n, 4096, num_threads, [&](int64_t from, int64_t to) {
      scan_kernels().hamming(rows.first_signs(from),
                             to - from,
                             first_signs.data(),
                             count,
                             words,
                             distances.data() + from,
                             n);
      if (kept.empty()) return;
      for (int64_t id = from; id < to; ++id) {
        if (kept[static_cast<size_t>(id)] != 0) continue;
        for (int64_t q = 0; q < count; ++q) distances[static_cast<size_t>(q * n + id)] = kLeftOut;
      }
    });
    parallel_for(count, 1, num_threads, [&](int64_t q, int64_t) {
      Filter filter(rows, now, q, want, distances.data() + q * n);
      results[static_cast<size_t>(begin + q)] =
          filter.run(rest_signs.data() + q * rest, exact_count);
    });
  }
  return results;
}

}  // namespace loci::internal
