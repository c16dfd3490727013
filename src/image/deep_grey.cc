// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/deep_grey.h"

#include "codecs.h"

#include "loci/base/check.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace loci {
namespace {

constexpr int kValues = 65536;
constexpr int kFewest = 16384;  // a span below this leaves less than 64 of 256 steps
constexpr double kCut = 0.005;

}  // namespace

void deep_grey(std::span<const uint16_t> values, std::span<uint8_t> out) {
  LOCI_REQUIRE(values.size() == out.size(), "a byte for each value");
  std::vector<uint32_t> counts(kValues);
  for (const uint16_t v : values) ++counts[v];
  // The value at a rank, counted from the darkest.
  const auto at_rank = [&](size_t rank) {
    size_t seen = 0;
    for (int v = 0; v < kValues; ++v) {
      seen += counts[static_cast<size_t>(v)];
      if (seen > rank) return v;
    }
    return kValues - 1;
  };
  const auto cut = static_cast<size_t>(kCut * static_cast<double>(values.size()));
  int low = 0, high = kValues - 1;
  if (!values.empty()) {
    const int l = at_rank(cut), h = at_rank(values.size() - 1 - cut);
    if (h > l && h - l < kFewest) {
      low = l;
      high = h;
    }
  }
  std::vector<uint8_t> table(kValues);
  const int span = high - low;
  const bool stretched = span < kValues - 1;
  for (int v = 0; v < kValues; ++v) {
    const int64_t above = std::clamp(v, low, high) - low;
    table[static_cast<size_t>(v)] =
        static_cast<uint8_t>(stretched ? (above * 255 + span / 2) / span : v >> 8);
  }
  for (size_t i = 0; i < values.size(); ++i) out[i] = table[values[i]];
}

void internal::spread_grey(const std::vector<uint16_t>& values, Image* image) {
  std::vector<uint8_t> grey(values.size());
  deep_grey(values, grey);
  for (size_t i = 0; i < grey.size(); ++i) std::fill_n(image->pixels.data() + 3 * i, 3, grey[i]);
}

}  // namespace loci
