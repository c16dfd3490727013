// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_search.h"
#include "verb.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/exchange/pairs.h"
#include "loci/place/pairs.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace loci::cli {
namespace {

struct PairsVerb {
  std::vector<std::string> images;
  std::string db, image_root, colmap_database;
  std::string hloc, hloc_features, colmap, kapture;
  bool half = false;
  std::string precision = "auto";
  PairOptions options;
};

/// One side of the pairs with the names its photographs have in the files written.
struct Side {
  DescribedSet set;
  std::vector<std::string> names;  ///< empty: the photograph has no name there, and no pairs
};

std::vector<std::string> paths_of(const DescribedSet& set) {
  std::vector<std::string> paths;
  for (const PlaceImage& image : set.images) paths.push_back(image.path);
  return paths;
}

Result<std::vector<std::string>> choose_names(const PairsVerb& verb,
                                              const std::vector<std::string>& paths,
                                              Console& console) {
  if (verb.colmap_database.empty()) {
    std::string root = verb.image_root;
    if (!root.empty()) root = std::filesystem::absolute(root).lexically_normal().string();
    return names_below(paths, root);
  }
  LOCI_TRY(known, read_colmap_images(verb.colmap_database));
  LOCI_TRY(names, match_names(paths, known));
  const auto unknown = std::ranges::count(names, "");
  if (unknown == std::ssize(names)) {
    return invalid_argument(
        format("%s: none of the %zu photographs is one of its %zu images, such as '%s'",
               printable(verb.colmap_database).c_str(),
               names.size(),
               known.size(),
               known.empty() ? "" : printable(known.front()).c_str()));
  }
  if (unknown > 0) {
    console.note(format("%lld photographs are not in %s and get no pairs",
                        static_cast<long long>(unknown),
                        verb.colmap_database.c_str()));
  }
  return names;
}

/// Both sides share one folder, so that a name means one file.
Status name_sides(const PairsVerb& verb, std::vector<Side*> sides, Console& console) {
  std::vector<std::string> paths;
  for (const Side* side : sides) {
    const std::vector<std::string> own = paths_of(side->set);
    paths.insert(paths.end(), own.begin(), own.end());
  }
  std::vector<std::string> distinct = paths;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  LOCI_TRY(names, choose_names(verb, distinct, console));
  if (!names.empty() && verb.colmap_database.empty()) {
    const std::string root = distinct[0].substr(0, distinct[0].size() - names[0].size());
    console.note("names are relative to " + printable(root) + ", such as '" + printable(names[0]) +
                 "'");
  }
  for (Side* side : sides) {
    for (const PlaceImage& image : side->set.images) {
      const auto at = std::lower_bound(distinct.begin(), distinct.end(), image.path);
      side->names.push_back(names[static_cast<size_t>(at - distinct.begin())]);
    }
  }
  return {};
}

Status write_features(const PairsVerb& verb, const std::vector<const Side*>& sides) {
  LOCI_TRY(writer, HlocFeatures::create(verb.hloc_features, verb.half));
  std::set<std::string> written;
  for (const Side* side : sides) {
    Matrix row(1, side->set.dim);
    for (size_t i = 0; i < side->names.size(); ++i) {
      const std::string& name = side->names[i];
      if (name.empty() || !written.insert(name).second) continue;
      LOCI_RETURN_IF_ERROR(side->set.read(static_cast<int64_t>(i), row));
      const PlaceImage& image = side->set.images[i];
      LOCI_RETURN_IF_ERROR(writer->add(name, image.width, image.height, row.row(0)));
    }
  }
  return writer->commit();
}

/// The summary: how many pairs, and who got none.
std::string summary_json(size_t images,
                         const std::vector<NamedPair>& pairs,
                         size_t unordered,
                         const std::vector<std::string>& alone,
                         const std::vector<FailedImage>& failed) {
  JsonWriter json;
  json.object().member("queries", images).member("pairs", pairs.size());
  json.member("unordered_pairs", unordered).key("alone").array();
  for (const std::string& name : alone) json.value(name);
  json.end().key("failed").array();
  for (const FailedImage& each : failed) {
    json.object().member("image", each.image).member("error", each.error.message()).end();
  }
  json.end().end();
  return json.str();
}

Status write_files(const PairsVerb& verb,
                   const std::vector<NamedPair>& pairs,
                   const std::vector<const Side*>& sides,
                   Console& console) {
  if (!verb.hloc.empty()) LOCI_RETURN_IF_ERROR(write_hloc_pairs(verb.hloc, pairs));
  if (!verb.colmap.empty()) LOCI_RETURN_IF_ERROR(write_colmap_pairs(verb.colmap, pairs));
  if (!verb.kapture.empty()) LOCI_RETURN_IF_ERROR(write_kapture_pairs(verb.kapture, pairs));
  if (!verb.hloc_features.empty()) LOCI_RETURN_IF_ERROR(write_features(verb, sides));
  for (const std::string* file : {&verb.hloc, &verb.colmap, &verb.kapture, &verb.hloc_features}) {
    if (!file->empty()) console.note("written: " + *file);
  }
  return {};
}

Status run_pairs(const PairsVerb& verb, Console& console) {
  if (verb.hloc.empty() && verb.colmap.empty() && verb.kapture.empty() &&
      verb.hloc_features.empty()) {
    return invalid_argument(
        "say what to write: --hloc FILE, --colmap FILE, --kapture FILE or --hloc-features FILE");
  }
  LOCI_TRY(precision, parse_precision(verb.precision));
  LOCI_TRY(
      db,
      PlaceDb::open(verb.db, {.precision = precision, .num_threads = verb.options.num_threads}));
  Side collection, queries;
  LOCI_TRY(all, described_set(*db));
  collection.set = std::move(all);
  std::vector<FailedImage> failed;
  const bool ask = !verb.images.empty();
  if (ask) {
    PhotoSearch search;
    LOCI_TRY(photos, find_photos(verb.images, &search));
    note_search(search, console);
    LOCI_TRY(
        set,
        described_set(db->describer(), photos, &failed, verb.options.num_threads, console.job()));
    queries.set = std::move(set);
    for (const FailedImage& each : failed) console.note("failed: " + each.error.message());
  }
  std::vector<Side*> sides{&collection};
  if (ask) sides.push_back(&queries);
  LOCI_RETURN_IF_ERROR(name_sides(verb, sides, console));
  const Side& asking = ask ? queries : collection;
  LOCI_TRY(found,
           ask ? find_pairs(queries.set, collection.set, verb.options, console.job())
               : find_pairs(collection.set, verb.options, console.job()));
  std::vector<NamedPair> pairs;
  std::set<std::pair<std::string, std::string>> unordered;
  std::set<std::string> paired;
  for (const ImagePair& pair : found) {
    NamedPair named{asking.names[static_cast<size_t>(pair.query)],
                    collection.names[static_cast<size_t>(pair.match)]};
    if (named.query.empty() || named.match.empty()) continue;
    unordered.insert(std::minmax(named.query, named.match));
    paired.insert(named.query);
    paired.insert(named.match);
    pairs.push_back(std::move(named));
  }
  std::vector<std::string> alone;
  for (const std::string& name : asking.names) {
    if (!name.empty() && !paired.contains(name)) alone.push_back(name);
  }
  LOCI_RETURN_IF_ERROR(write_files(verb, pairs, {sides.begin(), sides.end()}, console));
  console.result_json(summary_json(asking.names.size(), pairs, unordered.size(), alone, failed));
  console.result(
      format("%zu pairs, %zu without regard to order, of %zu photographs; %zu without any",
             pairs.size(),
             unordered.size(),
             asking.names.size(),
             alone.size()));
  if (!failed.empty() && failed.size() == asking.names.size() + failed.size()) {
    return corrupt("none of the photographs could be read");
  }
  return {};
}

}  // namespace

void add_pairs_verb(Program& program) {
  auto verb = std::make_shared<PairsVerb>();
  CLI::App* app = add_verb(
      program,
      "pairs",
      "Write which photographs to match with which, for COLMAP, hloc and kapture",
      "  loci pairs --db castle.loci -k 10 --colmap pairs.txt\n"
      "  loci pairs --db castle.loci --hloc pairs.txt --hloc-features global-feats-loci.h5\n"
      "  loci pairs query/ --db map.loci -k 20 --hloc pairs-loc.txt --image-root dataset/\n"
      "  loci pairs --db drive.loci --min-time-gap-s 30 --max-distance-m 50 --mutual --kapture "
      "p.txt\n"
      "Photographs given are paired with those of the collection; without any, the collection with "
      "itself.");
  app->add_option("images", verb->images, "photographs and folders to pair with the collection");
  app->add_option("--db", verb->db, "folder of the collection")->required();
  add_output(program,
             app,
             "--hloc",
             verb->hloc,
             OutputKind::kPairs,
             "write hloc's pairs (COLMAP reads them, too)");
  add_output(program,
             app,
             "--colmap",
             verb->colmap,
             OutputKind::kPairs,
             "write COLMAP's match list, each unordered pair once");
  add_output(program, app, "--kapture", verb->kapture, OutputKind::kPairs, "write kapture's pairs");
  add_output(program,
             app,
             "--hloc-features",
             verb->hloc_features,
             OutputKind::kFeatures,
             "write the descriptors as hloc's .h5");
  app->add_flag("--half", verb->half, "with --hloc-features: float16");
  auto* root = app->add_option("--image-root",
                               verb->image_root,
                               "folder that names are relative to; the deepest that holds all "
                               "photographs when not given");
  app->add_option("--colmap-database",
                  verb->colmap_database,
                  "take the names from this COLMAP database, and pair only what is in it")
      ->excludes(root);
  app->add_option("-k,--num-matches",
                  verb->options.num_matches,
                  "pairs sought for each photograph (hloc: num_matched)")
      ->capture_default_str();
  app->add_option("--precision", verb->precision, "fp32, bf16, int8 or auto")
      ->capture_default_str();
  add_options(app, verb->options);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_pairs(*verb, console); };
  });
}

}  // namespace loci::cli
