// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "suggest.h"
#include "verb.h"

#include "loci/base/text.h"
#include "loci/base/version.h"

#include <algorithm>
#include <cstdio>
#include <exception>

extern "C" int blas_thread_shutdown_() __attribute__((weak));

namespace loci::cli {
namespace {

constexpr const char* kFooter = R"(First steps:
  loci index ~/Pictures --db pictures.loci       describe and remember photographs
  loci query new.jpg --db pictures.loci          which of them show the same place?
  loci eval DATASET --model rootsift-vlad        measure recall on a data set

'loci help VERB' shows each verb's options with examples. Exit status: 0 ok, 1 failed, 2 usage.)";

std::vector<std::string> verb_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands({})) names.push_back(verb->get_name());
  return names;
}

/// What CLI11 would say less of: a verb or an option that there is none of. "" where nothing is wrong with the names.
std::string wrong_name(const CLI::App& app, const std::vector<std::string>& words) {
  if (words.empty() || words[0].starts_with('-')) return "";
  const CLI::App* verb = nullptr;
  for (const CLI::App* each : app.get_subcommands({})) {
    if (each->get_name() == words[0]) verb = each;
  }
  if (verb == nullptr) {
    std::vector<std::string> names = verb_names(app);
    names.emplace_back("help");
    return "there is no verb '" + printable(words[0]) + "'" + did_you_mean(words[0], names) +
           "\n'loci --help' lists them";
  }
  std::vector<std::string> flags;
  for (const CLI::Option* option : verb->get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  for (size_t i = 1; i < words.size() && words[i] != "--"; ++i) {
    const std::string flag = words[i].substr(0, words[i].find('='));
    if (!flag.starts_with("--") || flag.size() == 2) continue;
    if (std::ranges::find(flags, flag) != flags.end()) continue;
    return "'" + words[0] + "' has no option '" + printable(flag) + "'" +
           did_you_mean(flag, flags) + "\n'loci " + words[0] + " --help' lists them";
  }
  return "";
}

/// `loci`, `loci help`, `loci help VERB` and `loci version` in the words that CLI11 knows.
std::vector<std::string> usual_words(std::vector<std::string> words) {
  if (words.empty() || words[0] == "help" || words[0] == "-h") {
    const std::string verb = words.size() > 1 ? words[1] : "";
    return verb.empty() ? std::vector<std::string>{"--help"}
                        : std::vector<std::string>{verb, "--help"};
  }
  if (words[0] == "version" || words[0] == "-V") words = {"--version"};
  return words;
}

/// CLI11's own says its range, of which the upper end is a number of 309 digits.
const CLI::Validator kZeroOrMore(
    [](std::string& text) {
      const auto value = parse_double(text);
      return value && *value >= 0 ? std::string() : "'" + text + "': expected a number, 0 or more";
    },
    "");

/// Numbers that would wrap around or be refused late, and names that are known beforehand.
void check_common_options(CLI::App& app) {
  for (CLI::App* verb : app.get_subcommands({})) {
    for (const char* flag : {"--threads", "--seed", "--dim", "--whiten", "--whiten-dim"}) {
      if (CLI::Option* option = verb->get_option_no_throw(flag)) option->check(kZeroOrMore);
    }
    if (CLI::Option* option = verb->get_option_no_throw("--index"))
      option->check(CLI::IsMember({"auto", "flat", "flat-f16", "flat-i8", "hnsw", "ivfpq"}));
    if (CLI::Option* option = verb->get_option_no_throw("--precision"))
      option->check(CLI::IsMember({"auto", "fp32", "bf16", "int8"}));
  }
}

int finish(Program& program, const Status& status) {
  if (status.ok()) return 0;
  program.console.error(status);
  return code_info(status.code()).exit_status;
}

/// OpenBLAS starts a thread for every processor when it is loaded, and OpenCV loads it. They look for work before they
/// sleep and again when the program ends; hardly a verb has any for them. It starts them again when they are needed.
void end_unused_threads() {
  if (blas_thread_shutdown_ != nullptr) blas_thread_shutdown_();
}

int run_program(int argc, char** argv) {
  end_unused_threads();
  Program program;
  program.app.set_version_flag("--version", std::string("loci ") + version());
  program.app.require_subcommand(1);
  program.app.footer(kFooter);
  add_index_verb(program);
  add_merge_verb(program);
  add_recover_verb(program);
  add_remove_verb(program);
  add_query_verb(program);
  add_pairs_verb(program);
  add_group_verb(program);
  add_place_verb(program);
  add_locate_verb(program);
  add_loops_verb(program);
  add_serve_verb(program);
  add_describe_verb(program);
  add_eval_verb(program);
  add_doctor_verb(program);
  add_inspect_verb(program);
  add_import_verb(program);
  add_export_verb(program);
  add_cutouts_verb(program);
  add_simulate_verb(program);
  add_split_verb(program);
  add_train_verb(program);
  add_distill_verb(program);
  add_project_verb(program);
  add_join_verb(program);
  add_bench_verb(program);
  add_completion_verb(program);
  check_common_options(program.app);
  std::vector<std::string> words = usual_words({argv + 1, argv + argc});
  if (const std::string wrong = wrong_name(program.app, words); !wrong.empty()) {
    std::fprintf(stderr, "loci: %s\n", wrong.c_str());
    return 2;
  }
  std::ranges::reverse(words);  // as CLI11 takes a vector
  try {
    program.app.parse(words);
  } catch (const CLI::ParseError& error) {
    // CLI11 prints help and version itself; any other parse error is a usage error.
    if (program.app.exit(error) != 0) return 2;
    return finish(program, Console::standard_output());
  }
  install_signal_handlers();
  Status status = check_command(program, *program.app.get_subcommands().front());
  if (status.ok()) status = program.chosen(program.console);
  if (status.ok()) status = Console::standard_output();
  return finish(program, status);
}

}  // namespace
}  // namespace loci::cli

int main(int argc, char** argv) {
  loci::cli::guard_standard_descriptors();
  try {
    return loci::cli::run_program(argc, argv);
  } catch (const loci::Error& error) {
    std::fprintf(stderr, "loci: %s\n", error.status().message().c_str());
    return loci::code_info(error.status().code()).exit_status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "loci: %s\n", error.what());
    return 1;
  }
}
