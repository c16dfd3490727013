// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verb.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/place/place_db.h"

namespace loci::cli {
namespace {

struct RecoverVerb {
  std::string db;
  std::vector<std::string> photos;
  int threads = 0;
  bool follow_links = false;
};

std::string report_json(const RecoverReport& report) {
  JsonWriter json;
  json.object().member("rows", report.rows).member("matched", report.matched);
  json.member("added", report.added).key("failed").array();
  for (const FailedImage& failed : report.failed)
    json.object().member("image", failed.image).member("error", failed.error.message()).end();
  return json.end().end().str();
}

Status run_recover(const RecoverVerb& verb, Console& console) {
  LOCI_TRY(report,
           PlaceDb::recover(verb.db,
                            verb.photos,
                            {.num_threads = verb.threads, .follow_links = verb.follow_links},
                            console.job(),
                            {.num_threads = verb.threads}));
  console.result_json(report_json(report));
  for (const FailedImage& failed : report.failed) console.note("failed: " + failed.error.message());
  console.result(
      format("%lld photographs found their descriptor again, %lld got a new one, %zu "
             "failed; %lld of %lld rows belong to none of these photographs",
             static_cast<long long>(report.matched),
             static_cast<long long>(report.added),
             report.failed.size(),
             static_cast<long long>(report.rows - report.matched),
             static_cast<long long>(report.rows)));
  return {};
}

}  // namespace

void add_recover_verb(Program& program) {
  auto verb = std::make_shared<RecoverVerb>();
  CLI::App* app = add_verb(
      program,
      "recover",
      "Make the catalogue of a collection again from its descriptors and photographs",
      "  loci recover pictures.loci ~/Pictures\n"
      "For a collection whose catalogue.sqlite was lost: the photographs are described again with "
      "its own model, and each finds its descriptor. Nothing that is there is changed.");
  app->add_option("db", verb->db, "folder of the collection")->required();
  app->add_option("photos", verb->photos, "the photographs and folders it was made of")->required();
  app->add_option("--threads", verb->threads, "threads, 0 for all processors")
      ->capture_default_str();
  app->add_flag("--follow-links",
                verb->follow_links,
                "follow symbolic links that lead out of the given folders");
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_recover(*verb, console); };
  });
}

}  // namespace loci::cli
