// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "dataset_argument.h"
#include "verb.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/data/split.h"

namespace loci::cli {
namespace {

struct SplitVerb {
  std::string dataset;
  std::string out;
  DatasetOptions data;
  SplitOptions split;
};

std::string split_json(const Dataset& dataset,
                       const DatasetSplit& split,
                       const SplitVerb& verb,
                       const std::string& file) {
  JsonWriter json;
  json.object().member("dataset", dataset.name).member("out", file).member("method", split.method);
  json.member("buffer_m", verb.split.buffer_m)
      .member("seed", verb.split.seed)
      .key("parts")
      .object();
  for (size_t part = 0; part < kSplitParts.size(); ++part) {
    const SplitCounts& counts = split.parts[part];
    json.key(kSplitParts[part]).object().member("images", counts.images());
    json.member("database", counts.database).member("queries", counts.queries).end();
  }
  json.end().member("dropped", split.dropped).member("without_position", split.without_position);
  json.key("missing").array();
  for (const std::string& name : dataset.missing) json.value(name);
  json.end().end();
  return json.str();
}

std::string split_text(const DatasetSplit& split, const std::string& file) {
  std::string text;
  for (size_t part = 0; part < kSplitParts.size(); ++part) {
    const SplitCounts& counts = split.parts[part];
    text += format("%-6s %7lld images", kSplitParts[part], static_cast<long long>(counts.images()));
    if (split.has_roles) {
      text += format(" (%lld database, %lld queries)",
                     static_cast<long long>(counts.database),
                     static_cast<long long>(counts.queries));
    }
    text += '\n';
  }
  text += format("%lld images too near to another part were dropped",
                 static_cast<long long>(split.dropped));
  if (split.without_position > 0)
    text += format(", %lld that nothing places", static_cast<long long>(split.without_position));
  return text + "; written to " + printable(file);
}

Status run_split(const SplitVerb& verb, Console& console) {
  LOCI_TRY(dataset, read_dataset_argument(verb.dataset, verb.data));
  for (const std::string& note : dataset.notes) console.note(note);
  LOCI_TRY(split, split_dataset(dataset, verb.split));
  for (const std::string& note : split.notes) console.note(note);
  LOCI_TRY(file, write_split(split, verb.out));
  console.result_json(split_json(dataset, split, verb, file));
  console.result(split_text(split, file));
  return {};
}

}  // namespace

void add_split_verb(Program& program) {
  auto verb = std::make_shared<SplitVerb>();
  CLI::App* app = add_verb(
      program,
      "split",
      "Divide a data set into train, val and test that share no place",
      "  loci split my_city/ -o my_city_parts\n"
      "  loci split my_city/ -o parts.csv --train 0.8 --val 0.1 --test 0.1 --buffer-m 50 --seed 3\n"
      "  loci eval my_city_parts --split val --model rootsift-vlad\n"
      "No image of one part is within the buffer of another; images in between are dropped.");
  app->add_option(
         "dataset", verb->dataset, "folder or file that says what it is (docs/data_sets.md)")
      ->required();
  const CLI::Option* out =
      app->add_option("-o,--out", verb->out, "a .csv file, or a folder that gets a places.csv")
          ->required();
  add_outputs(program, app, out, [verb]() -> std::vector<Output> {
    const std::string file = split_file(verb->out);
    if (file != verb->out && !file_info(verb->out).ok())
      return {{.flag = "--out", .path = verb->out, .kind = OutputKind::kFolder}};
    return {{.flag = "--out", .path = file, .kind = OutputKind::kTable}};
  });
  add_options(app, verb->split);
  add_options(app, verb->data);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_split(*verb, console); };
  });
}

}  // namespace loci::cli
