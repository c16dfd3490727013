// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_search.h"
#include "verb.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/describe/adapt.h"
#include "loci/describe/float16.h"
#include "loci/model/branches.h"
#include "loci/model/record.h"

#include <algorithm>

namespace loci::cli {
namespace {

struct JoinVerb {
  std::vector<std::string> branches, heads, photos, fixed;
  std::string out, name = "joined", pooling, odds;
  bool own_centers = false, float16 = false;
  LearnOptions learn{.max_images = 500, .features_per_image = 160};
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

/// NAME=WEIGHT:BRANCH/OUTPUT
Result<BranchPart> parse_head(const std::string& text, const std::vector<BranchPart>& parts) {
  const size_t equals = text.find('='), colon = text.find(':'), slash = text.rfind('/');
  if (equals == std::string::npos || colon == std::string::npos || slash == std::string::npos ||
      equals == 0 || colon < equals || slash < colon) {
    return invalid_argument("--head " + printable(text) +
                            ": expected NAME=WEIGHT:BRANCH/OUTPUT, such as "
                            "detail=1:scene/local_features");
  }
  BranchPart part{.name = text.substr(0, equals)};
  const auto weight = parse_double(text.substr(equals + 1, colon - equals - 1));
  if (!weight || !(*weight > 0))
    return invalid_argument("head '" + printable(part.name) + "': expected a weight above 0");
  part.weight = *weight;
  part.shares = text.substr(colon + 1, slash - colon - 1);
  for (const BranchPart& owner : parts) {
    if (owner.name != part.shares) continue;
    auto model = std::make_shared<Model>(*owner.model);
    model->spec.pooling.features_output = text.substr(slash + 1);
    std::erase_if(model->tensors,
                  [](const auto& each) { return each.first.starts_with("pooling."); });
    part.model = std::move(model);
    return part;
  }
  return invalid_argument("head '" + printable(part.name) + "': there is no branch '" +
                          printable(part.shares) + "'");
}

/// The pooling of the options, weighted by the network's own reliability where it gives one.
void settle_pooling(const JoinVerb& verb, BranchPart& part) {
  auto model = std::make_shared<Model>(*part.model);
  PoolingSpec& pooling = model->spec.pooling;
  if (!verb.pooling.empty()) pooling.type = verb.pooling;
  pooling.num_clusters = verb.learn.num_clusters;
  for (const NetworkOutput& output : outputs_of(model->spec.network)) {
    if (output.name == "reliability") pooling.weights_output = output.name;
  }
  part.model = std::move(model);
}

/// Prior centers, learnt from general photos: they are no collection's own.
Result<std::shared_ptr<const Model>> with_prior_centers(const JoinVerb& verb,
                                                        std::shared_ptr<const Model> model,
                                                        Console& console) {
  PhotoSearch search;
  LOCI_TRY(photos, find_photos(verb.photos, &search));
  note_search(search, console);
  LOCI_TRY(made,
           adapt_model(model, photos, verb.learn, {.precision = Precision::kFp32}, console.job()));
  ModelSpec spec = made->spec;
  spec.own_centers = verb.own_centers;
  for (Branch& branch : spec.branches)
    branch.fixed_centers = std::ranges::find(verb.fixed, branch.name) != verb.fixed.end();
  spec.record =
      with_record_number(model->spec.record, "prior_centers_from_photos", std::ssize(photos));
  std::shared_ptr<const Model> whole = make_model(std::move(spec), made->tensors);
  if (verb.learn.calibration_images > 0) {
    LOCI_TRY(calibrated, calibrate_model(whole, photos, verb.learn, console.job()));
    whole = std::move(calibrated.model);
  }
  return whole;
}

/// The odds of a file that recipes/match_odds.py wrote.
Result<MatchOdds> read_odds(const std::string& path) {
  LOCI_TRY(bytes, read_file(path, 1 << 20));
  const std::string text(bytes.begin(), bytes.end());
  LOCI_TRY(
      spec,
      parse_spec("{\"format_version\":1,\"features\":\"rootsift\",\"match_odds\":" + text + "}",
                 printable(path)));
  if (!spec.match_odds.learnt())
    return invalid_argument(printable(path) + ": holds no odds; recipes/match_odds.py writes them");
  return spec.match_odds;
}

Result<std::vector<BranchPart>> read_parts(const JoinVerb& verb) {
  std::vector<BranchPart> parts;
  for (const std::string& text : verb.branches) {
    LOCI_TRY(part, parse_branch(text));
    parts.push_back(std::move(part));
  }
  for (const std::string& text : verb.heads) {
    LOCI_TRY(part, parse_head(text, parts));
    parts.push_back(std::move(part));
  }
  return parts;
}

Status run(const JoinVerb& verb, Console& console) {
  if (verb.photos.empty() && !(verb.pooling.empty() && verb.heads.empty())) {
    return invalid_argument("--head and --pooling need --init-from PHOTOS to learn centers from");
  }
  LOCI_TRY(parts, read_parts(verb));
  for (const std::string& name : verb.fixed) {
    if (std::ranges::none_of(parts, [&](const BranchPart& part) { return part.name == name; }))
      return invalid_argument("--fixed-centers " + printable(name) + ": there is no such branch");
    if (verb.photos.empty())
      return invalid_argument("--fixed-centers needs --init-from PHOTOS to learn them from");
  }
  if (!verb.photos.empty()) {
    for (BranchPart& part : parts) settle_pooling(verb, part);
  }
  LOCI_TRY(model, join_branches(verb.name, parts, verb.own_centers));
  if (!verb.photos.empty()) {
    LOCI_TRY(with_centers, with_prior_centers(verb, model, console));
    model = std::move(with_centers);
  }
  if (!verb.odds.empty()) {
    LOCI_TRY(odds, read_odds(verb.odds));
    ModelSpec spec = model->spec;
    spec.match_odds = odds;
    model = make_model(std::move(spec), model->tensors);
  }
  if (verb.float16) {
    LOCI_TRY(half, with_float16_weights(*model));
    model = std::move(half);
  }
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
  CLI::App* app =
      add_verb(program,
               "join",
               "Make one model of several that describe a photo side by side",
               "  loci join --branch scene=1:mobilenet.safetensors --branch "
               "detail=0.5:xfeat.safetensors \\\n"
               "      -o both.safetensors --name both --own-centers\n"
               "  loci join --branch scene=2:projected.safetensors --head "
               "raw=1:scene/local_features \\\n"
               "      --pooling vlad --num-clusters 32 --init-from photos/ -o two.safetensors");
  app->add_option("--branch",
                  verb->branches,
                  "NAME=WEIGHT:FILE, once a branch; a pair's similarity is the mean of the "
                  "branches' by weight")
      ->required();
  app->add_option("--head",
                  verb->heads,
                  "NAME=WEIGHT:BRANCH/OUTPUT: another pooling of an output of a branch's network, "
                  "in the same pass");
  app->add_option("--init-from",
                  verb->photos,
                  "photos that the cluster centers of all branches are learnt from");
  app->add_option("--pooling", verb->pooling, "with --init-from: netvlad or vlad for all branches");
  app->add_option("--fixed-centers",
                  verb->fixed,
                  "branches that keep these centers where a collection learns its own");
  app->add_option(
      "--odds", verb->odds, "file of recipes/match_odds.py: what this model's matches are worth");
  app->add_flag("--float16", verb->float16, "store the weights in 16 bits: half the file");
  add_options(app, verb->learn);
  app->remove_option(app->get_option("--whiten-dim"));  // a joined model has no whitening
  add_output(program, app, "--out,-o", verb->out, OutputKind::kModel, "the model file to write")
      ->required();
  app->add_option("--name", verb->name, "the model's name")->capture_default_str();
  app->add_flag("--own-centers",
                verb->own_centers,
                "a collection learns the cluster centers from its own photos");
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run(*verb, console); };
  });
}

}  // namespace loci::cli
