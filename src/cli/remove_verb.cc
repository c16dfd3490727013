// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verb.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/place/place_db.h"

#include <filesystem>

namespace loci::cli {
namespace {

struct RemoveVerb {
  std::vector<std::string> paths;
  std::string db;
  bool missing = false;
};

/// Photographs of the collection whose file is not there, also on a disk that is away.
Result<std::vector<std::string>> missing_files(const PlaceDb& db) {
  LOCI_TRY(images, db.images());
  std::vector<std::string> missing;
  for (const PlaceImage& image : images) {
    std::error_code error;
    if (!std::filesystem::exists(image.path, error)) missing.push_back(image.path);
  }
  return missing;
}

Status run_remove(const RemoveVerb& verb, Console& console) {
  if (verb.paths.empty() && !verb.missing)
    return invalid_argument("say what to forget: photographs, folders, or --missing");
  LOCI_TRY(db, PlaceDb::open(verb.db));
  std::vector<std::string> paths = verb.paths;
  int64_t removed = 0, unknown = 0;
  if (verb.missing) {
    LOCI_TRY(missing, missing_files(*db));
    paths.insert(paths.end(), missing.begin(), missing.end());
  }
  for (const std::string& path : paths) {
    LOCI_TRY(count, db->remove({path}));
    removed += count;
    if (count > 0 || verb.missing) continue;
    ++unknown;
    console.note(printable(path) + ": is not in the collection");
  }
  LOCI_RETURN_IF_ERROR(db->refresh());
  JsonWriter json;
  json.object()
      .member("removed", removed)
      .member("unknown", unknown)
      .member("total", db->size())
      .end();
  console.result_json(json.str());
  console.result(format("%lld removed; %lld in %s",
                        static_cast<long long>(removed),
                        static_cast<long long>(db->size()),
                        verb.db.c_str()));
  if (unknown > 0) {
    return not_found(format("%lld of %zu paths are not in the collection",
                            static_cast<long long>(unknown),
                            verb.paths.size()));
  }
  return {};
}

}  // namespace

void add_remove_verb(Program& program) {
  auto verb = std::make_shared<RemoveVerb>();
  CLI::App* app =
      add_verb(program,
               "remove",
               "Forget photographs of a collection; the files themselves stay",
               "  loci remove ~/Pictures/old.jpg --db pictures.loci\n"
               "  loci remove /media/usb/photos --db pictures.loci   all below a folder\n"
               "  loci remove --missing --db pictures.loci           whose file is gone");
  app->add_option(
      "paths", verb->paths, "photographs and folders, whether their files exist or not");
  app->add_option("--db", verb->db, "folder of the collection")->required();
  app->add_flag("--missing", verb->missing, "all whose file is not there now");
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_remove(*verb, console); };
  });
}

}  // namespace loci::cli
