// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "sketch_town.h"
#include "verb.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/timemachine/drive.h"
#include "loci/timemachine/simulate.h"

namespace loci::cli {
namespace {

struct SimulateVerb {
  std::string folder;
  bool sketch = false;
  std::string sheet;
  int place = 0;
  SimulateOptions town;
  DriveOptions drive;
};

SketchTown sketch_options(const SimulateOptions& town) {
  return {.num_places = town.num_places,
          .num_times = town.num_times,
          .seed = town.seed,
          .width = town.width,
          .height = town.height,
          .num_threads = town.threads};
}

Result<int64_t> draw(const SimulateVerb& verb, const JobControl& job) {
  if (verb.sketch) return draw_sketch_town(verb.folder, sketch_options(verb.town), job);
  if (verb.drive.drive_m > 0) {
    LOCI_TRY(report, simulate_drive(verb.folder, verb.town, verb.drive, job));
    return report.images;
  }
  LOCI_TRY(report, simulate_town(verb.folder, verb.town, job));
  return report.images;
}

Status draw_sheet(const SimulateVerb& verb, Console& console) {
  LOCI_RETURN_IF_ERROR(write_time_sheet(verb.sheet, verb.town, verb.place, console.job()));
  JsonWriter json;
  json.object().member("images", 1).member("sheet", verb.sheet).end();
  console.result_json(json.str());
  console.result(format("place %d at 8 times: %s", verb.place, verb.sheet.c_str()));
  return {};
}

Status run_simulate(const SimulateVerb& verb, Console& console) {
  const Stopwatch watch;
  if (!verb.sheet.empty()) return draw_sheet(verb, console);
  if (verb.folder.empty()) return invalid_argument("simulate needs a folder to write into");
  LOCI_TRY(images, draw(verb, console.job()));
  JsonWriter json;
  json.object().member("images", images).member("seconds", watch.seconds()).end();
  console.result_json(json.str());
  console.result(format("%lld images in %s (%s)",
                        static_cast<long long>(images),
                        verb.folder.c_str(),
                        human_seconds(watch.seconds()).c_str()));
  return {};
}

}  // namespace

void add_simulate_verb(Program& program) {
  auto verb = std::make_shared<SimulateVerb>();
  CLI::App* app = add_verb(program,
                           "simulate",
                           "Draw photographs of a town over time, for trying things out",
                           "  loci simulate town --places 24 --times 4 --seed 7\n"
                           "  loci eval town --model rootsift-vlad\n"
                           "  loci simulate drive --drive-m 1500 --places 60 --seed 7\n"
                           "  loci simulate --sheet corner.jpg --seed 7 --place 3");
  const CLI::Option* folder = app->add_option("folder", verb->folder, "folder to write into");
  add_outputs(program, app, folder, [verb]() -> std::vector<Output> {
    if (verb->folder.empty() || !verb->sheet.empty()) return {};
    if (!file_info(verb->folder).ok())
      return {{.flag = "folder", .path = verb->folder, .kind = OutputKind::kFolder}};
    return {{"folder", verb->folder + "/poses.csv", OutputKind::kPoses},
            {"folder", verb->folder + "/trajectory.txt", OutputKind::kTrajectory}};
  });
  app->add_option("--places",
                  verb->town.num_places,
                  "number of places: a position on a street and a direction of view")
      ->capture_default_str();
  app->add_option("--times",
                  verb->town.num_times,
                  "visits of each place; the last one asks, the others answer")
      ->capture_default_str();
  app->add_flag("--sketch",
                verb->sketch,
                "flat drawings instead of rendered streets: quick, and in every build");
  add_output(program,
             app,
             "--sheet",
             verb->sheet,
             OutputKind::kPicture,
             "write one place at 8 times as one picture to this file, and no town");
  app->add_option("--place", verb->place, "with --sheet: which place")->capture_default_str();
  add_options(app, verb->town);
  add_options(app, verb->drive);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_simulate(*verb, console); };
  });
}

}  // namespace loci::cli
