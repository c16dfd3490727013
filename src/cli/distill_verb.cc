// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_search.h"
#include "verb.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/model/architectures.h"
#include "loci/train/trainer.h"

#include <algorithm>

namespace loci::cli {
namespace {

struct DistillVerb {
  std::string teacher, student, out, work;
  std::vector<std::string> photos;
  bool resume = false;
  train::DistillOptions options;
};

Result<train::DistillInputs> inputs_of(const DistillVerb& verb, Console& console) {
  train::DistillInputs inputs;
  LOCI_TRY(teacher, load_model(verb.teacher));
  inputs.teacher = std::move(teacher);
  const std::vector<std::string> names = architecture_names();
  if (std::ranges::find(names, verb.student) != names.end()) {
    inputs.architecture = verb.student;
  } else if (file_info(verb.student).ok()) {
    LOCI_TRY(student, load_model(verb.student));
    inputs.student = std::move(student);
  } else {
    std::string known;
    for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
    return not_found("student '" + printable(verb.student) +
                     "' is neither a model file nor an architecture; those are " + known);
  }
  PhotoSearch search;
  LOCI_TRY(photos, find_photos(verb.photos, &search));
  note_search(search, console);
  if (photos.empty()) {
    return invalid_argument("there are no photos in what was given; name files or folders");
  }
  inputs.photos = std::move(photos);
  inputs.work_folder = verb.work.empty() ? verb.out + ".run" : verb.work;
  inputs.resume = verb.resume;
  return inputs;
}

std::string epoch_text(const train::DistillEpoch& record) {
  std::string text = format("epoch %3d", record.epoch);
  if (record.epoch > 0) {
    text += format("   loss %.4f   features %.4f   descriptors %.5f   rate %.2g   %.1f photos/s",
                   record.loss,
                   record.feature_loss,
                   record.descriptor_loss,
                   record.learning_rate,
                   static_cast<double>(record.photos) / std::max(1e-9, record.seconds));
  }
  text += format("   cosine %.4f   changed %.4f   descriptors differ by %.4f",
                 record.val_cosine,
                 record.val_changed,
                 record.val_descriptor);
  return text + (record.best ? "   best" : "");
}

std::string summary_json(const train::DistillSummary& summary, const DistillVerb& verb) {
  JsonWriter json;
  json.object().member("model", verb.out).member("fingerprint", summary.model->fingerprint);
  json.member("epochs", summary.epochs.empty() ? 0 : summary.epochs.back().epoch);
  json.member("best_epoch", summary.best_epoch).member("seconds", summary.seconds);
  json.member("curve", summary.curve_page);
  json.key("failed").array();
  for (const std::string& photo : summary.failed) json.value(photo);
  return json.end().end().str();
}

Status run(const DistillVerb& verb, Console& console) {
  LOCI_RETURN_IF_ERROR(train::validate(verb.options));
  LOCI_TRY(engine, train::train_engine());
  LOCI_TRY(inputs, inputs_of(verb, console));
  const auto on_epoch = [&console](const train::DistillEpoch& record) {
    console.result_json(train::to_json(record));
    console.result(epoch_text(record));
  };
  LOCI_TRY(summary, engine->distill(inputs, verb.options, on_epoch, console.job()));
  LOCI_RETURN_IF_ERROR(save_model(*summary.model, verb.out));
  for (const std::string& photo : summary.failed) console.note("left out: " + photo);
  console.result_json(summary_json(summary, verb));
  console.result(format("%s: best epoch %d, %zu photos left out, curve %s",
                        verb.out.c_str(),
                        summary.best_epoch,
                        summary.failed.size(),
                        summary.curve_page.c_str()));
  return {};
}

}  // namespace

void add_distill_verb(Program& program) {
  auto verb = std::make_shared<DistillVerb>();
  CLI::App* app =
      add_verb(program,
               "distill",
               "Teach a small network a large one's features from photos without labels",
               "  loci distill --teacher vgg16.safetensors --student placenet photos/ -o "
               "small.safetensors\n"
               "  loci distill --teacher big.safetensors --student small.safetensors photos/ -o "
               "better.safetensors --resume");
  app->add_option("photos", verb->photos, "photos, or folders of them")->required();
  app->add_option("--teacher", verb->teacher, "model file that is learnt from")->required();
  app->add_option("--student",
                  verb->student,
                  "model file to go on from, or an architecture such as placenet (random start)")
      ->required();
  add_output(program, app, "--out,-o", verb->out, OutputKind::kModel, "where the student goes")
      ->required();
  app->add_option("--work", verb->work, "folder of checkpoints and the curve (OUT.run)");
  app->add_flag("--resume", verb->resume, "go on with the run in the work folder");
  app->add_option("--threads", verb->options.num_threads, "threads, 0 for all")
      ->capture_default_str();
  add_options(app, verb->options);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run(*verb, console); };
  });
}

}  // namespace loci::cli
