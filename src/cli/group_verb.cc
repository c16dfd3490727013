// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "group_output.h"
#include "verb.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/data/dataset.h"
#include "loci/place/group.h"

#include <filesystem>
#include <map>

namespace loci::cli {
namespace {

struct GroupVerb {
  std::string db;
  std::string precision = "auto";
  std::string html, links, truth;
  GroupOptions group;
  VerifyOptions verify;
  IndexOptions index;
};

/// The place of each photo of the collection that a data set names.
Result<std::map<int64_t, std::string>> labels_of(const std::string& path,
                                                 const std::vector<PlaceImage>& images) {
  LOCI_TRY(dataset, load_dataset(path));
  std::map<std::string, std::string> by_path;
  for (const auto* side : {&dataset.database, &dataset.queries}) {
    for (const ImageRecord& record : *side) {
      if (record.place.empty()) continue;
      const std::string file =
          std::filesystem::absolute(image_path(dataset, record)).lexically_normal().string();
      by_path.emplace(file, record.place);
    }
  }
  std::map<int64_t, std::string> labels;
  for (const PlaceImage& image : images) {
    const auto at = by_path.find(image.path);
    if (at != by_path.end()) labels.emplace(image.id, at->second);
  }
  if (labels.empty()) {
    return invalid_argument(printable(path) +
                            ": names no photo of this collection together with its place");
  }
  return labels;
}

std::string scores_json(const PairScores& scores, size_t labelled) {
  JsonWriter json;
  json.object()
      .member("labelled", labelled)
      .member("right", scores.right)
      .member("wrong", scores.wrong);
  json.member("missed", scores.missed)
      .member("precision", scores.precision)
      .member("recall", scores.recall);
  return json.member("f1", scores.f1).end().str();
}

Status run_group(const GroupVerb& verb, Console& console) {
  if (!verb.links.empty()) LOCI_RETURN_IF_ERROR(check_links_folder(verb.links));
  LOCI_TRY(precision, parse_precision(verb.precision));
  LOCI_TRY(db,
           PlaceDb::open(verb.db, {.precision = precision, .num_threads = verb.index.num_threads}));
  LOCI_TRY(verifier, Verifier::create(db->describer(), verb.verify));
  LOCI_TRY(grouping, group_photos(*db, *verifier, verb.group, verb.index, console.job()));
  LOCI_TRY(images, db->images());
  const GroupedPhotos photos(images, grouping);
  std::string scores;
  if (!verb.truth.empty()) {
    LOCI_TRY(labels, labels_of(verb.truth, images));
    const PairScores pairs = pairwise_scores(grouping, labels);
    scores = scores_json(pairs, labels.size());
    console.result(
        format("pairs of one place: precision %.3f, recall %.3f, F1 %.3f (%zu photos with a place)",
               pairs.precision,
               pairs.recall,
               pairs.f1,
               labels.size()));
  }
  console.result_json(photos.json(scores));
  console.result(photos.text());
  if (!verb.links.empty()) {
    LOCI_TRY(made, write_links(verb.links, photos.links()));
    console.note(
        format("%lld links in %s", static_cast<long long>(made), printable(verb.links).c_str()));
  }
  if (!verb.html.empty()) {
    LOCI_RETURN_IF_ERROR(write_file(verb.html, photos.page(printable(verb.db), console.job())));
    console.note("page: " + verb.html);
  }
  return {};
}

}  // namespace

void add_group_verb(Program& program) {
  auto verb = std::make_shared<GroupVerb>();
  CLI::App* app = add_verb(program,
                           "group",
                           "Group the photographs of a collection by place, without GPS",
                           "  loci group --db pictures.loci --html groups.html\n"
                           "  loci group --db pictures.loci --links by-place/ --json\n"
                           "  loci group --db webcams.loci --truth webcams/places.csv");
  app->add_option("--db", verb->db, "folder of the collection")->required();
  add_output(program,
             app,
             "--html",
             verb->html,
             OutputKind::kPage,
             "write a page with the groups' pictures to this file");
  add_output(
      program,
      app,
      "--links",
      verb->links,
      OutputKind::kFolder,
      "make a folder for each group, with links to its photographs, in this folder: a new or empty "
      "one, or one that an earlier run made, which is brought up to date");
  app->add_option("--truth",
                  verb->truth,
                  "data set that knows the places: also say how well the groups fit them");
  app->add_option("--precision", verb->precision, "fp32, bf16, int8 or auto")
      ->capture_default_str();
  app->add_option("--threads", verb->index.num_threads, "threads, 0 for all")
      ->capture_default_str();
  add_options(app, verb->group);
  add_options(app, verb->verify);
  add_options(app, verb->index);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_group(*verb, console); };
  });
}

}  // namespace loci::cli
