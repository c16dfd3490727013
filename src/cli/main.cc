// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verb.h"

#include "loci/base/version.h"

#include <cstdio>
#include <exception>

extern "C" int blas_thread_shutdown_() __attribute__((weak));

namespace loci::cli {
namespace {

constexpr const char* kFooter = R"(First steps:
  loci index ~/Pictures --db pictures.loci       describe and remember photographs
  loci query new.jpg --db pictures.loci          which of them show the same place?
  loci eval DATASET --model rootsift-vlad        measure recall on a data set

'loci VERB --help' shows each verb's options with examples. Exit status: 0 ok, 1 failed, 2 usage.)";

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
  add_query_verb(program);
  add_pairs_verb(program);
  add_group_verb(program);
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
  try {
    program.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 prints help and version itself; any other parse error is a usage error.
    return program.app.exit(error) == 0 ? 0 : 2;
  }
  install_signal_handlers();
  const Status status = program.chosen(program.console);
  if (status.ok()) return 0;
  program.console.error(status);
  return code_info(status.code()).exit_status;
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

}  // namespace loci::cli

int main(int argc, char** argv) {
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
