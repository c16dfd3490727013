// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "dataset_argument.h"
#include "finish_model.h"
#include "verb.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/data/dataset.h"
#include "loci/describe/named_model.h"
#include "loci/train/trainer.h"

namespace loci::cli {
namespace {

struct TrainVerb {
  std::string dataset, model, out, work, validation, validation_split, whiten_on;
  bool resume = false;
  DatasetOptions data;
  train::TrainOptions train;
  train::ClusterOptions cluster;
  FinishOptions finish;
};

std::vector<std::string> photos_of(const Dataset& dataset, bool queries) {
  std::vector<std::string> paths;
  for (const ImageRecord& record : dataset.database) paths.push_back(image_path(dataset, record));
  if (!queries) return paths;
  for (const ImageRecord& record : dataset.queries) paths.push_back(image_path(dataset, record));
  return paths;
}

Result<train::TrainInputs> inputs_of(const TrainVerb& verb, Console& console) {
  train::TrainInputs inputs;
  LOCI_TRY(data, read_dataset_argument(verb.dataset, verb.data));
  for (const std::string& note : data.notes) console.note(note);
  inputs.data = std::move(data);
  if (!verb.validation.empty() || !verb.validation_split.empty()) {
    DatasetOptions options = verb.data;
    options.split = verb.validation_split;
    LOCI_TRY(
        validation,
        read_dataset_argument(verb.validation.empty() ? verb.dataset : verb.validation, options));
    inputs.validation = std::move(validation);
  }
  const auto photos = [&] { return photos_of(inputs.data, false); };
  LOCI_TRY(model, named_model(verb.model, photos, {}, console.job()));
  inputs.start = std::move(model);
  inputs.work_folder = verb.work.empty() ? verb.out + ".run" : verb.work;
  inputs.resume = verb.resume;
  return inputs;
}

Result<FinishPhotos> finish_photos(const TrainVerb& verb, const train::TrainInputs& inputs) {
  FinishPhotos photos{.name = inputs.data.name,
                      .paths = photos_of(inputs.data, false),
                      .calibration = photos_of(inputs.data, false),
                      .held_out = {}};
  if (inputs.validation) {
    for (const std::string& path : photos_of(*inputs.validation, true))
      photos.held_out.insert(path);
  }
  if (verb.whiten_on.empty()) return photos;
  DatasetOptions options = verb.data;
  options.split.clear();
  LOCI_TRY(data, read_dataset_argument(verb.whiten_on, options));
  photos.name = data.name;
  photos.paths = photos_of(data, false);
  options.split = "test";
  if (const auto test = read_dataset_argument(verb.whiten_on, options); test.ok()) {
    for (const std::string& path : photos_of(*test, true)) photos.held_out.insert(path);
  }
  return photos;
}

std::string epoch_text(const train::EpochRecord& record) {
  std::string text = format("epoch %3d", record.epoch);
  if (record.epoch > 0) {
    text += format("   loss %.4f   violating %.2f   rate %.2g   %s",
                   record.loss,
                   record.violating,
                   record.learning_rate,
                   human_seconds(record.seconds).c_str());
  }
  for (size_t i = 0; i < record.recall.size(); ++i) {
    text += format("   R@%d %.3f", record.n[i], record.recall[i]);
  }
  return text + (record.best ? "   best" : "");
}

std::string summary_json(const train::TrainSummary& summary, const TrainVerb& verb) {
  JsonWriter json;
  json.object().member("model", verb.out).member("fingerprint", summary.model->fingerprint);
  json.member("epochs", summary.epochs.empty() ? 0 : summary.epochs.back().epoch);
  json.member("best_epoch", summary.best_epoch).member("stopped", summary.stopped);
  json.member("seconds", summary.seconds).member("curve", summary.curve_page);
  json.key("failed").array();
  for (const std::string& photo : summary.failed) json.value(photo);
  return json.end().end().str();
}

Status run_rank(const TrainVerb& verb, const train::ClusterPlace& place, Console& console) {
  LOCI_TRY(engine, train::train_engine());
  LOCI_TRY(inputs, inputs_of(verb, console));
  inputs.place = place;
  inputs.cluster = verb.cluster;
  const auto on_epoch = [&console](const train::EpochRecord& record) {
    console.result_json(train::to_json(record));
    console.result(epoch_text(record));
  };
  LOCI_TRY(summary, engine->train(inputs, verb.train, on_epoch, console.job()));
  if (place.rank > 0) return {};  // rank 0 has the model
  LOCI_TRY(photos, finish_photos(verb, inputs));
  FinishOptions finish = verb.finish;
  finish.seed = verb.train.seed;
  finish.num_threads = verb.train.num_threads;
  LOCI_TRY(model, finish_model(summary.model, photos, finish, console.job()));
  summary.model = std::move(model);
  LOCI_RETURN_IF_ERROR(save_model(*summary.model, verb.out));
  console.result_json(summary_json(summary, verb));
  console.result(format("%s: %s, best epoch %d, %zu photos left out, curve %s",
                        verb.out.c_str(),
                        summary.stopped.c_str(),
                        summary.best_epoch,
                        summary.failed.size(),
                        summary.curve_page.c_str()));
  return {};
}

Status run(const TrainVerb& verb, Console& console) {
  LOCI_RETURN_IF_ERROR(train::validate(verb.train));
  LOCI_RETURN_IF_ERROR(train::validate(verb.cluster));
  LOCI_TRY(place, train::cluster_place());
  // Rank 0 speaks for all; the others only say why they end.
  if (place.rank > 0) console.quiet = true;
  const Status status = run_rank(verb, place, console);
  return place.num_ranks == 1 ? status : status.with_context(format("rank %d", place.rank));
}

}  // namespace

void add_train_verb(Program& program) {
  auto verb = std::make_shared<TrainVerb>();
  CLI::App* app =
      add_verb(program,
               "train",
               "Learn a place descriptor from photographs with positions, places or order",
               "  loci train pitts30k/ --split train --val-split val --model vgg16.safetensors -o "
               "place.safetensors\n"
               "  loci train streets/ --model start.safetensors --pooling max --epochs 10 -o "
               "max.safetensors\n"
               "  loci train streets/ --model start.safetensors -o place.safetensors --resume\n"
               "Several processes: the same command in each, told apart by RANK, WORLD_SIZE, "
               "MASTER_ADDR and MASTER_PORT (docs/cluster.md)");
  app->add_option(
         "dataset", verb->dataset, "folder or file that says what it is (docs/data_sets.md)")
      ->required();
  app->add_option("--model", verb->model, "the model to start from")->required();
  add_output(
      program, app, "--out,-o", verb->out, OutputKind::kModel, "where the trained model goes")
      ->required();
  app->add_option(
      "--work", verb->work, "folder of checkpoints, caches and the learning curve (OUT.run)");
  app->add_option("--val",
                  verb->validation,
                  "validation data set (default: the same, see --val-split, or queries held back)");
  app->add_option(
      "--val-split", verb->validation_split, "part of the validation data set, such as val");
  app->add_flag("--resume", verb->resume, "go on with the run in the work folder");
  app->add_option("--threads", verb->train.num_threads, "threads, 0 for all")
      ->capture_default_str();
  app->add_option("--whiten-on",
                  verb->whiten_on,
                  "data set whose database the whitening is learnt on (default: the training set)");
  add_options(app, verb->finish);
  add_options(app, verb->data);
  add_options(app, verb->train);
  add_options(app, verb->cluster);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run(*verb, console); };
  });
}

}  // namespace loci::cli
