// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace loci {

/// One line of a chart. Points with a value that is not finite interrupt it.
struct ChartSeries {
  std::string name;
  std::vector<double> x, y;
  /// Interval of each y, drawn as a bar where both are finite; may be empty.
  std::vector<double> low, high;
  /// A dot on each point that has an interval (on all of them when there are none).
  bool markers = false;
};

struct ChartOptions {
  std::string title;  ///< said by screen readers and on hovering
  std::string x_label;
  std::string y_label;
  double y_min = 0;
  double y_max = 1;
  bool y_percent = true;        ///< 0.5 is written 50 %
  bool log_x = false;           ///< x must be positive
  std::vector<double> x_ticks;  ///< empty: chosen from the data
  std::vector<double> y_ticks;  ///< empty: chosen from y_min and y_max
};

/// A line chart as inline SVG (class "plot", see html_page) with a legend in words and colours
/// below it. Texts are escaped. The first six series have colours of their own, the rest repeat
/// them dashed.
/// Errors:  contract: x, y (and low, high where given) of a series have equal length; y_min < y_max
std::string line_chart(const std::vector<ChartSeries>& series, const ChartOptions& options);

/// At most about `count` round numbers (1, 2 or 5 times a power of ten) from `low` to `high`.
std::vector<double> round_ticks(double low, double high, int count = 6);

}  // namespace loci
