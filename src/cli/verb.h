// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "console.h"
#include "outputs.h"

#include "loci/base/options.h"
#include "loci/base/status.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

namespace loci::cli {

/// Verbs add their sub-command to the program and say what to run when it is chosen.
using Run = std::function<Status(Console&)>;

/// What a verb writes: the options that name files, and what follows from other options.
struct VerbOutputs {
  std::vector<std::function<std::vector<Output>()>> named;
  std::vector<const CLI::Option*> options;
  bool force = false;  ///< --force
};

struct Program {
  CLI::App app{"loci: where was this photograph taken?", "loci"};
  Console console;
  Run chosen;  ///< set by the callback of the sub-command that was given
  std::map<const CLI::App*, VerbOutputs> outputs;
};

/// An option that names a file (or a folder) to write. It is checked before the verb's work begins, and the verb gets
/// the option --force.
CLI::Option* add_output(Program& program,
                        CLI::App* verb,
                        const std::string& flags,
                        std::string& path,
                        OutputKind kind,
                        const std::string& sentence);
/// Files that a verb writes though no option names them as they are; `option` is then no input.
void add_outputs(Program& program,
                 CLI::App* verb,
                 const CLI::Option* option,
                 std::function<std::vector<Output>()> files);
/// Checks what the verb that was given would write (check_outputs), with the values of its other options as inputs.
Status check_command(Program& program, const CLI::App& verb);

/// A sub-command with `--json` and `--quiet`, one sentence and examples.
CLI::App* add_verb(Program& program,
                   const std::string& name,
                   const std::string& sentence,
                   const std::string& examples);

/// Options of a struct by its `describe` visitor: each becomes `--name` with its sentence and
/// default.
template <class Options>
void add_options(CLI::App* verb, Options& options) {
  options.describe([verb](const OptionInfo& info, auto& field) {
    const std::string flag = option_flag(info.name);
    if (verb->get_option_no_throw(flag) != nullptr) return;  // the verb has its own form of it
    using Field = std::remove_reference_t<decltype(field)>;
    if constexpr (std::is_same_v<Field, bool>) {
      verb->add_flag(flag + ",!--no-" + flag.substr(2), field, std::string(info.sentence));
    } else {
      verb->add_option(flag, field, std::string(info.sentence))->capture_default_str();
    }
  });
}

/// The sentence every `--model` option shows.
inline constexpr const char* kModelHelp =
    "a model file, default (the built-in one), or rootsift-vlad (learns its vocabulary from the "
    "photos at hand)";

/// The sentence every `--adapt` option shows.
inline constexpr const char* kAdaptHelp =
    "learn the model's cluster centers from the photos of the collection: auto (models made for "
    "it, such as the built-in one, where there are 10 photos or more), always, never";

void add_describe_verb(Program& program);
void add_index_verb(Program& program);
void add_merge_verb(Program& program);
void add_recover_verb(Program& program);
void add_remove_verb(Program& program);
void add_query_verb(Program& program);
void add_pairs_verb(Program& program);
void add_group_verb(Program& program);
void add_place_verb(Program& program);
void add_locate_verb(Program& program);
void add_loops_verb(Program& program);
void add_serve_verb(Program& program);
void add_eval_verb(Program& program);
void add_inspect_verb(Program& program);
void add_import_verb(Program& program);
void add_export_verb(Program& program);
void add_bench_verb(Program& program);
void add_doctor_verb(Program& program);
void add_cutouts_verb(Program& program);
void add_train_verb(Program& program);
void add_distill_verb(Program& program);
void add_project_verb(Program& program);
void add_join_verb(Program& program);
void add_simulate_verb(Program& program);
void add_split_verb(Program& program);
void add_completion_verb(Program& program);

}  // namespace loci::cli
