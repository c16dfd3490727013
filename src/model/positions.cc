// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/positions.h"

#include "loci/base/check.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

/// Keys' cubic convolution kernel.
double cubic(double x, double a) {
  x = std::abs(x);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((x - 5) * x + 8) * x * a - 4 * a;
  return 0;
}

std::vector<PositionTap> four_taps(double at, int table) {
  constexpr double kA = -0.75;
  const double base = std::floor(at);
  std::vector<PositionTap> taps;
  for (int i = -1; i <= 2; ++i) {
    const int index = std::clamp(static_cast<int>(base) + i, 0, table - 1);
    taps.push_back({index, cubic(at - (base + i), kA)});
  }
  return taps;
}

/// The window as PyTorch cuts it, so that a tap falls out where it does there.
std::vector<PositionTap> wide_taps(double scale, int i, int table) {
  constexpr double kA = -0.5;
  const double stretch = std::max(1.0, scale), support = 2 * stretch, center = scale * (i + 0.5);
  const int first = std::max(0, static_cast<int>(center - support + 0.5));
  const int end = std::min(table, static_cast<int>(center + support + 0.5));
  std::vector<PositionTap> taps;
  double sum = 0;
  for (int j = first; j < end; ++j) {
    taps.push_back({j, cubic((j - center + 0.5) / stretch, kA)});
    sum += taps.back().weight;
  }
  for (PositionTap& tap : taps) tap.weight /= sum;
  return taps;
}

}  // namespace

std::vector<std::vector<PositionTap>> position_taps(PositionRule rule, int table, int size) {
  LOCI_REQUIRE(table > 0 && size > 0, "the table and the map have positions");
  constexpr double kOffset = 0.1;  // DINOv2 adds it so that rounding cannot lose a row
  std::vector<std::vector<PositionTap>> out;
  const double scale = table / (rule == PositionRule::kOffset ? size + kOffset : double(size));
  for (int i = 0; i < size; ++i) {
    if (rule == PositionRule::kAntialias) {
      out.push_back(wide_taps(scale, i, table));
    } else if (rule == PositionRule::kExact) {
      out.push_back({{std::min(i, table - 1), 1}});
    } else {
      out.push_back(four_taps((i + 0.5) * scale - 0.5, table));
    }
  }
  return out;
}

Result<std::vector<float>> resample_positions(
    const Op& op, std::span<const float> rows, int channels, int height, int width) {
  const int before = op.count - op.table_height * op.table_width;
  LOCI_REQUIRE(before >= 0 && std::ssize(rows) == int64_t{op.count} * channels,
               "the table has the operator's rows");
  if (height == op.table_height && width == op.table_width)
    return std::vector<float>(rows.begin(), rows.end());
  if (op.positions == PositionRule::kExact) {
    return invalid_argument(
        format("operator '%s' knows the positions of %dx%d patches alone, and the image has %dx%d",
               op.name.c_str(),
               op.table_width,
               op.table_height,
               width,
               height));
  }
  const auto down = position_taps(op.positions, op.table_height, height);
  const auto across = position_taps(op.positions, op.table_width, width);
  const auto c = static_cast<size_t>(channels), w = static_cast<size_t>(width);
  std::vector<float> out(rows.begin(), rows.begin() + before * channels);
  out.reserve(out.size() + static_cast<size_t>(height) * w * c);
  const float* table = rows.data() + before * channels;
  std::vector<double> sums(c);
  for (const auto& vertical : down) {
    for (const auto& horizontal : across) {
      std::fill(sums.begin(), sums.end(), 0.0);
      for (const PositionTap& y : vertical) {
        for (const PositionTap& x : horizontal) {
          const float* row = table + (int64_t{y.index} * op.table_width + x.index) * channels;
          const double weight = y.weight * x.weight;
          for (size_t i = 0; i < c; ++i) sums[i] += weight * static_cast<double>(row[i]);
        }
      }
      for (const double sum : sums) out.push_back(static_cast<float>(sum));
    }
  }
  return out;
}

}  // namespace loci
