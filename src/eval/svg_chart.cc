// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/eval/svg_chart.h"

#include "loci/base/check.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

// Small enough that the letters stay readable when a phone shows the picture at its width.
constexpr double kWidth = 520, kHeight = 300;
constexpr double kLeft = 66, kRight = 14, kTop = 14, kBottom = 46;
constexpr size_t kColours = 6;

std::string colour(size_t i) { return format("var(--series-%zu)", i % kColours + 1); }

struct Axes {
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;
  bool log_x = false;

  double x(double value) const {
    const double at = log_x ? std::log(value) : value;
    return kLeft + (at - x_low) / (x_high - x_low) * (kWidth - kLeft - kRight);
  }
  double y(double value) const {
    const double at = std::clamp(value, y_low, y_high);
    return kHeight - kBottom - (at - y_low) / (y_high - y_low) * (kHeight - kTop - kBottom);
  }
};

Axes make_axes(const std::vector<ChartSeries>& series, const ChartOptions& options) {
  Axes axes{.x_low = INFINITY,
            .x_high = -INFINITY,
            .y_low = options.y_min,
            .y_high = options.y_max,
            .log_x = options.log_x};
  const auto reach = [&](double value) {
    if (!std::isfinite(value) || (options.log_x && value <= 0)) return;
    const double at = options.log_x ? std::log(value) : value;
    axes.x_low = std::min(axes.x_low, at);
    axes.x_high = std::max(axes.x_high, at);
  };
  for (const ChartSeries& one : series) {
    for (const double value : one.x) reach(value);
  }
  for (const double value : options.x_ticks) reach(value);
  if (axes.x_low > axes.x_high) axes.x_low = 0, axes.x_high = 1;
  if (axes.x_low == axes.x_high) axes.x_low -= 0.5, axes.x_high += 0.5;
  return axes;
}

std::string number(double value) { return format("%g", value); }

std::string text(double x, double y, const char* anchor, const std::string& content) {
  return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor) +
         escape_html(content) + "</text>";
}

std::string frame(const Axes& axes, const ChartOptions& options) {
  std::string svg;
  const std::vector<double> y_ticks =
      options.y_ticks.empty() ? round_ticks(options.y_min, options.y_max) : options.y_ticks;
  for (const double tick : y_ticks) {
    const double y = axes.y(tick);
    svg += format("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"var(--line)\"/>",
                  kLeft,
                  kWidth - kRight,
                  y,
                  y);
    svg += text(kLeft - 7,
                y + 4,
                "end",
                options.y_percent ? number(std::round(tick * 1e6) / 1e4) + " %" : number(tick));
  }
  std::vector<double> x_ticks = options.x_ticks;
  if (x_ticks.empty() && !options.log_x) x_ticks = round_ticks(axes.x_low, axes.x_high);
  for (const double tick : x_ticks) {
    const double x = axes.x(tick), y = kHeight - kBottom;
    svg += format("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"var(--soft)\"/>",
                  x,
                  x,
                  y,
                  y + 5);
    svg += text(x, y + 19, "middle", number(tick));
  }
  svg += format("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"var(--soft)\"/>",
                kLeft,
                kWidth - kRight,
                kHeight - kBottom,
                kHeight - kBottom);
  svg += text((kLeft + kWidth - kRight) / 2, kHeight - 8, "middle", options.x_label);
  svg += format("<text transform=\"translate(12 %.1f) rotate(-90)\" text-anchor=\"middle\">",
                (kTop + kHeight - kBottom) / 2) +
         escape_html(options.y_label) + "</text>";
  return svg;
}

std::string line(const Axes& axes, const ChartSeries& one, size_t index) {
  std::string path;
  bool pen_down = false;
  for (size_t i = 0; i < one.x.size(); ++i) {
    const bool drawn =
        std::isfinite(one.x[i]) && std::isfinite(one.y[i]) && (!axes.log_x || one.x[i] > 0);
    if (drawn)
      path += format("%c%.1f %.1f", pen_down ? 'L' : 'M', axes.x(one.x[i]), axes.y(one.y[i]));
    pen_down = drawn;
  }
  std::string svg =
      "<path d=\"" + path +
      "\" fill=\"none\" stroke-width=\"2.2\" stroke-linejoin=\"round\" stroke-linecap=\"round\"";
  if (index >= kColours) svg += " stroke-dasharray=\"6 5\"";
  return svg + "/>";
}

std::string marks(const Axes& axes, const ChartSeries& one) {
  std::string svg;
  for (size_t i = 0; i < one.x.size(); ++i) {
    if (!std::isfinite(one.x[i]) || !std::isfinite(one.y[i])) continue;
    const double x = axes.x(one.x[i]);
    const bool interval =
        !one.low.empty() && std::isfinite(one.low[i]) && std::isfinite(one.high[i]);
    if (interval) {
      const double low = axes.y(one.low[i]), high = axes.y(one.high[i]);
      svg += format(
          "<path d=\"M%.1f %.1fV%.1fM%.1f %.1fh8M%.1f %.1fh8\" opacity=\".55\" fill=\"none\"/>",
          x,
          low,
          high,
          x - 4,
          low,
          x - 4,
          high);
    }
    if (one.markers && (interval || one.low.empty())) {
      svg += format(
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\" stroke=\"none\"/>", x, axes.y(one.y[i]));
    }
  }
  return svg;
}

std::string legend(const std::vector<ChartSeries>& series) {
  std::string html = "<p style=\"display:flex;flex-wrap:wrap;gap:.2rem 1.2rem\">";
  for (size_t i = 0; i < series.size(); ++i) {
    html +=
        "<span><span "
        "style=\"display:inline-block;width:1.4em;vertical-align:middle;margin-right:.45em;border-"
        "top:3px " +
        std::string(i < kColours ? "solid " : "dashed ") + colour(i) + "\"></span>" +
        escape_html(series[i].name) + "</span>";
  }
  return html + "</p>";
}

}  // namespace

std::vector<double> round_ticks(double low, double high, int count) {
  std::vector<double> ticks;
  if (!(high > low) || !std::isfinite(high - low) || count < 1) return ticks;
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double factor = rough / power;
  const double step = power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
  const double slack = step * 1e-9;
  for (double i = std::ceil((low - slack) / step); i * step <= high + slack; ++i)
    ticks.push_back(i * step + 0.0);  // never -0
  return ticks;
}

std::string line_chart(const std::vector<ChartSeries>& series, const ChartOptions& options) {
  LOCI_REQUIRE(options.y_min < options.y_max, "a chart needs some height");
  for (const ChartSeries& one : series) {
    LOCI_REQUIRE(one.x.size() == one.y.size(), "a point has an x and a y");
    LOCI_REQUIRE(
        one.low.size() == one.high.size() && (one.low.empty() || one.low.size() == one.x.size()),
        "intervals belong to points");
  }
  const Axes axes = make_axes(series, options);
  std::string svg =
      format("<svg class=\"plot\" viewBox=\"0 0 %g %g\" role=\"img\"><title>", kWidth, kHeight) +
      escape_html(options.title) + "</title>" + frame(axes, options);
  for (size_t i = series.size(); i-- > 0;) {  // the first series on top
    svg += "<g stroke=\"" + colour(i) + "\" fill=\"" + colour(i) + "\">" +
           line(axes, series[i], i) + marks(axes, series[i]) + "</g>";
  }
  return svg + "</svg>\n" + legend(series) + "\n";
}

}  // namespace loci
