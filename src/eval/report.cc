// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/eval/report.h"

#include "failures.h"

#include "loci/base/check.h"
#include "loci/base/page.h"
#include "loci/base/text.h"
#include "loci/eval/precision_recall.h"
#include "loci/eval/svg_chart.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

std::string grouped(int64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

// The figures the rule of the data set puts first.
struct Main {
  const std::vector<double>& value;
  const std::vector<double>& low;
  const std::vector<double>& high;
  int64_t queries;
};
Main main_figures(const Dataset& dataset, const Recall& recall) {
  if (dataset.rule.answerable_only) {
    return {recall.answerable,
            recall.answerable_ci95_low,
            recall.answerable_ci95_high,
            recall.answerable_queries};
  }
  return {recall.all, recall.ci95_low, recall.ci95_high, recall.queries};
}

std::string introduction(const Dataset& dataset,
                         const std::vector<ModelResult>& models,
                         const ReportOptions& options) {
  std::string html = "<p class=\"lead\">";
  const Main main = main_figures(dataset, models[0].recall);
  if (!models[0].recall.n.empty() && models[0].recall.n[0] == 1 && models.size() == 1) {
    html += format("The first answer is right for <b>%.1f&nbsp;%%</b> of the queries. ",
                   100 * main.value[0]);
  }
  html += grouped(static_cast<int64_t>(dataset.queries.size())) + " queries were asked among " +
          grouped(static_cast<int64_t>(dataset.database.size())) +
          " database images; an answer counts as right " +
          (dataset.rule.kind == TruthRule::Kind::kPlace    ? "when it shows "
           : dataset.rule.kind == TruthRule::Kind::kRadius ? ""
                                                           : "when it is ") +
          escape_html(describe_rule(dataset.rule)) + ".</p>\n";
  const int64_t without = models[0].recall.queries - models[0].recall.answerable_queries;
  if (without > 0) {
    html += "<p class=\"muted\">" + grouped(without) +
            (without == 1 ? " query has" : " queries have") + " no right answer in the database. " +
            (dataset.rule.answerable_only
                 ? "They are left out of the main figure, as is the custom of this data set."
                 : "They count as misses in the first figure of each cell.") +
            "</p>\n";
  }
  for (const std::string& note : dataset.notes)
    html += "<p class=\"muted\">" + escape_html(note) + "</p>\n";
  if (!options.command.empty())
    html += "<p class=\"muted\"><code>" + escape_html(options.command) + "</code></p>\n";
  return html;
}

std::string recall_table(const Dataset& dataset, const std::vector<ModelResult>& models) {
  const bool two_denominators =
      std::any_of(models.begin(), models.end(), [](const ModelResult& model) {
        return model.recall.answerable_queries != model.recall.queries;
      });
  std::string html = "<div class=\"scroll\"><table><thead><tr><th>Model</th>";
  for (const int n : models[0].recall.n) html += format("<th class=\"num\">recall@%d</th>", n);
  html += "</tr></thead><tbody>\n";
  for (const ModelResult& model : models) {
    html += "<tr><td style=\"min-width:9rem\"><b>" + escape_html(model.name) + "</b>";
    if (!model.remark.empty())
      html += "<br><span class=\"muted\">" + escape_html(model.remark) + "</span>";
    html += "</td>";
    const Main main = main_figures(dataset, model.recall);
    const std::vector<double>& other =
        dataset.rule.answerable_only ? model.recall.all : model.recall.answerable;
    for (size_t i = 0; i < model.recall.n.size(); ++i) {
      html += format(
          "<td class=\"num\"><b>%.1f&nbsp;%%</b><br><span class=\"muted\">%.1f&ndash;%.1f</span>",
          100 * main.value[i],
          100 * main.low[i],
          100 * main.high[i]);
      if (two_denominators) {
        html += format("<br><span class=\"muted\">%s: %.1f</span>",
                       dataset.rule.answerable_only ? "all" : "answerable",
                       100 * other[i]);
      }
      html += "</td>";
    }
    html += "</tr>\n";
  }
  return html +
         "</tbody></table></div>\n<p class=\"muted\">Recall@N: part of the queries with a right "
         "answer among the first N. "
         "Below each: 95&nbsp;% bootstrap interval over the queries.</p>\n";
}

// A point for every N up to the last cut-off; intervals at the cut-offs.
ChartSeries recall_curve(const Dataset& dataset, const ModelResult& model) {
  const Main main = main_figures(dataset, model.recall);
  ChartSeries curve{.name = model.name, .x = {}, .y = {}, .low = {}, .high = {}, .markers = true};
  const int last = *std::max_element(model.recall.n.begin(), model.recall.n.end());
  std::vector<int64_t> hits(static_cast<size_t>(last) + 1, 0);
  for (const int rank : model.recall.first_right) {
    if (rank > 0 && rank <= last) ++hits[static_cast<size_t>(rank)];
  }
  int64_t sum = 0;
  for (int n = 1; n <= last; ++n) {
    sum += hits[static_cast<size_t>(n)];
    const auto cut =
        std::find(model.recall.n.begin(), model.recall.n.end(), n) - model.recall.n.begin();
    const bool has = static_cast<size_t>(cut) < model.recall.n.size();
    curve.x.push_back(n);
    curve.y.push_back(
        main.queries == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(main.queries));
    curve.low.push_back(has ? main.low[static_cast<size_t>(cut)] : NAN);
    curve.high.push_back(has ? main.high[static_cast<size_t>(cut)] : NAN);
  }
  return curve;
}

std::string recall_chart(const Dataset& dataset, const std::vector<ModelResult>& models) {
  ChartOptions chart{.title = "Recall among the first N answers",
                     .x_label = "N answers looked at",
                     .y_label = "recall",
                     .log_x = true};
  std::vector<ChartSeries> curves;
  double lowest = 1;
  for (const ModelResult& model : models) {
    curves.push_back(recall_curve(dataset, model));
    for (const double value : curves.back().y) lowest = std::min(lowest, value);
    for (const double value : curves.back().low)
      lowest = std::isnan(value) ? lowest : std::min(lowest, value);
  }
  // Good models crowd at the top: the axis begins at the tenth below the lowest point, and says so
  // by its numbers.
  chart.y_min = std::min(0.9, std::max(0.0, std::floor(lowest * 10) / 10));
  for (const int n : models[0].recall.n) chart.x_ticks.push_back(n);
  return line_chart(curves, chart);
}

std::string precision_card(const std::vector<std::vector<int64_t>>& positives,
                           const std::vector<ModelResult>& models) {
  const auto answerable = std::count_if(
      positives.begin(), positives.end(), [](const auto& rows) { return !rows.empty(); });
  std::vector<ChartSeries> curves;
  std::string rows;
  for (const ModelResult& model : models) {
    if (model.best_score.empty()) continue;
    std::vector<uint8_t> right;
    for (const int rank : model.recall.first_right) right.push_back(rank == 1 ? 1 : 0);
    const PrecisionRecall curve = precision_recall(model.best_score, right, answerable);
    curves.push_back(
        {.name = model.name, .x = curve.recall, .y = curve.precision, .low = {}, .high = {}});
    rows += "<tr><td><b>" + escape_html(model.name) + "</b></td>" +
            format("<td class=\"num\">%.3f</td><td class=\"num\">%.1f&nbsp;%%</td></tr>\n",
                   curve.average_precision,
                   100 * curve.recall_at_full_precision);
  }
  if (curves.empty()) return "";
  return "<section class=\"card\"><h2>How far the score can be trusted</h2>\n"
         "<p class=\"muted\">If answers below a score were refused: how many of those given would "
         "be right, and how many of all "
         "right ones would be given.</p>\n" +
         line_chart(curves,
                    {.title = "Precision against recall, over all thresholds on the score",
                     .x_label = "recall",
                     .y_label = "precision",
                     .x_ticks = {0, 0.2, 0.4, 0.6, 0.8, 1}}) +
         "<div class=\"scroll\"><table><thead><tr><th>Model</th><th class=\"num\">average "
         "precision</th>"
         "<th class=\"num\">recall without an error</th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div></section>\n";
}

}  // namespace

std::string evaluation_page(const Dataset& dataset,
                            const std::vector<std::vector<int64_t>>& positives,
                            const std::vector<ModelResult>& models,
                            const ReportOptions& options) {
  LOCI_REQUIRE(!models.empty(), "at least one model to report on");
  LOCI_REQUIRE(positives.size() == dataset.queries.size(), "right answers for each query");
  for (const ModelResult& model : models) {
    LOCI_REQUIRE(model.results.size() == positives.size(), "results for each query");
    LOCI_REQUIRE(model.recall.first_right.size() == positives.size(), "recall of the same queries");
    LOCI_REQUIRE(model.recall.n == models[0].recall.n && !model.recall.n.empty(),
                 "all models have the same cut-offs");
    LOCI_REQUIRE(model.best_score.empty() || model.best_score.size() == positives.size(),
                 "scores for each query");
  }
  std::string body = introduction(dataset, models, options);
  body += "<section class=\"card\"><h2>Recall</h2>\n" + recall_table(dataset, models) +
          recall_chart(dataset, models) + "</section>\n";
  body += precision_card(positives, models);
  body += failures_html(dataset, positives, models, options);
  return html_page("Place recognition on " + to_utf8(dataset.name), body);
}

}  // namespace loci
