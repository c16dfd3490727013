// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/sequence_match.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci {

Status SequenceOptions::validate() const {
  if (sequence < 1 || sequence > 1000) {
    return invalid_argument(format("sequence %d: expected 1 to 1,000 frames", sequence));
  }
  if (!(min_velocity > 0 && max_velocity >= min_velocity && max_velocity <= 20)) {
    return invalid_argument(
        format("velocities %g to %g: expected 0 < min <= max <= 20", min_velocity, max_velocity));
  }
  if (!(velocity_step > 0) || (max_velocity - min_velocity) / velocity_step > 200) {
    return invalid_argument(
        format("velocity_step %g: expected more than 0 and at most 200 steps", velocity_step));
  }
  if (contrast_window < 3 || contrast_window > 100'000) {
    return invalid_argument(
        format("contrast_window %d: expected 3 to 100,000 frames", contrast_window));
  }
  return {};
}

void enhance_contrast(std::span<const float> s, int window, std::span<float> out) {
  LOCI_REQUIRE(s.size() == out.size() && window >= 1, "one result a similarity, some neighbours");
  const auto n = std::ssize(s);
  if (n == 0) return;
  std::vector<double> sum(static_cast<size_t>(n) + 1), square(static_cast<size_t>(n) + 1);
  // Differences to the first value keep the squares small, as similarities lie close together.
  const auto origin = static_cast<double>(s[0]);
  for (size_t i = 0; i < s.size(); ++i) {
    const double x = static_cast<double>(s[i]) - origin;
    sum[i + 1] = sum[i] + x;
    square[i + 1] = square[i] + x * x;
  }
  const auto variance = [&](size_t begin, size_t end, double* mean) {
    const auto count = static_cast<double>(end - begin);
    *mean = (sum[end] - sum[begin]) / count;
    return std::max(0.0, (square[end] - square[begin]) / count - *mean * *mean);
  };
  double mean = 0;
  const double floor = std::max(variance(0, s.size(), &mean) / 16, 1e-12);
  for (int64_t j = 0; j < n; ++j) {
    const auto begin = static_cast<size_t>(std::max<int64_t>(0, j - window / 2));
    const auto end = static_cast<size_t>(std::min<int64_t>(n, j - window / 2 + window));
    const double spread = std::sqrt(variance(begin, end, &mean) + floor);
    const auto at = static_cast<size_t>(j);
    out[at] = static_cast<float>((static_cast<double>(s[at]) - origin - mean) / spread);
  }
}

SequenceMatcher::SequenceMatcher(const SequenceOptions& options) : options_(options) {
  LOCI_REQUIRE(options.validate().ok(), "sequence options are valid");
  for (int i = 0;; ++i) {
    const double v = options.min_velocity + i * options.velocity_step;
    if (v > options.max_velocity + 1e-9) break;
    velocities_.push_back(v);
    if (options.sequence_reverse) velocities_.push_back(-v);
  }
}

void SequenceMatcher::push(std::span<const float> similarities) {
  std::vector<float> row(similarities.size());
  enhance_contrast(similarities, options_.contrast_window, row);
  rows_.push_front(std::move(row));
  if (std::ssize(rows_) > options_.sequence) rows_.pop_back();
}

void SequenceMatcher::erase(int64_t reference) {
  for (std::vector<float>& row : rows_) {
    if (reference < std::ssize(row)) row.erase(row.begin() + reference);
  }
}

std::vector<float> SequenceMatcher::scores() const {
  if (rows_.empty()) return {};
  const auto n = std::ssize(rows_.front());
  std::vector<float> best(static_cast<size_t>(n), -1e30f), sum(static_cast<size_t>(n));
  const float share = 1.0f / static_cast<float>(options_.sequence);
  for (const double v : velocities_) {
    std::fill(sum.begin(), sum.end(), 0.0f);
    for (size_t l = 0; l < rows_.size(); ++l) {
      const std::vector<float>& row = rows_[l];
      const int64_t shift = std::llround(v * static_cast<double>(l));
      const int64_t begin = std::max<int64_t>(0, shift), end = std::min(n, std::ssize(row) + shift);
      for (int64_t j = begin; j < end; ++j) {
        sum[static_cast<size_t>(j)] += row[static_cast<size_t>(j - shift)];
      }
    }
    for (size_t j = 0; j < sum.size(); ++j) best[j] = std::max(best[j], sum[j] * share);
  }
  return best;
}

Result<Matrix> sequence_scores(ConstMatrixView similarities, const SequenceOptions& options) {
  LOCI_RETURN_IF_ERROR(options.validate());
  SequenceMatcher matcher(options);
  Matrix out(similarities.rows(), similarities.cols());
  for (int64_t q = 0; q < similarities.rows(); ++q) {
    matcher.push(similarities.row(q));
    std::ranges::copy(matcher.scores(), out.row(q).begin());
  }
  return out;
}

}  // namespace loci
