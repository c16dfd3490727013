// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/eval/report.h"

#include "loci/eval/precision_recall.h"
#include "loci/eval/svg_chart.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace loci {
namespace {

using Lists = std::vector<std::vector<int64_t>>;

size_t count(const std::string& text, const std::string& word) {
  size_t found = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

TEST(PrecisionRecall, CurveByHand) {
  // By falling score: right, right, wrong, right; five queries have an answer.
  const std::vector<double> score = {0.5, 0.9, 0.7, 0.8};
  const std::vector<uint8_t> right = {1, 1, 0, 1};
  const PrecisionRecall curve = precision_recall(score, right, 5);
  EXPECT_EQ(curve.threshold, (std::vector<double>{0.9, 0.8, 0.7, 0.5}));
  EXPECT_EQ(curve.precision, (std::vector<double>{1, 1, 2.0 / 3, 0.75}));
  EXPECT_EQ(curve.recall, (std::vector<double>{0.2, 0.4, 0.4, 0.6}));
  EXPECT_NEAR(curve.average_precision, 0.2 + 0.2 + 0.2 * 0.75, 1e-15);
  EXPECT_EQ(curve.recall_at_full_precision, 0.4);
}

TEST(PrecisionRecall, EqualScoresAreOneThreshold) {
  const std::vector<double> score = {1, 1, 1};
  const PrecisionRecall curve = precision_recall(score, std::vector<uint8_t>{1, 0, 1}, 2);
  ASSERT_EQ(curve.threshold.size(), 1u);
  EXPECT_DOUBLE_EQ(curve.precision[0], 2.0 / 3);
  EXPECT_EQ(curve.recall_at_full_precision, 0);
}

TEST(PrecisionRecall, NotANumberRefusesToAnswer) {
  const std::vector<double> score = {std::nan(""), 2};
  const PrecisionRecall curve = precision_recall(score, std::vector<uint8_t>{1, 1}, 2);
  EXPECT_EQ(curve.recall, (std::vector<double>{0.5}));
}

TEST(PrecisionRecall, MoreRightThanPossibleBreaksTheContract) {
  EXPECT_THROW(precision_recall(std::vector<double>{1}, std::vector<uint8_t>{1}, 0),
               std::invalid_argument);
}

TEST(RoundTicks, AreRoundAndInside) {
  EXPECT_EQ(round_ticks(0, 1, 5).size(), 6u);
  EXPECT_EQ(round_ticks(3, 47, 5), (std::vector<double>{10, 20, 30, 40}));
  EXPECT_TRUE(round_ticks(1, 1).empty());
  EXPECT_TRUE(round_ticks(0, std::numeric_limits<double>::infinity()).empty());
}

TEST(LineChart, HasALineForEachSeriesAndEscapesNames) {
  const std::string svg = line_chart(
      {{.name = "a<b", .x = {1, 2}, .y = {0, 1}, .low = {}, .high = {}},
       {.name = "c", .x = {1, 2}, .y = {0.5, NAN}, .low = {0.4, NAN}, .high = {0.6, NAN}}},
      {.title = "T & U"});
  EXPECT_EQ(count(svg, "stroke-width=\"2.2\""), 2u);
  EXPECT_NE(svg.find("a&lt;b"), std::string::npos);
  EXPECT_NE(svg.find("T &amp; U"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

TEST(LineChart, PointsLieWhereTheAxesSay) {
  const std::string svg =
      line_chart({{.name = "s", .x = {0, 10}, .y = {0, 1}, .low = {}, .high = {}}}, {});
  EXPECT_NE(svg.find("M66.0 254.0L506.0 14.0"), std::string::npos)
      << svg;  // the corners of the plot
}

TEST(LineChart, NothingToDrawIsStillAChart) {
  EXPECT_NE(line_chart({}, {}).find("</svg>"), std::string::npos);
  const std::string one =
      line_chart({{.name = "s", .x = {1}, .y = {0.5}, .low = {}, .high = {}}}, {.log_x = true});
  EXPECT_EQ(one.find("nan"), std::string::npos);
}

struct Example {
  Dataset dataset;
  Lists positives;
  std::vector<ModelResult> models;
};

// Three queries: right first, right third, without answer.
Example example() {
  Example e;
  e.dataset.name = "toy <set>";
  e.dataset.root = "photos";
  e.dataset.notes = {"a & b"};
  for (int i = 0; i < 4; ++i) {
    e.dataset.database.emplace_back();
    e.dataset.database.back().path = "db" + std::to_string(i) + ".jpg";
    e.dataset.database.back().utm = Utm{.east_m = 100.0 * i, .north_m = 0};
  }
  for (int i = 0; i < 3; ++i) {
    e.dataset.queries.emplace_back();
    e.dataset.queries.back().path = "q" + std::to_string(i) + ".jpg";
    e.dataset.queries.back().utm = Utm{.east_m = i == 2 ? 9999.0 : 100.0 * i, .north_m = 5};
  }
  e.positives = ground_truth(e.dataset).value();
  ModelResult model;
  model.name = "m&m";
  model.results = {{0, 1, 2}, {3, 2, 1}, {3, 2, 1}};
  model.recall = recall_at(model.results, e.positives, {1, 2, 3});
  e.models = {model};
  return e;
}

TEST(EvaluationPage, ShowsTheFailedQueryWithWhatCameAndWhatShouldHave) {
  const Example e = example();
  std::vector<std::string> asked;
  ReportOptions options;
  options.thumbnail = [&](const std::string& path) {
    asked.push_back(path);
    return std::vector<uint8_t>{1, 2, 3};
  };
  const std::string page = evaluation_page(e.dataset, e.positives, e.models, options);
  EXPECT_EQ(asked, (std::vector<std::string>{"photos/q1.jpg", "photos/db3.jpg", "photos/db1.jpg"}));
  EXPECT_NE(page.find("right answer at rank 3"), std::string::npos);
  EXPECT_NE(page.find("200 m away"), std::string::npos);
  EXPECT_NE(page.find("33.3&nbsp;%"), std::string::npos);
  EXPECT_NE(page.find("answerable: 50.0"), std::string::npos);
  EXPECT_NE(page.find("1 query has no right answer"), std::string::npos);
  EXPECT_EQ(count(page, "data:image/jpeg;base64,AQID"), 3u);
}

TEST(EvaluationPage, AsksNothingOfTheNetworkAndEscapesEveryName) {
  Example e = example();
  e.dataset.queries[1].path = "\"><script>x</script>.jpg";
  const std::string page = evaluation_page(e.dataset, e.positives, e.models);
  for (const char* word : {"http://",
                           "https://",
                           "<script",
                           "<link rel=\"stylesheet\"",
                           "@import",
                           "toy <set>",
                           ">m&m<"}) {
    EXPECT_EQ(page.find(word), std::string::npos) << word;
  }
  EXPECT_NE(page.find("toy &lt;set&gt;"), std::string::npos);
  EXPECT_NE(page.find("src=\"file:///"), std::string::npos);
}

TEST(EvaluationPage, SaysHowManyFailuresItLeavesOut) {
  const Example e = example();
  ReportOptions options;
  options.max_failures = 0;
  const std::string page = evaluation_page(e.dataset, e.positives, e.models, options);
  EXPECT_NE(page.find("The first 0 of 1"), std::string::npos);
  EXPECT_EQ(page.find("<img"), std::string::npos);
}

TEST(EvaluationPage, ModelsOfTheSameWrongAnswerShareItsPicture) {
  Example e = example();
  e.models.push_back(e.models[0]);
  e.models[1].name = "other";
  e.models[1].best_score = {0.9, 0.2, 0.1};
  const std::string page = evaluation_page(e.dataset, e.positives, e.models);
  EXPECT_EQ(count(page, "Came first"), 1u);
  EXPECT_NE(page.find("Came first: m&amp;m, other"), std::string::npos);
  EXPECT_EQ(count(page, "average precision"), 1u);
}

TEST(EvaluationPage, OtherQueriesBreakTheContract) {
  const Example e = example();
  EXPECT_THROW(evaluation_page(e.dataset, {}, e.models), std::invalid_argument);
  EXPECT_THROW(evaluation_page(e.dataset, e.positives, {}), std::invalid_argument);
}

}  // namespace
}  // namespace loci
