// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/kept_features.h"

#include "loci/base/check.h"
#include "loci/base/text.h"
#include "loci/math/half.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace loci {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kHeader = 16, kPoint = 6;
constexpr int64_t kMost = 65'535;
constexpr float kWhole = 65'535;  // of a side
constexpr uint32_t kMostSide = 1u << 30;
constexpr uint16_t kHalfInfinity = 0x7c00;

void put(std::vector<uint8_t>& out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

uint32_t get(const uint8_t* from, int bytes) {
  uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= static_cast<uint32_t>(from[i]) << (8 * i);
  return value;
}

/// What a score or an accuracy is: finite and not negative.
bool is_amount(uint16_t half) { return half < kHalfInfinity; }

uint16_t fraction(float at, int side) {
  const float part = at / static_cast<float>(side);
  return static_cast<uint16_t>(std::lrint(std::clamp(part, 0.0f, 1.0f) * kWhole));
}

void quantise(std::span<const float> row, std::span<int8_t> out) {
  float largest = 0;
  for (const float x : row) largest = std::max(largest, std::abs(x));
  const float scale = largest > 0 ? 127 / largest : 0;
  for (size_t i = 0; i < row.size(); ++i) out[i] = static_cast<int8_t>(std::lrint(row[i] * scale));
}

}  // namespace

KeptFeatures keep(const LocatedFeatures& located) {
  const Matrix& rows = located.features.values;
  LOCI_REQUIRE(std::ssize(located.keypoints) == rows.rows(), "a keypoint for each row");
  LOCI_REQUIRE(located.scores.empty() || std::ssize(located.scores) == rows.rows(),
               "a score for each row, or none");
  LOCI_REQUIRE(rows.rows() <= kMost && rows.cols() <= kMost, "at most 65,535 rows and dimensions");
  LOCI_REQUIRE(rows.rows() == 0 || (located.width > 0 && located.height > 0),
               "keypoints lie in an image");
  KeptFeatures kept{.descriptors = MatrixOf<int8_t>(rows.rows(), rows.cols()),
                    .width = located.width,
                    .height = located.height,
                    .accuracy_px = located.accuracy_px};
  for (int64_t i = 0; i < rows.rows(); ++i) {
    quantise(rows.row(i), kept.descriptors.row(i));
    const Keypoint& at = located.keypoints[static_cast<size_t>(i)];
    const float score = located.scores.empty() ? 0 : located.scores[static_cast<size_t>(i)];
    kept.points.push_back({.x = fraction(at.x, located.width),
                           .y = fraction(at.y, located.height),
                           .score = float_to_half(std::clamp(score, 0.0f, 65'504.0f))});
  }
  return kept;
}

Keypoint place_of(const KeptFeatures& kept, int64_t i) {
  const KeptPoint& at = kept.points[static_cast<size_t>(i)];
  return {.x = static_cast<float>(at.x) * static_cast<float>(kept.width) / kWhole,
          .y = static_cast<float>(at.y) * static_cast<float>(kept.height) / kWhole};
}

std::vector<uint8_t> pack(const KeptFeatures& kept) {
  const size_t n = kept.points.size();
  LOCI_REQUIRE(std::ssize(kept.points) == kept.descriptors.rows(), "a keypoint for each row");
  LOCI_REQUIRE(kept.descriptors.rows() <= kMost && kept.descriptors.cols() <= kMost,
               "at most 65,535 rows and dimensions");
  std::vector<uint8_t> out;
  out.reserve(kHeader + kept.descriptors.size() + n * kPoint);
  put(out, kVersion, 1);
  put(out, 0, 1);
  put(out, static_cast<uint32_t>(kept.descriptors.cols()), 2);
  put(out, static_cast<uint32_t>(n), 2);
  const auto accuracy = static_cast<float>(std::clamp(kept.accuracy_px, 0.0, 65'504.0));
  put(out, float_to_half(accuracy), 2);
  put(out, static_cast<uint32_t>(kept.width), 4);
  put(out, static_cast<uint32_t>(kept.height), 4);
  const auto* values = reinterpret_cast<const uint8_t*>(kept.descriptors.data());
  out.insert(out.end(), values, values + kept.descriptors.size());
  for (const KeptPoint& point : kept.points) {
    put(out, point.x, 2);
    put(out, point.y, 2);
    put(out, point.score, 2);
  }
  return out;
}

Result<KeptFeatures> unpack_kept(std::span<const uint8_t> bytes, const std::string& where) {
  if (!bytes.empty() && bytes[0] > kVersion) {
    return unsupported(where + ": local features of version " + std::to_string(bytes[0]) +
                       ", this program reads up to " + std::to_string(kVersion) +
                       "; use a newer loci");
  }
  if (bytes.size() < kHeader || bytes[0] != kVersion || bytes[1] != 0) {
    return corrupt(where +
                   format(": %zu bytes that are no local features; make them again", bytes.size()));
  }
  const size_t dim = get(&bytes[2], 2), n = get(&bytes[4], 2);
  const auto accuracy = static_cast<uint16_t>(get(&bytes[6], 2));
  const uint32_t width = get(&bytes[8], 4), height = get(&bytes[12], 4);
  if (bytes.size() != kHeader + n * (dim + kPoint)) {
    return corrupt(where + format(": %zu bytes, but %zu features of %zu dimensions take %zu; make "
                                  "them again",
                                  bytes.size(),
                                  n,
                                  dim,
                                  kHeader + n * (dim + kPoint)));
  }
  if (!is_amount(accuracy) || width > kMostSide || height > kMostSide ||
      (n > 0 && (width == 0 || height == 0))) {
    return corrupt(where +
                   format(": features of an image of %u x %u; make them again", width, height));
  }
  KeptFeatures kept{
      .descriptors = MatrixOf<int8_t>(static_cast<int64_t>(n), static_cast<int64_t>(dim)),
      .width = static_cast<int>(width),
      .height = static_cast<int>(height),
      .accuracy_px = static_cast<double>(half_to_float(accuracy))};
  if (n * dim > 0) std::memcpy(kept.descriptors.data(), &bytes[kHeader], n * dim);
  for (size_t at = kHeader + n * dim; at < bytes.size(); at += kPoint) {
    const KeptPoint point{.x = static_cast<uint16_t>(get(&bytes[at], 2)),
                          .y = static_cast<uint16_t>(get(&bytes[at + 2], 2)),
                          .score = static_cast<uint16_t>(get(&bytes[at + 4], 2))};
    if (!is_amount(point.score)) {
      return corrupt(where + format(": feature %zu has a score that is negative or not finite; "
                                    "make them again",
                                    kept.points.size()));
    }
    kept.points.push_back(point);
  }
  return kept;
}

}  // namespace loci
