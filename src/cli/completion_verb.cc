// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verb.h"

namespace loci::cli {
namespace {

std::string verbs_of(const CLI::App& app) {
  std::string names;
  for (const CLI::App* verb : app.get_subcommands({}))
    names += (names.empty() ? "" : " ") + verb->get_name();
  return names;
}

std::string flags_of(const CLI::App& verb) {
  std::string flags;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames())
      flags += (flags.empty() ? "--" : " --") + name;
  }
  return flags;
}

std::string bash_script(const CLI::App& app) {
  std::string script =
      "_loci() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} words=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then words=\"" +
      verbs_of(app) +
      " --help --version\"; else\n"
      "  case $verb in\n";
  for (const CLI::App* verb : app.get_subcommands({})) {
    script += "    " + verb->get_name() + ") words=\"" + flags_of(*verb) + "\" ;;\n";
  }
  script +=
      "  esac; fi\n"
      "  if [[ $word == -* || $COMP_CWORD -eq 1 ]]; then COMPREPLY=($(compgen -W \"$words\" -- "
      "\"$word\"))\n"
      "  else COMPREPLY=($(compgen -f -- \"$word\")); fi\n"
      "}\n"
      "complete -o filenames -F _loci loci\n";
  return script;
}

std::string fish_script(const CLI::App& app) {
  std::string script;
  for (const CLI::App* verb : app.get_subcommands({})) {
    script += "complete -c loci -n __fish_use_subcommand -a " + verb->get_name() + " -d '" +
              verb->get_description() + "'\n";
    for (const CLI::Option* option : verb->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        script += "complete -c loci -n '__fish_seen_subcommand_from " + verb->get_name() + "' -l " +
                  name + "\n";
      }
    }
  }
  return script;
}

}  // namespace

void add_completion_verb(Program& program) {
  auto shell = std::make_shared<std::string>("bash");
  CLI::App* app = add_verb(program,
                           "completion",
                           "Print a script that completes loci's words in a shell",
                           "  loci completion bash > /etc/bash_completion.d/loci\n"
                           "  loci completion zsh >> ~/.zshrc\n"
                           "  loci completion fish > ~/.config/fish/completions/loci.fish");
  app->add_option("shell", *shell, "bash, zsh or fish")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->capture_default_str();
  app->callback([shell, &program] {
    program.chosen = [shell, &program](Console& console) -> Status {
      std::string script = *shell == "fish" ? fish_script(program.app) : bash_script(program.app);
      if (*shell == "zsh")
        script = "autoload -U +X compinit bashcompinit && compinit && bashcompinit\n" + script;
      script.pop_back();
      console.json = false;
      console.result(script);
      return {};
    };
  });
}

}  // namespace loci::cli
