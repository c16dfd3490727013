// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace loci {

struct Bar {
  std::string label;
  int64_t count = 0;
  bool marked = false;  ///< drawn in the colour of what is wrong
};

/// A bar chart as inline SVG (class "plot") with the count above each bar. Texts are escaped.
std::string bar_chart(const std::vector<Bar>& bars,
                      const std::string& title,
                      const std::string& x_label);

/// Bars of a histogram value -> count, value >= 0: one for each value up to 12, else for 0, 1, 2,
/// 3-4, 5-9, 10-19, 20-49, 50-99, 100-199, ...; empty ones are kept between others, so that gaps
/// show, and left out in front.
std::vector<Bar> histogram_bars(const std::map<int64_t, int64_t>& counts);

}  // namespace loci
