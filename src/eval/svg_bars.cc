// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "svg_bars.h"

#include "loci/base/text.h"

#include <algorithm>

namespace loci {
namespace {

constexpr double kWidth = 520, kHeight = 220, kSide = 12, kTop = 22, kBottom = 44;
constexpr double kWidestBar = 64, kGapPart = 0.25;
constexpr int64_t kMostSingleBars = 12;

struct Range {
  int64_t low, high;
};

std::vector<Range> ranges_up_to(int64_t largest) {
  std::vector<Range> ranges;
  if (largest <= kMostSingleBars) {
    for (int64_t value = 0; value <= largest; ++value) ranges.push_back({value, value});
    return ranges;
  }
  ranges = {{0, 0}, {1, 1}, {2, 2}, {3, 4}, {5, 9}};
  for (int64_t power = 10; ranges.back().high < largest && power < largest * 2; power *= 10) {
    for (const auto& [from, to] : {Range{1, 2}, Range{2, 5}, Range{5, 10}}) {
      if (ranges.back().high < largest) ranges.push_back({from * power, to * power - 1});
    }
  }
  return ranges;
}

}  // namespace

std::vector<Bar> histogram_bars(const std::map<int64_t, int64_t>& counts) {
  std::vector<Bar> bars;
  if (counts.empty()) return bars;
  for (const auto& [low, high] : ranges_up_to(counts.rbegin()->first)) {
    Bar bar{.label = low == high ? std::to_string(low)
                                 : std::to_string(low) + "\u2013" + std::to_string(high)};
    for (auto it = counts.lower_bound(low); it != counts.end() && it->first <= high; ++it)
      bar.count += it->second;
    bars.push_back(bar);
  }
  while (bars.size() > 1 && bars.front().count == 0) bars.erase(bars.begin());
  return bars;
}

std::string bar_chart(const std::vector<Bar>& bars,
                      const std::string& title,
                      const std::string& x_label) {
  int64_t most = 1;
  for (const Bar& bar : bars) most = std::max(most, bar.count);
  const double step =
      bars.empty() ? 1
                   : std::min(kWidestBar, (kWidth - 2 * kSide) / static_cast<double>(bars.size()));
  const double left = (kWidth - step * static_cast<double>(bars.size())) / 2;
  const double floor = kHeight - kBottom;
  std::string svg =
      format("<svg class=\"plot\" viewBox=\"0 0 %g %g\" role=\"img\"><title>", kWidth, kHeight) +
      escape_html(title) + "</title>";
  for (size_t i = 0; i < bars.size(); ++i) {
    const double height =
        (floor - kTop) * static_cast<double>(bars[i].count) / static_cast<double>(most);
    const double x = left + step * static_cast<double>(i), middle = x + step / 2;
    svg += format(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" fill=\"var(--%s)\"/>",
        x + step * kGapPart / 2,
        floor - height,
        step * (1 - kGapPart),
        height,
        bars[i].marked ? "bad" : "series-1");
    svg += format(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" style=\"font-size:11px\">%lld"
        "</text>",
        middle,
        floor - height - 5,
        static_cast<long long>(bars[i].count));
    svg += format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" style=\"font-size:11px\">",
                  middle,
                  floor + 16) +
           escape_html(bars[i].label) + "</text>";
  }
  svg += format("<line x1=\"%g\" x2=\"%g\" y1=\"%g\" y2=\"%g\" stroke=\"var(--soft)\"/>",
                kSide,
                kWidth - kSide,
                floor,
                floor);
  return svg + format("<text x=\"%g\" y=\"%g\" text-anchor=\"middle\">", kWidth / 2, kHeight - 8) +
         escape_html(x_label) + "</text></svg>\n";
}

}  // namespace loci
