// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verb.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/place/place_db.h"

namespace loci::cli {
namespace {

struct MergeVerb {
  std::vector<std::string> collections;
  std::string db;
};

/// The collection to merge into; a new one has the model of the first shard.
Result<std::unique_ptr<PlaceDb>> open_target(const MergeVerb& verb) {
  if (PlaceDb::exists(verb.db)) return PlaceDb::open(verb.db);
  LOCI_TRY(first, PlaceDb::open(verb.collections.front()));
  auto made = PlaceDb::create(verb.db, first->describer().shared_model());
  if (made.ok() || !PlaceDb::exists(verb.db)) return made;
  return PlaceDb::open(verb.db);  // another process was quicker
}

std::string report_json(const MergeReport& report) {
  JsonWriter json;
  json.object().member("added", report.added).member("unchanged", report.unchanged);
  json.member("replaced", report.replaced).member("kept", report.kept);
  json.member("total", report.total).end();
  return json.str();
}

Status run_merge(const MergeVerb& verb, Console& console) {
  LOCI_TRY(db, open_target(verb));
  MergeReport sum;
  for (const std::string& collection : verb.collections) {
    LOCI_TRY(report, db->merge(collection, console.job()));
    sum.added += report.added;
    sum.unchanged += report.unchanged;
    sum.replaced += report.replaced;
    sum.kept += report.kept;
    sum.total = report.total;
  }
  console.result_json(report_json(sum));
  console.result(
      format("%lld added, %lld replaced by a later state, %lld kept, %lld unchanged; %lld in %s",
             static_cast<long long>(sum.added),
             static_cast<long long>(sum.replaced),
             static_cast<long long>(sum.kept),
             static_cast<long long>(sum.unchanged),
             static_cast<long long>(sum.total),
             verb.db.c_str()));
  return {};
}

}  // namespace

void add_merge_verb(Program& program) {
  auto verb = std::make_shared<MergeVerb>();
  CLI::App* app =
      add_verb(program,
               "merge",
               "Put collections of one model together, such as the shards of a cluster job",
               "  loci merge shard-*.loci --db town.loci\n"
               "  loci merge today.loci --db town.loci      add to a collection that is there\n"
               "No photograph is opened. Of two states of one file the later stays.");
  app->add_option("collections", verb->collections, "folders of collections")->required();
  app->add_option("--db", verb->db, "folder to merge into; made when it is not there")->required();
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_merge(*verb, console); };
  });
}

}  // namespace loci::cli
