// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "geo_files.h"
#include "photo_search.h"
#include "verb.h"

#include "loci/base/geo.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/describe/load_photo.h"
#include "loci/place/contact_sheet.h"
#include "loci/place/place_db.h"
#include "loci/place/rerank.h"

#include <algorithm>

namespace loci::cli {
namespace {

struct QueryVerb {
  std::vector<std::string> images;
  std::string db;
  std::string precision = "auto";
  std::string html;
  GeoFiles geo;
  int k = 5;
  IndexOptions index;
  bool verify = false, no_verify = false;
  VerifyOptions verify_options;
};

void position_json(JsonWriter& json, const std::optional<LatLon>& position) {
  json.key("lat");
  position ? json.value(position->lat) : json.null();
  json.key("lon");
  position ? json.value(position->lon) : json.null();
}

std::string answer_json(const std::string& query, const QueryAnswer& answer) {
  JsonWriter json;
  json.object().member("query", query).key("matches").array();
  for (const Match& match : answer.matches) {
    json.object()
        .member("image", match.image.path)
        .member("score", static_cast<double>(match.score));
    position_json(json, match.image.position);
    json.key("taken");
    match.image.taken ? json.value(iso_time(*match.image.taken)) : json.null();
    if (match.geometry) {
      json.member("matched", match.geometry->matched).member("inliers", match.geometry->inliers);
      json.member("verified", match.geometry->verified);
    }
    json.end();
  }
  json.end()
      .member("verdict", verdict_name(answer.verdict))
      .member("known_place", answer.known())
      .member("confidence", answer.confidence)
      .key("location");
  if (answer.location) {
    json.object();
    position_json(json, answer.location->position);
    json.member("radius_m", answer.location->radius_m).member("support", answer.location->support);
    json.member("confidence", answer.location->confidence).end();
  } else {
    json.null();
  }
  json.end();
  return json.str();
}

std::string verdict_text(const QueryAnswer& answer) {
  std::string text;
  if (answer.matches.empty()) return "  the collection is empty\n";
  const double percent = 100 * answer.confidence;
  switch (answer.verdict) {
    case Verdict::kKnown:
      text = format("  known place (%.0f %% sure)", std::min(percent, 99.0));
      break;
    case Verdict::kProbably:
      text = format("  looks like a known place (%.0f %% sure)", percent);
      break;
    case Verdict::kUnknown:
      return format("  unknown place (the best match is right with %.0f %%)\n", percent);
  }
  if (!answer.location) return text + "\n";
  const Location& at = *answer.location;
  return text + format(", %s near %.6f, %.6f, within about %.0f m (%d matches agree)\n",
                       answer.known() ? "taken" : "perhaps taken",
                       at.position.lat,
                       at.position.lon,
                       at.radius_m,
                       at.support);
}

std::string answer_text(const std::string& query, const QueryAnswer& answer) {
  std::string text = printable(query) + "\n";
  text += verdict_text(answer);
  for (const Match& match : answer.matches) {
    text +=
        format("  %.4f  %s", static_cast<double>(match.score), printable(match.image.path).c_str());
    if (match.image.position)
      text += format("  (%.6f, %.6f)", match.image.position->lat, match.image.position->lon);
    if (match.image.taken) text += "  " + iso_time(*match.image.taken);
    if (match.geometry) {
      text += format("  %d of %d regions fit%s",
                     match.geometry->inliers,
                     match.geometry->matched,
                     match.geometry->verified ? ", verified" : "");
    }
    text += '\n';
  }
  text.pop_back();
  return text;
}

Check check_of(const QueryVerb& verb) { return verb.verify ? Check::kAlways : Check::kDoubtful; }

/// A photograph of the collection asks for the others: finding itself would tell nothing.
Result<QueryAnswer> ask(const PlaceDb& db,
                        const Verifier* verifier,
                        const std::string& path,
                        const QueryVerb& verb) {
  LOCI_TRY(image, load_photo(db.describer(), path));
  auto answer = query_checked(db, verifier, image, verb.k, check_of(verb), verb.index, path);
  if (!answer.ok()) return answer.status().with_context(printable(path));
  return answer;
}

Status run_query(const QueryVerb& verb, Console& console) {
  LOCI_TRY(precision, parse_precision(verb.precision));
  if (verb.k < 1) return invalid_argument("-k: at least one match must be asked for");
  LOCI_TRY(db,
           PlaceDb::open(verb.db, {.precision = precision, .num_threads = verb.index.num_threads}));
  std::unique_ptr<Verifier> verifier;
  if (!verb.no_verify) {
    LOCI_TRY(made, verifier_for(db->describer(), verb.verify_options, check_of(verb)));
    verifier = std::move(made);
  }
  if (!db->describer().note().empty()) console.note(db->describer().note());
  PhotoSearch search;
  LOCI_TRY(queries, find_photos(verb.images, &search));
  note_search(search, console);
  std::vector<QueryWithAnswer> sheet;
  std::vector<GeoPoint> points;
  size_t failed = 0;
  const JobControl job = console.job();
  for (const std::string& path : queries) {
    if (job.cancelled())
      return cancelled("stopped on request before all photographs were asked about");
    const Result<QueryAnswer> answer = ask(*db, verifier.get(), path, verb);
    if (!answer.ok()) {
      console.error(answer.status());
      ++failed;
      JsonWriter json;
      json.object().member("query", path).key("matches").array().end().key("location").null();
      json.member("error", answer.status().message()).end();
      console.result_json(json.str());
      continue;
    }
    console.result_json(answer_json(path, *answer));
    console.result(answer_text(path, *answer));
    if (!verb.html.empty()) sheet.push_back({path, *answer, stated_position(path)});
    if (verb.geo.any()) add_answer_points(path, *answer, &points);
  }
  if (!verb.html.empty()) {
    LOCI_RETURN_IF_ERROR(write_contact_sheet(verb.html, sheet));
    console.note("contact sheet: " + verb.html);
  }
  if (verb.geo.any()) {
    LOCI_RETURN_IF_ERROR(write_geo_files(verb.geo, points));
    console.note(format("%zu points of locations and matches written", points.size()));
  }
  if (failed > 0)
    return corrupt(format("%zu of %zu queries could not be answered", failed, queries.size()));
  return {};
}

}  // namespace

void add_query_verb(Program& program) {
  auto verb = std::make_shared<QueryVerb>();
  CLI::App* app = add_verb(program,
                           "query",
                           "Ask a collection where photographs were taken",
                           "  loci query holiday.jpg --db pictures.loci\n"
                           "  loci query new/ --db pictures.loci -k 3 --html answer.html\n"
                           "  loci query a.jpg --db robot.loci --json | jq .location");
  app->add_option("images", verb->images, "image files and folders to ask for")->required();
  app->add_option("--db", verb->db, "folder of the collection")->required();
  app->add_option("-k", verb->k, "matches to show")->capture_default_str();
  add_output(program,
             app,
             "--html",
             verb->html,
             OutputKind::kPage,
             "write a contact sheet with the pictures to this file");
  add_geo_options(program, app, verb->geo);
  app->add_option("--precision", verb->precision, "fp32, bf16, int8 or auto")
      ->capture_default_str();
  app->add_option("--threads", verb->index.num_threads, "threads, 0 for all")
      ->capture_default_str();
  app->add_flag("--verify",
                verb->verify,
                "check the geometry of the best matches always, not only where their scores leave "
                "it open whether the place is known")
      ->excludes(app->add_flag("--no-verify", verb->no_verify, "never check the geometry"));
  add_options(app, verb->index);
  add_options(app, verb->verify_options);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_query(*verb, console); };
  });
}

}  // namespace loci::cli
