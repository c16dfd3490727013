// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bands.h"

#include <algorithm>

namespace loci::internal {
namespace {

/// Rows [low, high) of a convolution's map that its strip holds.
struct Strip {
  int low = 0, high = 0;
  bool empty() const { return low == high; }
};

int parts(int whole, int part) { return (whole + part - 1) / part; }

/// The work for rows [begin, end) of the last convolution, from the last to the first; `strips` then hold what the band
/// needs.
std::vector<BandWork> band(const std::vector<BandConv>& chain,
                           std::vector<Strip>& strips,
                           int begin,
                           int end) {
  std::vector<BandWork> work(chain.size());
  work.back().first = begin;
  work.back().rows = end - begin;
  for (size_t j = chain.size(); j-- > 0;) {
    const BandConv& conv = chain[j];
    BandWork& mine = work[j];
    if (mine.rows == 0) break;  // nothing before it is needed either
    const int low = mine.first * conv.stride - conv.pad_top;
    const int high = (mine.first + mine.rows - 1) * conv.stride - conv.pad_top + conv.reach;
    if (j == 0) {
      mine.source_row = std::max(low, 0);
      mine.pad_top = std::max(-low, 0);
      mine.pad_bottom = std::max(high - conv.in_rows, 0);
      break;
    }
    Strip& strip = strips[j - 1];
    BandWork& before = work[j - 1];
    const int there = strip.empty() ? low : std::max(strip.high, low);
    before.keep_rows = there - low;
    before.keep_from = before.keep_rows > 0 ? low - strip.low : 0;
    const int map_rows = chain[j - 1].out_rows;
    before.first = std::clamp(there, 0, map_rows);
    before.rows = std::clamp(high, 0, map_rows) - before.first;
    before.zero_from = there - low;
    before.zero_rows = std::min(before.first - there, high - there);
    if (there >= map_rows) {  // all that is new lies below the map
      before.rows = 0;
      before.zero_rows = high - there;
    } else {
      before.strip_row = before.first - low;
      before.zero_after = std::max(0, high - before.first - before.rows);
    }
    strip = {low, high};
  }
  return work;
}

}  // namespace

BandSchedule schedule_bands(const std::vector<BandConv>& chain, int band_rows, int num_segments) {
  BandSchedule out;
  out.strip_rows.assign(chain.size() - 1, 0);
  const int rows = chain.back().out_rows;
  const int segment_rows = parts(rows, std::max(1, num_segments));
  for (int start = 0; start < rows; start += segment_rows) {
    const int stop = std::min(rows, start + segment_rows);
    const int even = parts(stop - start, parts(stop - start, std::max(1, band_rows)));
    std::vector<Strip> strips(chain.size() - 1);
    auto& bands = out.segments.emplace_back();
    for (int begin = start; begin < stop; begin += even) {
      bands.push_back(band(chain, strips, begin, std::min(stop, begin + even)));
      for (size_t j = 0; j < strips.size(); ++j)
        out.strip_rows[j] = std::max(out.strip_rows[j], strips[j].high - strips[j].low);
    }
  }
  return out;
}

}  // namespace loci::internal
