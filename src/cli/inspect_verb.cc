// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verb.h"

#include "loci/base/file.h"
#include "loci/describe/builtin.h"
#include "loci/exchange/inspect.h"
#include "loci/model/model.h"

#include <algorithm>
#include <optional>

namespace loci::cli {
namespace {

struct InspectVerb {
  std::string file;
  bool verify = false;
};

bool is_builtin(const std::string& name) {
  return std::ranges::count(builtin_models(), name) > 0 && !file_info(name).ok();
}

/// A built-in model lies in the program: its file is written out to be looked at.
Status run_inspect(InspectVerb verb, Console& console) {
  std::optional<TempFolder> folder;
  if (is_builtin(verb.file)) {
    LOCI_TRY(model, builtin_model(verb.file));
    folder.emplace();
    const std::string file = *folder / (verb.file + ".safetensors");
    LOCI_RETURN_IF_ERROR(save_model(*model, file));
    verb.file = file;
  }
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
