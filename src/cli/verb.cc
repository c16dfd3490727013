// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verb.h"

#include "loci/base/file.h"

#include <algorithm>

namespace loci::cli {
namespace {

VerbOutputs& outputs_of(Program& program, CLI::App* verb) {
  VerbOutputs& outputs = program.outputs[verb];
  if (verb->get_option_no_throw("--force") == nullptr) {
    verb->add_flag("--force", outputs.force, "write over photographs, inputs and files of others");
  }
  return outputs;
}

/// The files that the other options name, and the tables in the folders that they name.
std::vector<std::string> inputs_of(const CLI::App& verb, const VerbOutputs& outputs) {
  std::vector<std::string> inputs;
  for (const CLI::Option* option : verb.get_options()) {
    if (option->count() == 0 || std::ranges::count(outputs.options, option) > 0) continue;
    for (const std::string& value : option->results()) {
      const auto info = file_info(value);
      if (!info.ok()) continue;
      inputs.push_back(info->is_directory ? value + "/places.csv" : value);
    }
  }
  return inputs;
}

}  // namespace

CLI::App* add_verb(Program& program,
                   const std::string& name,
                   const std::string& sentence,
                   const std::string& examples) {
  CLI::App* verb = program.app.add_subcommand(name, sentence);
  verb->add_flag("--json",
                 program.console.json,
                 "machine-readable results on standard output, nothing else there");
  verb->add_flag("--quiet,-q", program.console.quiet, "no progress and no notes");
  verb->footer("Examples:\n" + examples);
  return verb;
}

CLI::Option* add_output(Program& program,
                        CLI::App* verb,
                        const std::string& flags,
                        std::string& path,
                        OutputKind kind,
                        const std::string& sentence) {
  CLI::Option* option = verb->add_option(flags, path, sentence);
  add_outputs(program, verb, option, [option, &path, kind]() -> std::vector<Output> {
    if (path.empty()) return {};
    return {{.flag = option->get_name(), .path = path, .kind = kind}};
  });
  return option;
}

void add_outputs(Program& program,
                 CLI::App* verb,
                 const CLI::Option* option,
                 std::function<std::vector<Output>()> files) {
  VerbOutputs& outputs = outputs_of(program, verb);
  outputs.named.push_back(std::move(files));
  if (option != nullptr) outputs.options.push_back(option);
}

Status check_command(Program& program, const CLI::App& verb) {
  const auto found = program.outputs.find(&verb);
  if (found == program.outputs.end()) return {};
  std::vector<Output> outputs;
  for (const auto& named : found->second.named) {
    for (Output& output : named()) outputs.push_back(std::move(output));
  }
  if (outputs.empty()) return {};
  program.console.text_to_stderr = writes_to_standard_output(outputs);
  return check_outputs(outputs, inputs_of(verb, found->second), found->second.force);
}

}  // namespace loci::cli
