// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verb.h"

#include "loci/exchange/inspect.h"
#include "loci/model/model.h"

namespace loci::cli {
namespace {

struct InspectVerb {
  std::string file;
  bool verify = false;
};

Status run_inspect(const InspectVerb& verb, Console& console) {
  LOCI_TRY(report, inspect_file(verb.file));
  console.result_json(report.to_json());
  console.result(report.to_text());
  if (!verb.verify) return {};
  LOCI_TRY(model, load_model(verb.file));
  LOCI_RETURN_IF_ERROR(verify_model(*model));
  console.note("verified: the tensors have the digest that the file states");
  return {};
}

}  // namespace

void add_inspect_verb(Program& program) {
  auto verb = std::make_shared<InspectVerb>();
  CLI::App* app = add_verb(program,
                           "inspect",
                           "Show what is in a model or weight file of anybody's",
                           "  loci inspect place.safetensors --verify\n"
                           "  loci inspect Pitts30K_struct.mat\n"
                           "  loci inspect checkpoint.pth.tar --json\n"
                           "Nothing in a file is ever executed.");
  app->add_option("file", verb->file, ".safetensors, .pth, .pth.tar, .mat, .onnx, .npz or .npy")
      ->required();
  app->add_flag("--verify", verb->verify, "a loci model: read every byte and compare its digest");
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_inspect(*verb, console); };
  });
}

}  // namespace loci::cli
