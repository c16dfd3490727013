// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_search.h"
#include "verb.h"

#include "loci/base/text.h"
#include "loci/data/cutouts.h"

namespace loci::cli {
namespace {

struct CutoutsVerb {
  std::vector<std::string> panoramas;
  std::string out;
  CutoutOptions options;
};

Status run_cutouts(const CutoutsVerb& verb, Console& console) {
  PhotoSearch search;
  LOCI_TRY(panoramas, find_photos(verb.panoramas, &search));
  note_search(search, console);
  if (panoramas.empty())
    return invalid_argument(
        nothing_found("no panoramas there; give image files or folders with images", search));
  LOCI_TRY(report, cut_panoramas(panoramas, verb.out, verb.options, console.job()));
  for (const CutoutFailure& f : report.failed) console.note(f.error);
  if (report.without_position > 0) {
    console.note(format("%lld panoramas carry no position; their views are named NAME_pitchP_yawY",
                        static_cast<long long>(report.without_position)));
  }
  if (report.without_heading > 0) {
    console.note(
        format("%lld panoramas do not say where they look; their middle was taken for north",
               static_cast<long long>(report.without_heading)));
  }
  console.result_json(report.to_json());
  console.result(format("%lld views of %lld panoramas in %s (%s)",
                        static_cast<long long>(report.views),
                        static_cast<long long>(report.panoramas),
                        verb.out.c_str(),
                        human_seconds(report.seconds).c_str()));
  if (report.failed.empty()) return {};
  return corrupt(
      format("%zu of %zu panoramas could not be cut", report.failed.size(), panoramas.size()));
}

}  // namespace

void add_cutouts_verb(Program& program) {
  auto verb = std::make_shared<CutoutsVerb>();
  CLI::App* app = add_verb(program,
                           "cutouts",
                           "Cut panoramas into perspective views with position and heading",
                           "  loci cutouts panoramas/ -o views\n"
                           "  loci cutouts street.jpg -o views --yaws 12 --pitches-deg 12\n"
                           "  loci cutouts strip.jpg -o views --vertical-deg 120 --pitches-deg 0");
  app->add_option("panoramas", verb->panoramas, "equirectangular panoramas and folders of them")
      ->required();
  add_output(program, app, "-o,--out", verb->out, OutputKind::kFolder, "folder to write into")
      ->required();
  add_options(app, verb->options);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_cutouts(*verb, console); };
  });
}

}  // namespace loci::cli
