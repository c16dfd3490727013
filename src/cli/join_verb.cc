// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verb.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/model/branches.h"

namespace loci::cli {
namespace {

struct JoinVerb {
  std::vector<std::string> branches;
  std::string out, name = "joined";
  bool own_centers = false;
};

/// NAME=WEIGHT:FILE
Result<BranchPart> parse_branch(const std::string& text) {
  const size_t equals = text.find('=');
  const size_t colon = equals == std::string::npos ? equals : text.find(':', equals);
  if (colon == std::string::npos || equals == 0 || colon + 1 == text.size()) {
    return invalid_argument("--branch " + printable(text) +
                            ": expected NAME=WEIGHT:FILE, such as scene=1:vlad.safetensors");
  }
  BranchPart part{.name = text.substr(0, equals)};
  const std::string weight = text.substr(equals + 1, colon - equals - 1);
  const auto number = parse_double(weight);
  if (!number || !(*number > 0)) {
    return invalid_argument("branch '" + printable(part.name) + "': the weight is '" +
                            printable(weight) + "', expected a number above 0");
  }
  part.weight = *number;
  Result<std::shared_ptr<const Model>> model = load_model(text.substr(colon + 1));
  if (!model.ok()) return model.status().with_context("branch '" + printable(part.name) + "'");
  part.model = std::move(*model);
  return part;
}

Status run(const JoinVerb& verb, Console& console) {
  std::vector<BranchPart> parts;
  for (const std::string& text : verb.branches) {
    LOCI_TRY(part, parse_branch(text));
    parts.push_back(std::move(part));
  }
  LOCI_TRY(model, join_branches(verb.name, parts, verb.own_centers));
  LOCI_RETURN_IF_ERROR(save_model(*model, verb.out));
  JsonWriter json;
  json.object().member("model", verb.out).member("fingerprint", model->fingerprint);
  json.key("branches").array();
  for (const BranchPart& part : parts) json.value(part.name);
  console.result_json(json.end().end().str());
  console.result(format("%s: %zu branches", verb.out.c_str(), parts.size()));
  return {};
}

}  // namespace

void add_join_verb(Program& program) {
  auto verb = std::make_shared<JoinVerb>();
  CLI::App* app = add_verb(program,
                           "join",
                           "Make one model of several that describe a photo side by side",
                           "  loci join --branch scene=1:mobilenet.safetensors --branch "
                           "detail=0.5:xfeat.safetensors \\\n"
                           "      -o both.safetensors --name both --own-centers");
  app->add_option("--branch",
                  verb->branches,
                  "NAME=WEIGHT:FILE, once a branch; a pair's similarity is the mean of the "
                  "branches' by weight")
      ->required();
  app->add_option("--out,-o", verb->out, "the model file to write")->required();
  app->add_option("--name", verb->name, "the model's name")->capture_default_str();
  app->add_flag("--own-centers",
                verb->own_centers,
                "a collection learns the cluster centers from its own photos");
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run(*verb, console); };
  });
}

}  // namespace loci::cli
