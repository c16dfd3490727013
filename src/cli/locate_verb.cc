// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verb.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/place/locate.h"

#include <algorithm>
#include <map>

namespace loci::cli {
namespace {

constexpr size_t kShownEvidence = 5;

struct LocateVerb {
  std::string db;
  std::string precision = "auto";
  double least_confidence = 0.5;
  bool write_xmp = false;
  GroupOptions group;
  VerifyOptions verify;
  IndexOptions index;
};

using Photos = std::map<int64_t, const PlaceImage*>;

std::string proposal_json(const PositionProposal& proposal, const Photos& photos) {
  JsonWriter json;
  json.object().member("image", photos.at(proposal.id)->path).member("lat", proposal.position.lat);
  json.member("lon", proposal.position.lon).member("radius_m", proposal.radius_m);
  json.member("support", proposal.support)
      .member("confidence", proposal.confidence)
      .key("evidence")
      .array();
  for (const PositionEvidence& e : proposal.evidence) {
    json.object()
        .member("image", photos.at(e.id)->path)
        .member("direct", e.direct)
        .member("inliers", e.inliers);
    json.member("score", static_cast<double>(e.score)).member("distance_m", e.distance_m).end();
  }
  return json.end().end().str();
}

std::string proposal_text(const PositionProposal& proposal, const Photos& photos) {
  std::string text =
      format("%s\n  %.6f, %.6f within about %.0f m, confidence %.2f (%d photographs agree)",
             printable(photos.at(proposal.id)->path).c_str(),
             proposal.position.lat,
             proposal.position.lon,
             proposal.radius_m,
             proposal.confidence,
             proposal.support);
  for (size_t i = 0; i < std::min(kShownEvidence, proposal.evidence.size()); ++i) {
    const PositionEvidence& e = proposal.evidence[i];
    text += "\n    " + printable(photos.at(e.id)->path) +
            (e.direct ? format("  %d regions fit, %.0f m off", e.inliers, e.distance_m)
                      : format("  of the same group, %.0f m off", e.distance_m));
  }
  return text;
}

Status run_locate(const LocateVerb& verb, Console& console) {
  LOCI_TRY(precision, parse_precision(verb.precision));
  if (!(verb.least_confidence >= 0 && verb.least_confidence <= 1))
    return invalid_argument("--at-least: expected 0 to 1");
  LOCI_TRY(db,
           PlaceDb::open(verb.db, {.precision = precision, .num_threads = verb.index.num_threads}));
  LOCI_TRY(verifier, Verifier::create(db->describer(), verb.verify));
  LOCI_TRY(grouping, group_photos(*db, *verifier, verb.group, verb.index, console.job()));
  LOCI_TRY(images, db->images());
  Photos photos;
  int64_t without = 0, proposed = 0, written = 0, kept = 0, failed = 0;
  for (const PlaceImage& image : images) {
    photos.emplace(image.id, &image);
    without += image.position ? 0 : 1;
  }
  for (const PositionProposal& proposal : propose_positions(images, grouping)) {
    if (proposal.confidence < verb.least_confidence) continue;
    ++proposed;
    console.result_json(proposal_json(proposal, photos));
    console.result(proposal_text(proposal, photos));
    if (!verb.write_xmp) continue;
    const std::string& photo = photos.at(proposal.id)->path;
    const Result<bool> done = write_sidecar(photo, proposal);
    if (!done.ok()) console.error(done.status());
    if (done.ok() && !*done)
      console.note(printable(photo) + ".xmp: is there already and stays as it is");
    ++(!done.ok() ? failed : *done ? written : kept);
  }
  JsonWriter json;
  json.object()
      .member("without_position", without)
      .member("proposed", proposed)
      .member("written", written)
      .member("kept", kept);
  console.result_json(json.member("failed", failed).end().str());
  console.note(
      format("%lld of %lld photographs without a position got a proposal; %lld sidecars written",
             static_cast<long long>(proposed),
             static_cast<long long>(without),
             static_cast<long long>(written)));
  if (failed > 0)
    return io_error(format("%lld sidecars could not be written", static_cast<long long>(failed)));
  return {};
}

}  // namespace

void add_locate_verb(Program& program) {
  auto verb = std::make_shared<LocateVerb>();
  CLI::App* app =
      add_verb(program,
               "locate",
               "Propose positions for photographs without GPS, from others of the same place",
               "  loci locate --db pictures.loci\n"
               "  loci locate --db pictures.loci --at-least 0.7 --write-xmp");
  app->add_option("--db", verb->db, "folder of the collection")->required();
  app->add_option(
         "--at-least", verb->least_confidence, "show proposals of at least this confidence")
      ->capture_default_str();
  app->add_flag("--write-xmp",
                verb->write_xmp,
                "write each proposal beside its photograph, as NAME.EXT.xmp; photographs are never "
                "changed, sidecars never replaced");
  app->add_option("--precision", verb->precision, "fp32, bf16, int8 or auto")
      ->capture_default_str();
  app->add_option("--threads", verb->index.num_threads, "threads, 0 for all")
      ->capture_default_str();
  add_options(app, verb->group);
  add_options(app, verb->verify);
  add_options(app, verb->index);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_locate(*verb, console); };
  });
}

}  // namespace loci::cli
