// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "index_report.h"
#include "photo_search.h"
#include "verb.h"
#include "video_frames.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/describe/adapt.h"
#include "loci/describe/named_model.h"
#include "loci/place/index_photos.h"

namespace loci::cli {
namespace {

constexpr const char* kVideosHint = "--videos takes them";

struct IndexVerb {
  std::vector<std::string> photos;
  std::string db;
  std::string model;
  std::string precision = "auto";
  std::string adapt = "auto";
  std::string vocabulary;
  std::string shard;
  std::string dimensions = "auto";
  bool relearn = false;
  bool keep_features = false;
  bool keep_missing = false;
  bool compact = false;
  bool follow_links = false;
  bool verify = false;
  bool videos = false;
  bool learns = false;  ///< an option that only a vocabulary learnt here has was given
  std::string frames;
  VideoOptions video{.every_s = 1, .positions = true};
  LearnOptions learn = classic_learn_options();
};

/// The named model with centers of this collection's own, or those of --vocabulary.
Result<std::shared_ptr<const Model>> own_model(const IndexVerb& verb,
                                               const std::shared_ptr<const Model>& named,
                                               const std::vector<std::string>& photos,
                                               const DescribeOptions& describe,
                                               Console& console) {
  LOCI_TRY(adapt, parse_adapt(verb.adapt));
  if (verb.vocabulary.empty())
    return model_for_collection(named, photos, adapt, describe, console.job());
  if (file_info(verb.vocabulary).ok()) {
    LOCI_TRY(kept, load_model(verb.vocabulary));
    if (base_fingerprint(*kept) == named->fingerprint) return kept;
    return invalid_argument(
        printable(verb.vocabulary) + ": is a vocabulary of another model than " +
        printable(named->spec.name) + "; name that model with --model, or give another file");
  }
  if (adapt == Adapt::kNever)
    return not_found(printable(verb.vocabulary) + ": is not there, and --adapt never learns none");
  LOCI_TRY(made, model_for_collection(named, photos, Adapt::kAlways, describe, console.job()));
  LOCI_RETURN_IF_ERROR(save_model(*made, verb.vocabulary));
  console.note("vocabulary: " + verb.vocabulary);
  return made;
}

Result<std::unique_ptr<PlaceDb>> open_or_create(const IndexVerb& verb,
                                                const DescribeOptions& describe,
                                                Console& console) {
  if (PlaceDb::exists(verb.db)) {
    if (verb.learns) {
      return invalid_argument(
          printable(verb.db) +
          ": has its model already; --num-clusters, --whiten-dim, --max-images and "
          "--features-per-image are about a vocabulary that a new collection learns");
    }
    if (verb.relearn) LOCI_RETURN_IF_ERROR(PlaceDb::relearn(verb.db, describe, console.job()));
    if (verb.model.empty()) return PlaceDb::open(verb.db, describe);
    if (verb.model == "rootsift-vlad") {
      LOCI_TRY(db, PlaceDb::open(verb.db, describe));
      const std::string& own = db->describer().model().spec.name;
      if (own == verb.model) return db;
      return invalid_argument(printable(verb.db) + ": is a collection of the model '" +
                              printable(own) +
                              "', not of rootsift-vlad; leave --model out, or "
                              "index into a new folder");
    }
    const auto no_photos = [] { return std::vector<std::string>(); };
    LOCI_TRY(model, named_model(verb.model, no_photos, verb.learn, console.job()));
    return PlaceDb::open(verb.db, describe, model->fingerprint, verb.model);
  }
  const std::string name = verb.model.empty() ? default_model_name() : verb.model;
  if (verb.learns && name != "rootsift-vlad") {
    return invalid_argument(
        "--num-clusters, --whiten-dim, --max-images and --features-per-image are about a "
        "vocabulary learnt from these photographs; give "
        "--model rootsift-vlad with them");
  }
  PhotoSearch search;
  LOCI_TRY(photos, find_photos(verb.photos, &search));
  if (photos.empty())
    return invalid_argument(nothing_found(
        "no photographs there; give image files or folders with images", search, kVideosHint));
  LOCI_TRY(named,
           named_model(
               name, [&] { return photos; }, verb.learn, console.job()));
  LOCI_TRY(model, own_model(verb, named, photos, describe, console));
  auto made = PlaceDb::create(verb.db, model, describe);
  if (made.ok() || !PlaceDb::exists(verb.db)) return made;
  return PlaceDb::open(verb.db, describe, model->fingerprint, name);  // another process was quicker
}

Status report_verify(const PlaceDb& db, Console& console) {
  LOCI_TRY(report, db.verify());
  for (const std::string& problem : report.problems) console.note(problem);
  if (!report.problems.empty()) {
    return corrupt(
        format("the collection has %zu problems; index its photographs again into a new folder",
               report.problems.size()));
  }
  console.note(
      format("verified: %lld images, no problem found", static_cast<long long>(report.images)));
  return {};
}

/// Collections that are to be merged must have one model, so that shards keep theirs.
Result<IndexPlan> plan_of(const IndexVerb& verb) {
  IndexPlan plan{.learn_centers = false};
  if (!verb.shard.empty()) LOCI_RETURN_IF_ERROR(check_shard(verb.shard));
  LOCI_TRY(dimensions, parse_dimensions(verb.dimensions));
  plan.dimensions = dimensions;
  if (verb.shard.empty() && verb.vocabulary.empty()) return plan;
  if (dimensions > 0) {
    return invalid_argument(
        "--dimensions with --shard or --vocabulary: each part would be shortened in its own way "
        "and none could be merged; give it to the merged collection");
  }
  plan.dimensions = kFullDimensions;
  return plan;
}

Status run_index(IndexVerb& verb, Console& console) {
  LOCI_TRY(precision, parse_precision(verb.precision));
  LOCI_TRY(plan, plan_of(verb));
  const Stopwatch watch;
  const std::vector<std::string> named = verb.photos;
  if (!verb.model.empty()) LOCI_RETURN_IF_ERROR(check_model_name(verb.model));
  if (verb.videos) take_videos(&verb.photos);
  LOCI_TRY(uncut,
           cut_videos(verb.frames.empty() ? verb.db + ".frames" : verb.frames,
                      verb.video,
                      &verb.photos,
                      console));
  if (verb.photos.empty()) return uncut.front().error;
  const DescribeOptions describe{.precision = precision, .num_threads = verb.learn.num_threads};
  LOCI_TRY(opened, open_or_create(verb, describe, console));
  std::shared_ptr<PlaceDb> db = std::move(opened);
  if (!db->describer().note().empty()) console.note(db->describer().note());
  std::vector<std::string> photos = verb.photos;
  if (!verb.shard.empty()) {
    PhotoSearch search;
    LOCI_TRY(found, find_photos(verb.photos, &search));
    note_search(search, console, kVideosHint);
    photos = std::move(found);
    LOCI_RETURN_IF_ERROR(keep_shard(verb.shard, &photos));
  }
  LOCI_TRY(report,
           index_photos(verb.db,
                        photos,
                        {.num_threads = verb.learn.num_threads,
                         .remove_missing = !verb.keep_missing,
                         .keep_features = verb.keep_features,
                         .follow_links = verb.follow_links},
                        plan,
                        describe,
                        console.job(),
                        &db));
  if (verb.videos) forget_videos(&report.passed);
  for (VideoFailure& each : uncut) report.failed.push_back({each.video, std::move(each.error)});
  if (verb.compact && !report.interrupted) LOCI_RETURN_IF_ERROR(db->compact());
  console.result_json(index_report_json(report));
  note_search(report.passed, console, kVideosHint);
  for (const FailedImage& failed : report.failed) console.note("failed: " + failed.error.message());
  const std::string moved =
      report.moved == 0 ? "" : format("%lld moved, ", static_cast<long long>(report.moved));
  console.result(format(
      "%lld added, %lld updated, %lld removed, %s%lld unchanged, %zu failed; %lld in %s (%s)",
      static_cast<long long>(report.added),
      static_cast<long long>(report.updated),
      static_cast<long long>(report.removed),
      moved.c_str(),
      static_cast<long long>(report.unchanged),
      report.failed.size(),
      static_cast<long long>(report.total),
      verb.db.c_str(),
      human_seconds(watch.seconds()).c_str()));
  if (report.interrupted) {
    return cancelled(
        "interrupted; what was described is saved, the same command goes on from here");
  }
  if (const std::string advice = outgrown(db->describer().model(), report.total); !advice.empty())
    console.note(advice + ": 'loci index ... --relearn' learns them anew");
  if (verb.verify) LOCI_RETURN_IF_ERROR(report_verify(*db, console));
  return index_failure(report, named);
}

}  // namespace

void add_index_verb(Program& program) {
  auto verb = std::make_shared<IndexVerb>();
  CLI::App* app = add_verb(
      program,
      "index",
      "Describe photographs and remember them in a collection",
      "  loci index ~/Pictures --db pictures.loci\n"
      "  loci index ~/Pictures --db pictures.loci      again: only what is new or changed\n"
      "  loci index walk.mp4 --db walk.loci --every 0.5\n"
      "  loci index drive.bag --db drive.loci --topic /camera/image_raw\n"
      "  loci index day1/ day2/ --db robot.loci --model place.safetensors --json\n"
      "Ctrl-C stops and saves; the same command goes on where it stopped.");
  app->add_option("photos", verb->photos, "image files, folders, videos and bags of ROS 1 and 2")
      ->required();
  app->add_option("--db", verb->db, "folder of the collection; made when it is not there")
      ->required();
  app->add_option(
      "--model",
      verb->model,
      std::string(kModelHelp) + "; kept with the collection, so it is only needed the first time");
  app->add_option("--precision", verb->precision, "fp32, bf16, int8 or auto")
      ->capture_default_str();
  app->add_option("--adapt", verb->adapt, std::string(kAdaptHelp) + "; for a new collection")
      ->capture_default_str();
  app->add_option("--vocabulary",
                  verb->vocabulary,
                  "file of the model with the collection's own centers: used if it is there, else "
                  "learnt and written; shards that are to be merged share one");
  app->add_option(
         "--dimensions",
         verb->dimensions,
         "numbers of a descriptor: auto (4,096 from more than 5,000 photographs on, learnt "
         "from them), full, or how many")
      ->capture_default_str();
  app->add_option("--shard",
                  verb->shard,
                  "I/N: only the I-th (from 0) of N parts of the photographs; 'loci merge' puts "
                  "the collections together");
  app->add_option(
         "--every", verb->video.every_s, "videos, bags: seconds between the frames that are taken")
      ->capture_default_str();
  app->add_option("--every-frames",
                  verb->video.every_frames,
                  "videos, bags: of all frames take the first of so many")
      ->capture_default_str();
  app->add_flag("--videos", verb->videos, "also take the videos and bags in the folders given");
  app->add_option("--topic", verb->video.topic, kTopicHelp);
  app->add_option(
      "--frames",
      verb->frames,
      "videos, bags: folder for their frames, as photographs; DIR.frames when not given");
  app->add_flag("--keep-features",
                verb->keep_features,
                "keep the photos' local features in the collection (39 KB each): matches are then "
                "verified without reading photos");
  app->add_flag("--relearn",
                verb->relearn,
                "first learn the centers of a collection that has outgrown them anew from its own "
                "photos, and describe all of them again");
  app->add_flag("--keep-missing",
                verb->keep_missing,
                "do not forget photographs that are gone from the given folders");
  app->add_flag("--follow-links",
                verb->follow_links,
                "follow symbolic links that lead out of the given folders");
  app->add_flag("--compact", verb->compact, "rewrite the collection without removed photographs");
  app->add_flag("--verify", verb->verify, "read everything back and compare digests");
  add_options(app, verb->learn);
  app->callback([verb, app, &program] {
    for (const char* option :
         {"--num-clusters", "--whiten-dim", "--max-images", "--features-per-image"})
      verb->learns |= app->count(option) > 0;
    program.chosen = [verb](Console& console) { return run_index(*verb, console); };
  });
}

}  // namespace loci::cli
