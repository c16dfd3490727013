// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "near_copies.h"

#include "loci/image/resize.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>

namespace loci {
namespace {

constexpr int kSide = NearPrint::kSide;
constexpr int kBands = 8, kBandBits = 16;
constexpr size_t kWindow = 64;
constexpr int kMaxDifferentSigns = 16;
constexpr double kLeastLikeness = 0.95;
constexpr double kLeastContrast = 4;  // levels; below it noise decides the signs

// Mean grey of the cells of a columns x rows grid over the print.
std::vector<float> cells(const NearPrint& print, int columns, int rows) {
  std::vector<float> mean;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      float sum = 0;
      int count = 0;
      for (int y = r * kSide / rows; y < (r + 1) * kSide / rows; ++y) {
        for (int x = c * kSide / columns; x < (c + 1) * kSide / columns; ++x, ++count)
          sum += print.grey[static_cast<size_t>(y * kSide + x)];
      }
      mean.push_back(sum / static_cast<float>(count));
    }
  }
  return mean;
}

uint64_t signs_of(const NearPrint& print, bool across) {
  const int columns = across ? 9 : 8, rows = across ? 8 : 9;
  const std::vector<float> mean = cells(print, columns, rows);
  uint64_t bits = 0;
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) {
      const auto at = static_cast<size_t>(y * columns + x);
      const size_t next = across ? at + 1 : at + static_cast<size_t>(columns);
      bits = bits << 1 | (mean[next] > mean[at] ? 1u : 0u);
    }
  }
  return bits;
}

uint16_t band_of(const NearPrint& print, int band) {
  return static_cast<uint16_t>(print.signs[static_cast<size_t>(band / 4)] >>
                               (kBandBits * (band % 4)));
}

int different_signs(const NearPrint& a, const NearPrint& b) {
  return std::popcount(a.signs[0] ^ b.signs[0]) + std::popcount(a.signs[1] ^ b.signs[1]);
}

}  // namespace

NearPrint near_print(const Image& image) {
  NearPrint print;
  if (image.empty()) return print;
  const std::vector<uint8_t> grey = to_grey(resize(image, kSide, kSide, Resampling::kArea));
  std::copy(grey.begin(), grey.end(), print.grey.begin());
  double sum = 0, squares = 0;
  for (const uint8_t level : grey) sum += level, squares += double{1} * level * level;
  const auto n = static_cast<double>(grey.size());
  print.contrast = std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n)));
  print.usable = print.contrast >= kLeastContrast;
  print.signs = {signs_of(print, true), signs_of(print, false)};
  return print;
}

double likeness(const NearPrint& a, const NearPrint& b) {
  int64_t both = 0, own_a = 0, own_b = 0;
  const auto add = [&](size_t at, size_t next) {
    const int da = a.grey[next] - a.grey[at], db = b.grey[next] - b.grey[at];
    both += da * db;
    own_a += da * da;
    own_b += db * db;
  };
  for (size_t y = 0; y < kSide; ++y) {
    for (size_t x = 0; x < kSide; ++x) {
      const size_t at = y * kSide + x;
      if (x + 1 < kSide) add(at, at + 1);
      if (y + 1 < kSide) add(at, at + kSide);
    }
  }
  const double size = std::sqrt(static_cast<double>(own_a) * static_cast<double>(own_b));
  return size > 0 ? static_cast<double>(both) / size : 0;
}

void find_near_copies(const std::vector<NearPrint>& prints,
                      const std::function<void(int64_t, int64_t)>& found) {
  std::vector<size_t> order;
  for (size_t i = 0; i < prints.size(); ++i) {
    if (prints[i].usable) order.push_back(i);
  }
  for (int band = 0; band < kBands; ++band) {
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return std::tuple(band_of(prints[a], band), prints[a].signs, a) <
             std::tuple(band_of(prints[b], band), prints[b].signs, b);
    });
    for (size_t at = 0; at < order.size(); ++at) {
      const NearPrint& one = prints[order[at]];
      for (size_t to = at + 1; to < std::min(order.size(), at + 1 + kWindow); ++to) {
        const NearPrint& other = prints[order[to]];
        if (band_of(one, band) != band_of(other, band)) break;
        if (different_signs(one, other) > kMaxDifferentSigns) continue;
        if (likeness(one, other) < kLeastLikeness) continue;
        const auto i = static_cast<int64_t>(order[at]), j = static_cast<int64_t>(order[to]);
        found(std::min(i, j), std::max(i, j));
      }
    }
  }
}

}  // namespace loci
