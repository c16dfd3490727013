// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_search.h"
#include "verb.h"

#include "loci/base/json_writer.h"
#include "loci/base/npy.h"
#include "loci/base/text.h"
#include "loci/describe/describer.h"
#include "loci/describe/named_model.h"

#include <cmath>

namespace loci::cli {
namespace {

struct DescribeVerb {
  std::vector<std::string> images;
  std::string model = default_model_name();
  std::string precision = "auto";
  std::string out;
  LearnOptions learn = classic_learn_options();
};

Status run_describe(const DescribeVerb& verb, Console& console) {
  LOCI_TRY(precision, parse_precision(verb.precision));
  LOCI_RETURN_IF_ERROR(check_model_name(verb.model));
  PhotoSearch search;
  LOCI_TRY(photos, find_photos(verb.images, &search));
  note_search(search, console);
  if (photos.empty())
    return invalid_argument(
        nothing_found("no photographs there; give image files or folders with images", search));
  LOCI_TRY(model,
           named_model(
               verb.model, [&] { return photos; }, verb.learn, console.job()));
  LOCI_TRY(
      describer,
      Describer::create(model, {.precision = precision, .num_threads = verb.learn.num_threads}));
  if (!describer->note().empty()) console.note(describer->note());

  Matrix descriptors(static_cast<int64_t>(photos.size()), describer->dim());
  JsonWriter json;
  json.object()
      .member("images", photos.size())
      .member("dim", describer->dim())
      .member("model", model->fingerprint);
  json.key("failed").array();
  int64_t failed = 0;
  const JobControl job = console.job();
  LOCI_RETURN_IF_ERROR(describe_files(
      *describer,
      photos,
      verb.learn.num_threads,
      false,
      [&](size_t i, DescribedImage&& image) {
        const auto row = descriptors.row(static_cast<int64_t>(i));
        if (image.status.ok()) {
          std::copy(image.descriptor.begin(), image.descriptor.end(), row.begin());
        } else {
          std::fill(row.begin(),
                    row.end(),
                    NAN);  // keeps argument order without passing for a descriptor
          json.object().member("image", photos[i]).member("error", image.status.message()).end();
          console.note(image.status.message());
          ++failed;
        }
        job.progress(
            "describing", static_cast<int64_t>(i) + 1, static_cast<int64_t>(photos.size()));
        return true;
      },
      job));
  if (!verb.out.empty()) LOCI_RETURN_IF_ERROR(write_npy(verb.out, descriptors));
  json.end().end();
  console.result_json(json.str());
  console.result(format("%lld images described, %lld failed, %lld numbers each%s",
                        static_cast<long long>(photos.size()) - failed,
                        static_cast<long long>(failed),
                        static_cast<long long>(describer->dim()),
                        verb.out.empty() ? "" : (", written to " + verb.out).c_str()));
  if (failed > 0)
    return corrupt(format("%lld of %zu images could not be described",
                          static_cast<long long>(failed),
                          photos.size()));
  return {};
}

}  // namespace

void add_describe_verb(Program& program) {
  auto verb = std::make_shared<DescribeVerb>();
  CLI::App* app =
      add_verb(program,
               "describe",
               "Turn photographs into descriptors",
               "  loci describe a.jpg b.jpg --model place.safetensors -o descriptors.npy\n"
               "  loci describe photos/ --model rootsift-vlad --json");
  app->add_option("images", verb->images, "image files and folders")->required();
  app->add_option("--model", verb->model, kModelHelp)->capture_default_str();
  app->add_option("--precision", verb->precision, "fp32, bf16, int8 or auto")
      ->capture_default_str();
  add_output(program,
             app,
             "-o,--out",
             verb->out,
             OutputKind::kArray,
             "write the descriptors here, float32 .npy, one row an image in argument order "
             "(not-a-number where an image failed)");
  add_options(app, verb->learn);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_describe(*verb, console); };
  });
}

}  // namespace loci::cli
