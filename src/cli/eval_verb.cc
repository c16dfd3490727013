// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "dataset_argument.h"
#include "thumbnail.h"
#include "verb.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/data/dataset.h"
#include "loci/describe/adapt.h"
#include "loci/describe/named_model.h"
#include "loci/describe/reduce.h"
#include "loci/eval/report.h"
#include "loci/place/evaluate.h"

#include <algorithm>

namespace loci::cli {
namespace {

struct EvalVerb {
  std::string dataset;
  std::vector<std::string> models;
  std::vector<int> n = {1, 5, 10, 20};
  std::string precision = "auto";
  std::string adapt = "auto";
  std::string html;
  int dim = 0;
  std::string dimensions = "auto";
  DatasetOptions data;
  LearnOptions learn = classic_learn_options();
  bool condition_adapt = false;
  bool verify = false;
  VerifyOptions verify_options;
};

/// The figure that the data set's custom reports: of all queries, or of those with a right answer.
bool of_answerable(const Dataset& dataset) { return dataset.rule.answerable_only; }

std::string run_json(const Dataset& dataset, const Evaluation& run, const Evaluation* first) {
  JsonWriter json;
  json.object()
      .member("model", run.model)
      .member("fingerprint", run.fingerprint)
      .member("dataset", dataset.name);
  json.member("rule", describe_rule(dataset.rule))
      .member("dim", run.dim)
      .member("queries", run.recall.queries);
  json.member("answerable", run.recall.answerable_queries)
      .member("database", dataset.database.size());
  const auto table = [&](const char* name, const std::vector<double>& values) {
    json.key(name).object();
    for (size_t i = 0; i < values.size(); ++i)
      json.member(std::to_string(run.recall.n[i]), values[i]);
    json.end();
  };
  const bool answerable = of_answerable(dataset);
  table("recall", answerable ? run.recall.answerable : run.recall.all);
  table("recall_all", run.recall.all);
  table("recall_answerable", run.recall.answerable);
  json.key("ci95").object();
  for (size_t i = 0; i < run.recall.n.size(); ++i) {
    json.key(std::to_string(run.recall.n[i])).array();
    json.value(answerable ? run.recall.answerable_ci95_low[i] : run.recall.ci95_low[i]);
    json.value(answerable ? run.recall.answerable_ci95_high[i] : run.recall.ci95_high[i]).end();
  }
  json.end().key("missing").array();
  for (const std::string& name : dataset.missing) json.value(name);
  json.end()
      .member("as_sets", run.as_sets)
      .member("ms_per_image", run.ms_per_image)
      .member("failed", run.failed.size());
  if (!run.verified.empty())
    json.member("verified", run.verified).member("verify_ms_per_query", run.verify_ms);
  if (first != nullptr) {
    const RecallGain gain = recall_gain(first->recall, run.recall);
    json.key("gain").object().member("over", first->model);
    for (size_t i = 0; i < gain.gain.size(); ++i) {
      json.key(std::to_string(run.recall.n[i])).array();
      json.value(gain.gain[i]).value(gain.ci95_low[i]).value(gain.ci95_high[i]).end();
    }
    json.end();
  }
  json.end();
  return json.str();
}

std::string run_text(const Dataset& dataset, const Evaluation& run) {
  const std::string name = run.as_sets            ? "+ queries used as a set"
                           : run.verified.empty() ? run.model
                                                  : "+ " + run.verified + " check";
  std::string text = format("%-28.28s %5lld", name.c_str(), static_cast<long long>(run.dim));
  for (size_t i = 0; i < run.recall.n.size(); ++i) {
    const Recall& r = run.recall;
    text += of_answerable(dataset)
                ? format("   %.3f [%.3f %.3f]",
                         r.answerable[i],
                         r.answerable_ci95_low[i],
                         r.answerable_ci95_high[i])
                : format("   %.3f [%.3f %.3f]", r.all[i], r.ci95_low[i], r.ci95_high[i]);
  }
  return text + (run.verified.empty() ? format("   %.1f", run.ms_per_image)
                                      : format("   %.1f a query", run.verify_ms));
}

std::string gain_text(const Evaluation& first, const Evaluation& run) {
  const RecallGain gain = recall_gain(first.recall, run.recall);
  std::string text = format("%-34.34s",
                            run.as_sets            ? "  more than one query at a time"
                            : run.verified.empty() ? "  more than the first model"
                                                   : "  more than without the check");
  for (size_t i = 0; i < gain.gain.size(); ++i) {
    text += format("  %+.3f [%+.2f %+.2f]", gain.gain[i], gain.ci95_low[i], gain.ci95_high[i]);
  }
  return text;
}

std::string header_text(const Dataset& dataset, const EvalVerb& verb) {
  std::string text = format("%s: %zu queries, %zu database images, right when %s\n",
                            dataset.name.c_str(),
                            dataset.queries.size(),
                            dataset.database.size(),
                            describe_rule(dataset.rule).c_str());
  text += format("%-28s %5s", "model", "dim");
  for (const int n : verb.n) text += format("   %-19s", format("R@%d [95 %%]", n).c_str());
  return text + "   ms/image";
}

/// What doctor's "too_easy" finds (docs/doctor.md), also in sets of few photographs.
void note_blind_guess(const Dataset& dataset,
                      const std::vector<std::vector<int64_t>>& positives,
                      Console& console) {
  constexpr double kTooEasy = 0.5;
  size_t right = 0;
  for (const auto& list : positives) right += list.size();
  const double chance =
      static_cast<double>(right) /
      std::max(1.0, static_cast<double>(positives.size() * dataset.database.size()));
  if (chance > kTooEasy)
    console.note(
        format("a blind guess is right for %.0f %% of the queries: these figures cannot "
               "tell methods apart",
               100 * chance));
}

std::string page_of(const Dataset& dataset,
                    const std::vector<std::vector<int64_t>>& positives,
                    const std::vector<Evaluation>& runs) {
  constexpr int kThumbnailSide = 240;
  std::vector<ModelResult> models;
  for (const Evaluation& run : runs) {
    const std::string name = run.as_sets            ? run.model + ", queries used as a set"
                             : run.verified.empty() ? run.model
                                                    : run.model + ", " + run.verified + " check";
    ModelResult model{.name = name, .recall = run.recall, .results = run.results};
    for (const auto& scores : run.scores)
      model.best_score.push_back(scores.empty() ? -1 : static_cast<double>(scores[0]));
    model.remark =
        format("%lld numbers an image, %.1f ms", static_cast<long long>(run.dim), run.ms_per_image);
    models.push_back(std::move(model));
  }
  ReportOptions options;
  options.thumbnail = [](const std::string& path) { return jpeg_thumbnail(path, kThumbnailSide); };
  return evaluation_page(dataset, positives, models, options);
}

Status run(const EvalVerb& verb, Console& console) {
  if (verb.n.empty() || *std::min_element(verb.n.begin(), verb.n.end()) < 1) {
    return invalid_argument("--n: give cut-offs of 1 and more, such as 1,5,10,20");
  }
  for (const std::string& name : verb.models) LOCI_RETURN_IF_ERROR(check_model_name(name));
  LOCI_TRY(precision, parse_precision(verb.precision));
  LOCI_TRY(adapt, parse_adapt(verb.adapt));
  LOCI_TRY(dimensions, parse_dimensions(verb.dimensions));
  const int depth = verb.verify ? verb.verify_options.num_candidates : 0;
  LOCI_TRY(dataset, read_dataset_argument(verb.dataset, verb.data));
  for (const std::string& note : dataset.notes) console.note(note);
  LOCI_TRY(positives, ground_truth(dataset));
  note_blind_guess(dataset, positives, console);
  if (std::all_of(
          positives.begin(), positives.end(), [](const auto& list) { return list.empty(); })) {
    return invalid_argument(
        printable(verb.dataset) +
        ": no query has a right answer in the database, so there is no recall to "
        "measure; give positions, place names or frame order (docs/data_sets.md)");
  }
  console.result(header_text(dataset, verb));
  std::vector<Evaluation> runs;
  for (const std::string& name : verb.models) {
    const auto database_photos = [&] {
      std::vector<std::string> photos;
      for (const ImageRecord& record : dataset.database)
        photos.push_back(image_path(dataset, record));
      return photos;
    };
    const DescribeOptions describe{.precision = precision, .num_threads = verb.learn.num_threads};
    LOCI_TRY(named, named_model(name, database_photos, verb.learn, console.job()));
    LOCI_TRY(own, model_for_collection(named, database_photos(), adapt, describe, console.job()));
    LOCI_TRY(model, reduce_for_photos(own, database_photos(), dimensions, describe, console.job()));
    LOCI_TRY(describer, Describer::create(model, describe));
    if (!describer->note().empty()) console.note(describer->note());
    Evaluation as_sets;
    LOCI_TRY(done,
             evaluate(dataset,
                      positives,
                      *describer,
                      verb.n,
                      verb.dim,
                      verb.learn.num_threads,
                      console.job(),
                      depth,
                      verb.condition_adapt ? &as_sets : nullptr));
    if (done.model.empty()) done.model = name;
    for (const std::string& failed : done.failed) console.note("failed: " + failed);
    const Evaluation* first = runs.empty() ? nullptr : &runs.front();
    console.result_json(run_json(dataset, done, first));
    console.result(run_text(dataset, done));
    if (first != nullptr) console.result(gain_text(*first, done));
    runs.push_back(std::move(done));
    const size_t plain = runs.size() - 1;
    if (verb.condition_adapt) {
      console.result_json(run_json(dataset, as_sets, &runs[plain]));
      console.result(run_text(dataset, as_sets));
      console.result(gain_text(runs[plain], as_sets));
      runs.push_back(std::move(as_sets));
    }
    if (!verb.verify) continue;
    LOCI_TRY(verifier, Verifier::create(*describer, verb.verify_options));
    LOCI_TRY(verified,
             evaluate_verified(dataset,
                               positives,
                               runs[plain],
                               *verifier,
                               verb.n,
                               verb.learn.num_threads,
                               console.job()));
    console.result_json(run_json(dataset, verified, &runs[plain]));
    console.result(run_text(dataset, verified));
    console.result(gain_text(runs[plain], verified));
    runs.push_back(std::move(verified));
  }
  if (!verb.html.empty()) {
    LOCI_RETURN_IF_ERROR(write_file(verb.html, page_of(dataset, positives, runs)));
    console.note("page: " + verb.html);
  }
  return {};
}

}  // namespace

void add_eval_verb(Program& program) {
  auto verb = std::make_shared<EvalVerb>();
  CLI::App* app =
      add_verb(program,
               "eval",
               "Measure recall on a data set",
               "  loci eval gardens_point --model rootsift-vlad\n"
               "  loci eval pitts30k/ --split test --model a.safetensors --model rootsift-vlad "
               "--html report.html\n"
               "  loci eval webcams --model rootsift-vlad --query-filter time_of_day=night");
  app->add_option(
         "dataset", verb->dataset, "folder or file that says what it is (docs/data_sets.md)")
      ->required();
  app->add_option("--model", verb->models, std::string(kModelHelp) + "; several for a comparison")
      ->required();
  app->add_option("--n", verb->n, "cut-offs N of recall@N")->delimiter(',')->capture_default_str();
  add_output(program,
             app,
             "--html",
             verb->html,
             OutputKind::kPage,
             "write a page with curves and failed queries to this file");
  app->add_option(
         "--dim", verb->dim, "keep the first DIM coordinates of (whitened) descriptors, 0 for all")
      ->capture_default_str();
  app->add_option("--precision", verb->precision, "fp32, bf16, int8 or auto")
      ->capture_default_str();
  app->add_option("--adapt", verb->adapt, kAdaptHelp)->capture_default_str();
  app->add_option(
         "--dimensions",
         verb->dimensions,
         "shorten descriptors by a projection learnt from the database: auto (4,096 numbers "
         "from more than 5,000 photographs on), full, or how many")
      ->capture_default_str();
  app->add_flag(
      "--condition-adapt",
      verb->condition_adapt,
      "also standardise queries and database, each as a set, and measure that: for queries "
      "of one condition, such as a drive at night");
  app->add_flag("--verify",
                verb->verify,
                "also put the best results in the order of a geometric check, and measure that");
  add_options(app, verb->data);
  add_options(app, verb->learn);
  add_options(app, verb->verify_options);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run(*verb, console); };
  });
}

}  // namespace loci::cli
