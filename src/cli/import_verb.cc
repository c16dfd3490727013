// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_search.h"
#include "verb.h"

#include "loci/base/text.h"
#include "loci/describe/float16.h"
#include "loci/describe/learn.h"
#include "loci/describe/named_model.h"
#include "loci/exchange/import.h"
#include "loci/model/interpolate.h"
#include "loci/model/model.h"

namespace loci::cli {
namespace {

struct ImportVerb {
  std::string file, out, blend, view;
  double blend_share = 0.5;
  std::vector<std::string> init_from;
  int whiten = 0;
  bool list = false, float16 = false;
  ImportOptions options;
  LearnOptions learn;
};

Status list_families(Console& console) {
  for (const ImportFamilyInfo& family : import_families()) {
    console.result(format("  %-16s %s", family.name.c_str(), family.sentence.c_str()));
  }
  return {};
}

/// Another pooling on the same network: what was learnt for the old one goes.
Status change_pooling(const ImportOptions& options, ImportedModel* imported) {
  ModelSpec spec = imported->model->spec;
  if (options.pooling.empty() || options.pooling == spec.pooling.type) return {};
  const bool clusters = options.pooling == "netvlad" || options.pooling == "vlad";
  if (!clusters && options.pooling != "gem" && options.pooling != "max" &&
      options.pooling != "mean" && options.pooling != "rmac") {
    return invalid_argument("--pooling " + printable(options.pooling) +
                            ": choose netvlad, vlad, gem, max, mean or rmac");
  }
  spec.pooling = PoolingSpec{.type = options.pooling};
  if (clusters) spec.pooling.num_clusters = options.num_clusters;
  spec.whitening = {};
  TensorMap tensors = imported->model->tensors;
  std::erase_if(tensors, [](const auto& each) {
    return each.first.starts_with("pooling.") || each.first.starts_with("whitening.");
  });
  imported->report.needs_clusters = clusters;
  imported->report.checks.push_back("pooling " + imported->model->spec.pooling.type +
                                    " replaced by " + options.pooling);
  imported->model = make_model(std::move(spec), std::move(tensors));
  return {};
}

/// A loci model is taken as it is, to be finished on photographs or stored in half the space.
Result<ImportedModel> import_any(const ImportVerb& verb) {
  constexpr const char* kOwn = "loci";
  const bool own = verb.options.family == kOwn;
  if (own || (verb.options.family == "auto" && verb.file.ends_with(".safetensors"))) {
    auto model = load_model(verb.file);
    if (own && !model.ok()) return model.status();
    if (model.ok()) {
      LOCI_RETURN_IF_ERROR(verify_model(**model));
      ImportReport report{.path = verb.file,
                          .format = "safetensors",
                          .family = kOwn,
                          .architecture = (*model)->spec.name};
      report.checks.push_back("the tensors have the digest that the file states");
      ImportedModel imported{std::move(*model), std::move(report)};
      LOCI_RETURN_IF_ERROR(change_pooling(verb.options, &imported));
      return imported;
    }
  }
  return import_model(verb.file, verb.options);
}

/// WxH: exactly these pixels; N: the shorter side of so many, aspect kept.
Status change_view(const std::string& text, ImportedModel& imported) {
  constexpr int kLeast = 32, kMost = 4096;
  const auto side = [](const std::string& digits) -> int {
    const auto value = parse_int(digits);
    return value && *value >= kLeast && *value <= kMost ? static_cast<int>(*value) : 0;
  };
  ModelSpec spec = imported.model->spec;
  Preprocessing& view = spec.preprocessing;
  const size_t cross = text.find('x');
  view.resize = cross == std::string::npos ? Preprocessing::Resize::kShorterSide
                                           : Preprocessing::Resize::kFixed;
  view.width = view.height = view.max_side = view.min_side = 0;
  if (cross == std::string::npos) {
    view.min_side = side(text);
  } else {
    view.width = side(text.substr(0, cross));
    view.height = side(text.substr(cross + 1));
  }
  if (view.min_side == 0 && (view.width == 0 || view.height == 0)) {
    return invalid_argument("--view " + printable(text) +
                            ": expected WIDTHxHEIGHT or the shorter side, 32 to 4,096 pixels");
  }
  imported.model = make_model(std::move(spec), imported.model->tensors);
  return {};
}

Status run_import(const ImportVerb& verb, Console& console) {
  if (verb.list) return list_families(console);
  if (verb.file.empty() || verb.out.empty())
    return invalid_argument("import needs a weight file and -o MODEL.safetensors");
  LOCI_TRY(imported, import_any(verb));
  if (!verb.blend.empty()) {
    LOCI_TRY(other, load_model(verb.blend));
    LOCI_TRY(between, interpolate_models(*imported.model, *other, verb.blend_share));
    imported.model = between;
    imported.report.checks.push_back(format("weights taken %g of the way to ", verb.blend_share) +
                                     printable(verb.blend));
  }
  if (!verb.view.empty()) LOCI_RETURN_IF_ERROR(change_view(verb.view, imported));
  std::shared_ptr<const Model> model = imported.model;
  if (!verb.init_from.empty()) {
    PhotoSearch search;
    LOCI_TRY(photos, find_photos(verb.init_from, &search));
    note_search(search, console);
    LearnOptions learn = verb.learn;
    learn.num_clusters = verb.options.num_clusters;
    learn.whiten_dim = verb.whiten;
    learn.keep_clusters = !imported.report.needs_clusters;
    LOCI_TRY(learnt, learn_model(model->spec, model->tensors, photos, learn, console.job()));
    model = learnt;
    if (imported.report.needs_clusters) {
      imported.report.needs_clusters = false;
      imported.report.checks.push_back(
          format("%d clusters learnt from the photographs", learn.num_clusters));
    }
    if (model->tensors.contains("calibration.input"))
      imported.report.checks.push_back("activation ranges for int8 found on the photographs");
  } else if (imported.report.needs_clusters) {
    return invalid_argument(
        printable(verb.file) + ": holds no clusters for " + model->spec.pooling.type +
        "; give --init-from PHOTOS to learn them, or --pooling gem, max or mean");
  }
  if (verb.float16) {
    LOCI_TRY(half, with_float16_weights(*model));
    model = half;
    imported.report.checks.push_back("weights rounded to float16");
  }
  LOCI_RETURN_IF_ERROR(save_model(*model, verb.out));
  console.result_json(imported.report.to_json());
  console.result(imported.report.to_text());
  console.note("written: " + verb.out);
  return {};
}

}  // namespace

void add_import_verb(Program& program) {
  auto verb = std::make_shared<ImportVerb>();
  CLI::App* app = add_verb(
      program,
      "import",
      "Make a loci model of other people's weights",
      "  loci import Pitts30K_struct.mat -o pitts30k.safetensors\n"
      "  loci import checkpoint.pth.tar --family pytorch-netvlad -o port.safetensors\n"
      "  loci import mobilenet_v1.npz --pooling netvlad --init-from photos/ --whiten 512 -o "
      "mine.safetensors\n"
      "  loci import trained.safetensors --init-from photos/ --whiten 512 --float16 -o "
      "small.safetensors\n"
      "  loci import start.safetensors --blend trained.safetensors -o between.safetensors\n"
      "  loci import resnet50_gem.onnx -o gem.safetensors\n"
      "  loci import --list");
  app->add_option(
      "file", verb->file, "weight file: .mat, .pth, .pth.tar, .npz, .onnx, .safetensors");
  add_output(program, app, "-o,--out", verb->out, OutputKind::kModel, "the model file to write");
  app->add_option("--view",
                  verb->view,
                  "size at which the network looks at a photo: WIDTHxHEIGHT, or the shorter side "
                  "with the aspect kept");
  app->add_option("--init-from",
                  verb->init_from,
                  "photographs to learn from: clusters where the file has none, int8 ranges, "
                  "whitening with --whiten");
  app->add_option(
         "--whiten", verb->whiten, "with --init-from: width of the whitened descriptor, 0 for none")
      ->capture_default_str();
  app->add_option("--max-images",
                  verb->learn.max_images,
                  "with --init-from: photographs that clusters and whitening are learnt from, "
                  "drawn at random")
      ->capture_default_str();
  app->add_option("--calibration-images",
                  verb->learn.calibration_images,
                  "with --init-from: photographs that set the ranges of int8")
      ->capture_default_str();
  app->add_option(
      "--blend",
      verb->blend,
      "another of loci's models with the same network: write the one that lies between the two");
  app->add_option("--blend-share",
                  verb->blend_share,
                  "with --blend: how far to go, 0 the first model, 1 the other")
      ->capture_default_str();
  app->add_option("--threads", verb->learn.num_threads, "threads, 0 for all")
      ->capture_default_str();
  app->add_flag("--float16", verb->float16, "store the weights in 16 bits: half the file");
  app->add_flag("--list", verb->list, "list the families of weight files that are known");
  add_options(app, verb->options);
  app->add_option("--seed", verb->learn.seed, "with --init-from: seed of the draws and of k-means")
      ->capture_default_str();
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_import(*verb, console); };
  });
}

}  // namespace loci::cli
