// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "dataset_argument.h"
#include "thumbnail.h"
#include "verb.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/eval/doctor.h"

#include <filesystem>

namespace loci::cli {
namespace {

struct DoctorVerb {
  std::vector<std::string> datasets;
  std::string html;
  DatasetOptions data;
  DoctorOptions options;
};

// A data set with all its parts (train, val, test), or the one that was asked for.
Status load_parts(const std::string& path,
                  const DatasetOptions& options,
                  std::vector<Dataset>* parts) {
  if (const auto info = file_info(path); !info.ok()) return info.status();
  std::vector<std::string> splits = {options.split};
  if (options.split.empty()) {
    LOCI_TRY(known, dataset_splits(path, options.format));
    if (!known.empty()) splits = known;
  }
  for (const std::string& split : splits) {
    DatasetOptions one = options;
    one.split = split;
    LOCI_TRY(dataset, read_dataset_argument(path, one));
    if (splits.size() > 1 && dataset.name.find('/') == std::string::npos)
      dataset.name += "/" + split;
    parts->push_back(std::move(dataset));
  }
  return {};
}

// Sets in folders of one name would not be told apart.
void tell_apart(std::vector<Dataset>* parts, const std::vector<std::string>& datasets) {
  if (parts->size() != datasets.size()) return;
  for (size_t i = 0; i < parts->size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if ((*parts)[i].name != (*parts)[j].name) continue;
      (*parts)[i].name = datasets[i];
      (*parts)[j].name = datasets[j];
    }
  }
}

Status run(const DoctorVerb& verb, Console& console) {
  DatasetOptions data = verb.data;
  data.skip_missing = true;  // what is absent is a finding
  data.keep_empty = true;    // also where that is all
  std::vector<Dataset> parts;
  for (const std::string& path : verb.datasets)
    LOCI_RETURN_IF_ERROR(load_parts(path, data, &parts));
  tell_apart(&parts, verb.datasets);
  for (const Dataset& part : parts) {
    for (const std::string& note : part.notes) console.note(printable(part.name) + ": " + note);
  }
  LOCI_TRY(report, examine(parts, verb.options, console.job()));
  console.result_json(report.to_json());
  console.result(report.to_text());
  if (!verb.html.empty()) {
    constexpr int kThumbnailSide = 240;
    DoctorPageOptions page;
    page.thumbnail = [](const std::string& path) { return jpeg_thumbnail(path, kThumbnailSide); };
    page.command = "loci doctor";
    for (const std::string& path : verb.datasets) page.command += " " + path;
    std::string title = "Examination of";
    for (size_t i = 0; i < parts.size(); ++i)
      title += (i == 0 ? " " : ", ") + to_utf8(parts[i].name);
    LOCI_RETURN_IF_ERROR(write_file(verb.html, doctor_page(title, report, page)));
    console.note("page: " + verb.html);
  }
  const int64_t errors = report.count(Severity::kError);
  if (errors > 0) {
    return corrupt(format("%lld error%s found; figures made with this data set would be wrong",
                          static_cast<long long>(errors),
                          errors == 1 ? " was" : "s were"));
  }
  return {};
}

}  // namespace

void add_doctor_verb(Program& program) {
  auto verb = std::make_shared<DoctorVerb>();
  CLI::App* app = add_verb(
      program,
      "doctor",
      "Find what is wrong with a data set, what it costs and what to do",
      "  loci doctor pitts30k/ --html pitts30k.html\n"
      "  loci doctor train.mat val.mat test.mat          parts of one set: do they overlap?\n"
      "  loci doctor photos/ --json | jq -r '.findings[] | select(.check == \"broken\") | "
      ".where[]'\n"
      "Exit status 1 when an error is found; docs/doctor.md explains every finding.");
  app->add_option(
         "datasets", verb->datasets, "folders or files that say what they are (docs/data_sets.md)")
      ->required();
  add_output(program,
             app,
             "--html",
             verb->html,
             OutputKind::kPage,
             "write a page with pictures, maps and histograms to this file");
  app->add_option("--threads", verb->options.num_threads, "threads, 0 for all")
      ->capture_default_str();
  add_options(app, verb->data);
  add_options(app, verb->options);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run(*verb, console); };
  });
}

}  // namespace loci::cli
