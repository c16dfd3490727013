// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "run_identity.h"

#include "loci/base/text.h"

#include <nlohmann/json.hpp>

namespace loci::train {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const DatasetFingerprint& f) {
  return Json::array({f.database_images, f.query_images, f.paths, f.sizes, f.truth});
}

DatasetFingerprint fingerprint_from(const Json& json) {
  return {.database_images = json.at(0).get<int64_t>(),
          .query_images = json.at(1).get<int64_t>(),
          .paths = json.at(2).get<std::string>(),
          .sizes = json.at(3).get<std::string>(),
          .truth = json.at(4).get<std::string>()};
}

}  // namespace

std::vector<uint8_t> pack(const RunIdentity& identity) {
  const Json json = {{"program", identity.program},
                     {"options", identity.options},
                     {"start_model", identity.start_model},
                     {"data", to_json(identity.data)},
                     {"validation", to_json(identity.validation)},
                     {"resume", identity.resume},
                     {"token", identity.token}};
  const std::string text = json.dump();
  return {text.begin(), text.end()};
}

Result<RunIdentity> unpack_identity(std::span<const uint8_t> bytes) {
  try {
    const Json json = Json::parse(bytes.begin(), bytes.end());
    return RunIdentity{.program = json.at("program").get<std::string>(),
                       .options = json.at("options").get<std::string>(),
                       .start_model = json.at("start_model").get<std::string>(),
                       .data = fingerprint_from(json.at("data")),
                       .validation = fingerprint_from(json.at("validation")),
                       .resume = json.at("resume").get<bool>(),
                       .token = json.at("token").get<std::string>()};
  } catch (const nlohmann::json::exception& error) {
    return corrupt(std::string("rank 0 speaks another language, so it is another version: ") +
                   error.what());
  }
}

Status check_same_run(const RunIdentity& first, const RunIdentity& mine) {
  std::string text;
  const auto say = [&text](const std::string& what) {
    if (!what.empty()) text += (text.empty() ? "" : "; ") + what;
  };
  if (first.program != mine.program)
    say("the program is " + printable(first.program) + " there, " + printable(mine.program) +
        " here");
  LOCI_TRY(options, rank_option_differences(first.options, mine.options));
  say(options);
  if (first.resume != mine.resume)
    say(std::string("--resume is given ") + (mine.resume ? "here only" : "there only"));
  if (first.start_model != mine.start_model) say("the start model is another one");
  const auto compare =
      [&](const char* name, const DatasetFingerprint& there, const DatasetFingerprint& here) {
        const std::string found = difference(there, here, "in rank 0", "here");
        if (!found.empty()) say(name + (": " + found));
      };
  compare("data set", first.data, mine.data);
  compare("validation set", first.validation, mine.validation);
  if (text.empty()) return {};
  return invalid_argument("this process was not started as rank 0 was: " + text +
                          "; give all processes the same command and data");
}

}  // namespace loci::train
