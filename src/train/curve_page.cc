// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/curve_page.h"

#include "loci/base/file.h"
#include "loci/base/page.h"
#include "loci/base/text.h"
#include "loci/eval/svg_chart.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace loci::train {
namespace {

using Records = std::vector<EpochRecord>;

std::string percent(double part) {
  return std::isfinite(part) ? format("%.1f&nbsp;%%", 100 * part) : "-";
}

std::string number(double value, const char* pattern) {
  return std::isfinite(value) ? format(pattern, value) : "-";
}

double value_at(const std::vector<double>& values, size_t i) {
  return i < values.size() ? values[i] : NAN;
}

/// Round upper end of an axis that shows all of `series` from 0 on.
double axis_top(const std::vector<ChartSeries>& series) {
  double top = 0;
  for (const ChartSeries& one : series) {
    for (const double value : one.y) {
      if (std::isfinite(value)) top = std::max(top, value);
    }
  }
  if (top <= 0) return 1;
  const std::vector<double> ticks = round_ticks(0, top);
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : top;
  return std::ceil(top / step - 1e-9) * step;
}

std::vector<double> epoch_ticks(const Records& records) {
  const int last = records.empty() ? 1 : std::max(1, records.back().epoch);
  std::vector<double> ticks;
  const int step = (last + 9) / 10;
  for (int epoch = 0; epoch <= last; epoch += step) ticks.push_back(epoch);
  return ticks;
}

std::string recall_card(const Records& records) {
  std::vector<ChartSeries> curves;
  double low = 1, high = 0;
  for (const int cut_off : {1, 5, 10}) {
    ChartSeries curve{.name = format("recall@%d", cut_off), .low = {}, .high = {}, .markers = true};
    for (const EpochRecord& record : records) {
      const auto at = std::find(record.n.begin(), record.n.end(), cut_off) - record.n.begin();
      curve.x.push_back(record.epoch);
      curve.y.push_back(record.recall_at(cut_off));
      curve.low.push_back(value_at(record.ci_low, static_cast<size_t>(at)));
      curve.high.push_back(value_at(record.ci_high, static_cast<size_t>(at)));
      for (const double value : {curve.y.back(), curve.low.back(), curve.high.back()}) {
        if (std::isfinite(value) && std::isfinite(curve.y.back()))
          low = std::min(low, value), high = std::max(high, value);
      }
    }
    const bool intervals = std::any_of(
        curve.low.begin(), curve.low.end(), [](double value) { return std::isfinite(value); });
    if (!intervals) curve.low.clear(), curve.high.clear();
    curves.push_back(std::move(curve));
  }
  if (high < low) return "";
  ChartOptions options{.title = "Recall on the validation set by epoch",
                       .x_label = "epoch",
                       .y_label = "recall on the validation set",
                       .x_ticks = epoch_ticks(records)};
  options.y_min = std::min(0.9, std::max(0.0, std::floor(low * 10) / 10));
  return "<section class=\"card\"><h2>Recall on the validation set</h2>\n" +
         line_chart(curves, options) +
         "<p class=\"muted\">Bars are 95&nbsp;% intervals over queries. Epoch 0 is the start.</p>"
         "</section>\n";
}

std::string curve_card(const Records& records,
                       const std::string& heading,
                       const std::string& label,
                       const std::string& remark,
                       const std::function<double(const EpochRecord&)>& value) {
  ChartSeries curve{.name = label, .low = {}, .high = {}, .markers = true};
  for (const EpochRecord& record : records) {
    if (record.counted == 0) continue;
    curve.x.push_back(record.epoch);
    curve.y.push_back(value(record));
  }
  if (curve.x.empty()) return "";
  ChartOptions options{.title = heading + " by epoch", .x_label = "epoch", .y_label = label};
  options.y_max = axis_top({curve});
  options.y_percent = false;
  options.x_ticks = epoch_ticks(records);
  return "<section class=\"card\"><h2>" + heading + "</h2>\n" + line_chart({curve}, options) +
         "<p class=\"muted\">" + remark + "</p></section>\n";
}

std::string epoch_table(const Records& records) {
  std::string rows;
  for (const EpochRecord& record : records) {
    const bool trained = record.counted > 0;
    const double part = static_cast<double>(record.with_violation) /
                        static_cast<double>(std::max<int64_t>(1, record.counted));
    rows += "<tr><td class=\"num\">" + std::to_string(record.epoch) + "</td><td>" +
            (record.best ? "<span class=\"badge good\">best</span>" : "") + "</td>";
    for (const int cut_off : {1, 5, 10})
      rows += "<td class=\"num\">" + percent(record.recall_at(cut_off)) + "</td>";
    rows += "<td class=\"num\">" + (trained ? number(record.loss, "%.5f") : "-") +
            "</td><td class=\"num\">" + (trained ? number(record.violating, "%.2f") : "-") +
            "</td><td class=\"num\">" + (trained ? percent(part) : "-") +
            "</td><td class=\"num\">" + (trained ? number(record.learning_rate, "%g") : "-") +
            "</td><td class=\"num\">" + human_seconds(record.seconds + record.val_seconds) +
            "</td><td class=\"num\">" + std::to_string(record.skipped) + "</td></tr>\n";
  }
  return "<section class=\"card\"><h2>Epochs</h2><div class=\"scroll\"><table><thead><tr>"
         "<th class=\"num\">Epoch</th><th></th><th class=\"num\">R@1</th><th class=\"num\">R@5</th>"
         "<th class=\"num\">R@10</th><th class=\"num\">loss</th><th class=\"num\">violating "
         "negatives</th><th class=\"num\">queries with some</th><th class=\"num\">learning "
         "rate</th><th class=\"num\">time</th><th "
         "class=\"num\">skipped</th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div></section>\n";
}

std::string introduction(const Records& records, const CurveInfo& info) {
  const EpochRecord* best = nullptr;
  for (const EpochRecord& record : records) {
    if (record.best) best = &record;
  }
  std::string text = "<p class=\"lead\">";
  if (records.empty()) {
    text += "No epoch is finished yet.";
  } else {
    text +=
        format("%s after epoch %d.", info.running ? "Running," : "Finished", records.back().epoch);
    if (best != nullptr) {
      text += format(" Best on the validation set: epoch %d, recall@1 ", best->epoch) +
              percent(best->recall_at(1)) + ", recall@5 " + percent(best->recall_at(5)) + ".";
    }
  }
  text += "</p>\n";
  if (!info.command.empty())
    text += "<p class=\"muted\"><code>" + escape_html(info.command) + "</code></p>\n";
  return text;
}

std::string facts_card(const CurveInfo& info) {
  if (info.facts.empty()) return "";
  std::string rows;
  for (const auto& [word, value] : info.facts)
    rows += "<tr><th>" + escape_html(word) + "</th><td>" + escape_html(value) + "</td></tr>\n";
  return "<section class=\"card\"><h2>Run</h2><div class=\"scroll\"><table><tbody>\n" + rows +
         "</tbody></table></div></section>\n";
}

}  // namespace

std::string curve_page(const Records& records, const CurveInfo& info) {
  std::string body = introduction(records, info) + recall_card(records);
  body += curve_card(records,
                     "Loss",
                     "mean loss of a query",
                     "It can stay flat while recall rises: mining finds harder negatives.",
                     [](const EpochRecord& record) { return record.loss; });
  body += curve_card(records,
                     "Violating negatives",
                     "violating negatives a query",
                     "Counted with fresh descriptors; none would mean nothing left to learn.",
                     [](const EpochRecord& record) { return record.violating; });
  body += epoch_table(records) + facts_card(info);
  if (info.running) body += "<script>setTimeout(()=>location.reload(),30000)</script>\n";
  return html_page(info.title, body);
}

Status write_curve_page(const std::string& path, const Records& records, const CurveInfo& info) {
  return write_file(path, curve_page(records, info));
}

}  // namespace loci::train
