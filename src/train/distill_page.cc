// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "distill_page.h"

#include "loci/base/page.h"
#include "loci/base/text.h"
#include "loci/eval/svg_chart.h"

#include <algorithm>
#include <cmath>

namespace loci::train {
namespace {

using Epochs = std::vector<DistillEpoch>;

std::string chart_card(const std::string& heading,
                       const std::string& remark,
                       std::vector<ChartSeries> curves) {
  double low = INFINITY, high = -INFINITY;
  for (const ChartSeries& curve : curves) {
    for (const double value : curve.y) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  if (!(low <= high)) return "";
  ChartOptions options{.title = heading + " by epoch", .x_label = "epoch", .y_label = heading};
  options.y_percent = false;
  options.y_min = std::min(0.0, low);
  options.y_max = std::max(high * 1.05, options.y_min + 1e-3);
  return "<section class=\"card\"><h2>" + heading + "</h2>\n" + line_chart(curves, options) +
         "<p class=\"muted\">" + remark + "</p></section>\n";
}

ChartSeries series(const std::string& name, const Epochs& epochs, double DistillEpoch::*value) {
  ChartSeries curve{.name = name, .x = {}, .y = {}, .low = {}, .high = {}, .markers = true};
  for (const DistillEpoch& epoch : epochs) {
    curve.x.push_back(epoch.epoch);
    curve.y.push_back(epoch.*value);
  }
  return curve;
}

std::string table(const Epochs& epochs) {
  std::string rows;
  for (const DistillEpoch& e : epochs) {
    rows += format("<tr><td class=\"num\">%d</td><td>%s</td>",
                   e.epoch,
                   e.best ? "<span class=\"badge good\">best</span>" : "");
    for (const double value : {e.val_cosine, e.val_changed, e.val_descriptor, e.loss}) {
      rows += "<td class=\"num\">" + (std::isfinite(value) ? format("%.4f", value) : "-") + "</td>";
    }
    rows += format("<td class=\"num\">%g</td><td class=\"num\">%s</td></tr>\n",
                   e.learning_rate,
                   human_seconds(e.seconds + e.val_seconds).c_str());
  }
  return "<section class=\"card\"><h2>Epochs</h2><div class=\"scroll\"><table><thead><tr>"
         "<th class=\"num\">Epoch</th><th></th><th class=\"num\">cosine</th><th class=\"num\">"
         "cosine, changed</th><th class=\"num\">descriptors differ by</th><th class=\"num\">loss"
         "</th><th class=\"num\">learning rate</th><th class=\"num\">time</th></tr></thead><tbody>"
         "\n" +
         rows + "</tbody></table></div></section>\n";
}

}  // namespace

std::string distill_page(const Epochs& epochs, const CurveInfo& info) {
  std::string body = "<p class=\"lead\">";
  body += epochs.empty() ? "No epoch is finished yet."
                         : format("%s after epoch %d.",
                                  info.running ? "Running," : "Finished",
                                  epochs.back().epoch);
  body += "</p>\n";
  body += chart_card("Cosine of features",
                     "Student against teacher on held-back photos; epoch 0 is the start.",
                     {series("photo as it is", epochs, &DistillEpoch::val_cosine),
                      series("student sees it changed", epochs, &DistillEpoch::val_changed)});
  body += chart_card("Loss",
                     "Mean over the photos of an epoch.",
                     {series("loss", epochs, &DistillEpoch::loss),
                      series("of features", epochs, &DistillEpoch::feature_loss),
                      series("of descriptors", epochs, &DistillEpoch::descriptor_loss)});
  body += table(epochs);
  std::string rows;
  for (const auto& [word, value] : info.facts)
    rows += "<tr><th>" + escape_html(word) + "</th><td>" + escape_html(value) + "</td></tr>\n";
  body += "<section class=\"card\"><h2>Run</h2><div class=\"scroll\"><table><tbody>\n" + rows +
          "</tbody></table></div></section>\n";
  if (info.running) body += "<script>setTimeout(()=>location.reload(),30000)</script>\n";
  return html_page(info.title, body);
}

}  // namespace loci::train
