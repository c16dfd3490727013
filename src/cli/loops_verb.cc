// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "frames.h"
#include "loops_describe.h"
#include "loops_feed.h"
#include "loops_page.h"
#include "loops_run.h"
#include "verb.h"
#include "video_frames.h"

#include "loci/base/file.h"
#include "loci/base/progress.h"
#include "loci/base/text.h"
#include "loci/describe/named_model.h"
#include "loci/exchange/trajectory.h"
#include "loci/video/video.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace loci::cli {
namespace {

struct LoopsVerb {
  std::vector<std::string> sequences, learn_from;
  std::string model, precision = "auto";
  std::string g2o, html, odometry, truth, pose_topic;
  LoopMapFiles maps;
  int num_words = 2000;
  SequenceRules rules;
  LoopOptions loops;
  LoopTruthOptions truth_options;
  PoseGraphOptions graph;
};

Status check(const LoopsVerb& verb) {
  LOCI_RETURN_IF_ERROR(verb.loops.validate());
  if (!verb.odometry.empty() && verb.g2o.empty()) {
    return invalid_argument("--odometry is for the pose graph; give -o FILE.g2o with it");
  }
  if ((!verb.maps.load.empty() || !verb.maps.save.empty()) && verb.model.starts_with("bow-")) {
    return invalid_argument("a bag of words learns other words in every run, so " + verb.model +
                            " has no maps; take a model with --save-map and --load-map");
  }
  if (!verb.maps.load.empty() && !verb.truth.empty()) {
    return invalid_argument(
        "--truth has the poses of this run, and --load-map brings frames of another; give one of "
        "them");
  }
  if (verb.loops.geometry.verify_features != "auto" && verb.model.starts_with("bow-")) {
    return invalid_argument("--verify-features goes with a model, not with " + verb.model);
  }
  return {};
}

Status write_graph(const LoopsVerb& verb,
                   const std::optional<PoseFile>& odometry,
                   const LoopsRun& run,
                   Console& console) {
  std::vector<int64_t> vertices;
  std::vector<Pose> poses;
  if (odometry) {
    LOCI_TRY(found, odometry->of(run.frames));
    for (size_t i = 0; i < found.size(); ++i) {
      if (!found[i]) continue;
      vertices.push_back(static_cast<int64_t>(i));
      poses.push_back(found[i]->pose);
    }
  }
  std::vector<GraphLoop> loops;
  for (const Loop& loop : run.loops) {
    if (loop.match >= run.first_frame)
      loops.push_back({loop.match - run.first_frame, loop.frame - run.first_frame});
  }
  if (const size_t earlier = run.loops.size() - loops.size(); earlier > 0) {
    console.note(format("%zu loops with frames of the map are not in %s, which has this run's",
                        earlier,
                        printable(verb.g2o).c_str()));
  }
  return write_g2o(verb.g2o, vertices, poses, loops, verb.graph);
}

Result<std::optional<PoseFile>> read_poses(const std::string& path,
                                           const std::string& topic,
                                           Console& console) {
  if (path.empty()) return std::optional<PoseFile>();
  LOCI_TRY(file, PoseFile::read(path, topic));
  if (const std::string note = file.note(); !note.empty()) console.note(note);
  return std::optional<PoseFile>(std::move(file));
}

/// The poses of --truth, or those of a drive that brings its own.
Result<std::optional<PoseFile>> read_truth(const LoopsVerb& verb,
                                           const Sequences& sequences,
                                           Console& console) {
  const auto& layouts = sequences.layouts;
  if (!verb.maps.load.empty()) return std::optional<PoseFile>();
  if (!verb.truth.empty()) {
    LOCI_TRY(poses, read_poses(verb.truth, verb.pose_topic, console));
    for (const DriveLayout& layout : layouts) {
      std::error_code error;
      if (poses && layout.camera && std::filesystem::equivalent(layout.poses, verb.truth, error))
        poses->seen_from(*layout.camera);
    }
    return poses;
  }
  if (layouts.empty() || layouts.front().poses.empty()) return std::optional<PoseFile>();
  if (verb.sequences.size() > 1) {
    console.note("the true poses of several drives may lie in different frames; give --truth");
    return std::optional<PoseFile>();
  }
  auto own = read_poses(layouts.front().poses, "", console);
  if (!own.ok()) {
    console.note("the loops are not judged: " + own.status().message());
    return std::optional<PoseFile>();
  }
  if (*own && layouts.front().camera) (*own)->seen_from(*layouts.front().camera);
  return own;
}

Status run_loops(const LoopsVerb& verb, Console& console) {
  LOCI_RETURN_IF_ERROR(check(verb));
  LOCI_TRY(odometry, read_poses(verb.odometry, verb.pose_topic, console));
  if (!verb.model.empty() && !verb.model.starts_with("bow-"))
    LOCI_RETURN_IF_ERROR(check_model_name(verb.model));
  PhotoSearch search;
  LOCI_TRY(sequences, open_sequences(verb.sequences, verb.rules, &search));
  for (const DriveLayout& layout : sequences.layouts) console.note(describe_layout(layout));
  LOCI_TRY(truth, read_truth(verb, sequences, console));
  std::vector<std::string> photos;
  const std::string model = verb.model.empty() ? default_model_name() : verb.model;
  if (model.starts_with("bow-") || model == "rootsift-vlad") {
    photos = sequences.photos;
    if (!verb.learn_from.empty()) {
      LOCI_TRY(found, find_photos(verb.learn_from, &search));
      photos = std::move(found);
      std::erase_if(photos, is_video_file);
    }
    if (photos.empty()) {
      return invalid_argument(
          model + " learns its vocabulary from photographs; name some with --learn-from");
    }
  }
  note_search(search, console);
  LOCI_TRY(describer,
           make_frame_describer(
               model, verb.precision, photos, verb.num_words, verb.loops.num_threads, console));
  LoopsRun run;
  for (const VideoFailure& failure : sequences.failures) {
    console.note("failed: " + failure.error.message());
    run.failed.push_back(failure.video);
  }
  for (const DriveLayout& layout : sequences.layouts) run.layouts.push_back(layout.kind);
  run.model = describer.name;
  run.dim = describer.dim;
  run.want_pictures = !verb.html.empty();
  const Status stopped =
      feed_loops(verb.loops, verb.maps, *sequences.source, describer, &run, console);
  if (!stopped.ok() && stopped.code() != Code::kCancelled) return stopped;
  if (run.frames.empty()) return corrupt("none of the frames could be read");
  // The graph and the summary are written though the poses turn out to be of other frames.
  Status judged;
  if (truth) judged = judge_run(*truth, verb.truth_options, &run);
  if (!judged.ok() && verb.truth.empty()) {
    console.note("the loops are not judged: " + judged.message());
    judged = {};
  }
  if (const auto& drawn = truth ? truth : odometry; drawn && run.want_pictures) {
    if (auto poses = drawn->of(run.frames); poses.ok()) run.poses = std::move(poses).value();
  }
  if (!verb.g2o.empty()) {
    const Status graph = write_graph(verb, odometry, run, console);
    if (judged.ok()) judged = graph;
  }
  if (!verb.html.empty()) {
    LOCI_RETURN_IF_ERROR(write_file(verb.html, std::string_view(loops_page(run))));
  }
  console.result_json(loops_json(run));
  console.result(loops_text(run));
  if (!judged.ok()) return judged;
  if (!stopped.ok() || sequences.failures.empty()) return stopped;
  return corrupt(format(
      "%zu of %zu sequences could not be read", sequences.failures.size(), verb.sequences.size()));
}

}  // namespace

void add_loops_verb(Program& program) {
  auto verb = std::make_shared<LoopsVerb>();
  CLI::App* app =
      add_verb(program,
               "loops",
               "Find the frames of a drive that show a place seen before (loop closure)",
               "  loci loops drive/ -o loops.g2o\n"
               "  loci loops drive/ --odometry odometry.txt -o graph.g2o\n"
               "  loci loops walk.mp4 --every 0.5 -o loops.g2o\n"
               "  loci loops drive.bag --topic /camera/image_raw --truth poses.txt\n"
               "  loci loops morning/ evening/ --fps 30 --sequence 10 --json\n"
               "  loci simulate drive --drive-m 1500 --places 60 --seed 7\n"
               "  loci loops drive/images --truth drive/trajectory.txt --html loops.html\n"
               "  loci loops MH_01_easy/\n"
               "  loci loops monday/ --save-map robot.loops\n"
               "  loci loops tuesday/ --load-map robot.loops --save-map robot.loops\n"
               "Frames come in the order of their names; several sequences are one drive. Drives "
               "of EuRoC, TUM,\n"
               "KITTI, RobotCar and 4Seasons are recognised as they are downloaded, with times and "
               "true poses.");
  app->add_option("sequences",
                  verb->sequences,
                  "folders of frames, frames in their order, videos or bags of ROS 1 and 2")
      ->required();
  app->add_option("--model", verb->model, std::string(kModelHelp) + ", bow-orb or bow-rootsift");
  app->add_option(
      "--learn-from",
      verb->learn_from,
      "photographs and folders that rootsift-vlad and bow-... learn their vocabulary from; "
      "the sequences themselves when not given");
  app->add_option("--num-words", verb->num_words, "bow-...: words of the vocabulary")
      ->check(CLI::Range(2, 100'000))
      ->capture_default_str();
  app->add_option("--precision", verb->precision, "fp32, bf16, int8 or auto")
      ->capture_default_str();
  app->add_option(
         "--verify-features",
         verb->loops.geometry.verify_features,
         "what is checked: points (the model's local features), backbone or rootsift (slow: "
         "pictures are kept and looked at again); auto for points where the model has some")
      ->capture_default_str();
  add_output(program,
             app,
             "-o,--g2o",
             verb->g2o,
             OutputKind::kGraph,
             "write the loops as a pose graph for g2o");
  app->add_option(
      "--odometry",
      verb->odometry,
      "with -o: poses of the frames (TUM's, KITTI's or EuRoC's format, a table or a bag) as "
      "vertices and edges");
  app->add_option("--loop-sigma-m",
                  verb->graph.loop_sigma_m,
                  "with -o: how near a loop says two frames are, metres")
      ->capture_default_str();
  app->add_option(
         "--loop-sigma-deg", verb->graph.loop_sigma_deg, "with -o: and how alike turned, degrees")
      ->capture_default_str();
  app->add_option("--truth",
                  verb->truth,
                  "true poses (TUM's, KITTI's, EuRoC's, RobotCar's or 4Seasons' format, a table or "
                  "a bag), to judge the loops "
                  "by; a recognised drive brings its own");
  add_output(program,
             app,
             "--html",
             verb->html,
             OutputKind::kPage,
             "write a page with the loops and the precision-recall curve");
  add_output(program,
             app,
             "--save-map",
             verb->maps.save,
             OutputKind::kLoopMap,
             "write the frames that are kept, for --load-map of a later run");
  app->add_option("--load-map",
                  verb->maps.load,
                  "begin with the frames of an earlier run with the same model (--save-map)");
  app->add_option("--fps", verb->rules.fps, "frames a second, where names do not say the time")
      ->capture_default_str();
  app->add_option(
         "--every", verb->rules.every_s, "seconds between frames that are taken; 0 for all")
      ->capture_default_str();
  app->add_option("--topic", verb->rules.topic, kTopicHelp);
  app->add_option(
      "--pose-topic",
      verb->pose_topic,
      "bags as --odometry or --truth: topic of the poses, or the frames of transforms as "
      "PARENT>CHILD; needed where there are several");
  app->add_option("--threads", verb->loops.num_threads, "threads, 0 for all")
      ->capture_default_str();
  add_options(app, verb->loops);
  add_options(app, verb->truth_options);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_loops(*verb, console); };
  });
}

}  // namespace loci::cli
