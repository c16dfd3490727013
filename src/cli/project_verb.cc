// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_search.h"
#include "verb.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/describe/named_model.h"
#include "loci/train/projection.h"

namespace loci::cli {
namespace {

struct ProjectVerb {
  std::string model, out;
  std::vector<std::string> photos;
  train::ProjectionOptions options;
};

Status run(const ProjectVerb& verb, Console& console) {
  LOCI_RETURN_IF_ERROR(train::validate(verb.options));
  PhotoSearch search;
  LOCI_TRY(photos, find_photos(verb.photos, &search));
  note_search(search, console);
  if (photos.empty())
    return invalid_argument("no photos found; give image files or folders that contain images");
  const auto all = [&photos] { return photos; };
  LOCI_TRY(model, named_model(verb.model, all, classic_learn_options(), console.job()));
  LOCI_TRY(made, train::learn_projection(model, photos, verb.options, console.job()));
  LOCI_RETURN_IF_ERROR(save_model(*made, verb.out));
  JsonWriter json;
  json.object().member("model", verb.out).member("fingerprint", made->fingerprint);
  json.member("dim", verb.options.dim).end();
  console.result_json(json.str());
  console.result(
      format("%s: features projected to %d dimensions", verb.out.c_str(), verb.options.dim));
  return {};
}

}  // namespace

void add_project_verb(Program& program) {
  auto verb = std::make_shared<ProjectVerb>();
  CLI::App* app =
      add_verb(program,
               "project",
               "Make a model's features smaller and steadier across light, from photos without "
               "labels",
               "  loci project mobilenet_vlad.safetensors photos/ -o projected.safetensors\n"
               "  loci project xfeat.safetensors photos/ --dim 48 --max-images 500 -o "
               "small.safetensors");
  app->add_option("model", verb->model, kModelHelp)->required();
  app->add_option("photos", verb->photos, "photos, or folders of them")->required();
  add_output(program, app, "--out,-o", verb->out, OutputKind::kModel, "the model file to write")
      ->required();
  add_options(app, verb->options);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run(*verb, console); };
  });
}

}  // namespace loci::cli
