// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bench_describe.h"
#include "bench_pooling.h"
#include "verb.h"

#include "loci/base/text.h"
#include "loci/image/panorama_bench.h"
#include "loci/index/bench.h"
#include "loci/place/loop_bench.h"
#include "loci/train/trainer.h"

namespace loci::cli {
namespace {

struct BenchVerb {
  std::string what = "describe";
  std::string size = "640x480";
  std::string precision = "fp32";
  std::string kernels = "auto";
  DescribeBench describe;
  SearchBenchOptions search;
  CutoutBenchOptions cutouts;
  LoopBenchOptions loops;
  train::TrainBenchOptions train;
};

Status run_train_bench(BenchVerb& verb, Console& console) {
  LOCI_TRY(engine, train::train_engine());
  verb.train.num_threads = verb.search.num_threads;
  verb.train.width = verb.describe.width;
  verb.train.height = verb.describe.height;
  verb.train.runs = std::min(verb.train.runs, verb.describe.runs);
  LOCI_TRY(result, engine->bench(verb.train, console.job()));
  console.result_json(result.to_json());
  console.result(result.brief_report());
  return {};
}

Status run_bench(BenchVerb& verb, Console& console) {
  if (verb.what == "search") {
    LOCI_TRY(result, bench_search(verb.search, console.job()));
    console.result_json(result.to_json());
    console.result(result.brief_report());
    return {};
  }
  if (verb.what == "loops") {
    verb.loops.num_threads = verb.search.num_threads;
    verb.loops.seed = verb.search.seed;
    LOCI_TRY(result, bench_loops(verb.loops, console.job()));
    console.result_json(result.to_json());
    console.result(result.brief_report());
    return {};
  }
  if (verb.what == "cutouts") {
    verb.cutouts.runs = verb.describe.runs;
    LOCI_TRY(result, bench_cutouts(verb.cutouts));
    console.result_json(result.to_json());
    console.result(result.brief_report());
    return {};
  }
  if (verb.what == "pooling") {
    PoolingBench bench{.num_threads = verb.search.num_threads};
    LOCI_RETURN_IF_ERROR(bench_pooling(bench));
    console.result_json(bench.to_json());
    console.result(bench.to_text());
    return {};
  }
  const auto sides = split(verb.size, 'x');
  const auto width = parse_int(sides[0]), height = parse_int(sides.back());
  if (sides.size() != 2 || !width || !height || *width < 32 || *height < 32 || *width > 8192 ||
      *height > 8192) {
    return invalid_argument("--size: give WIDTHxHEIGHT such as 640x480, each from 32 to 8192");
  }
  verb.describe.width = static_cast<int>(*width);
  verb.describe.height = static_cast<int>(*height);
  if (verb.what == "train") return run_train_bench(verb, console);
  LOCI_TRY(precision, parse_precision(verb.precision));
  verb.describe.precision = precision;
  LOCI_TRY(kernels, parse_kernel_choice(verb.kernels));
  verb.describe.kernel_choice = kernels;
  verb.describe.num_threads = verb.search.num_threads;
  LOCI_RETURN_IF_ERROR(bench_describe(verb.describe));
  if (!verb.describe.note.empty()) console.note(verb.describe.note);
  console.result_json(verb.describe.to_json());
  console.result(verb.describe.to_text());
  return {};
}

}  // namespace

void add_bench_verb(Program& program) {
  auto verb = std::make_shared<BenchVerb>();
  CLI::App* app =
      add_verb(program,
               "bench",
               "Measure speed on this machine, beside its own limits",
               "  loci bench describe --model vgg16-netvlad --size 640x480\n"
               "  loci bench describe --model place.safetensors --precision int8 --json\n"
               "  loci bench pooling --threads 2\n"
               "  loci bench search --rows 100000 --dim 4096\n"
               "  loci bench cutouts --panorama-width 8192\n"
               "  loci bench loops --loop-frames 20000\n"
               "  loci bench train --architecture vgg16 --size 640x480");
  app->add_option("what", verb->what, "describe, pooling, search, cutouts, loops or train")
      ->check(CLI::IsMember({"describe", "pooling", "search", "cutouts", "loops", "train"}))
      ->capture_default_str();
  app->add_option(
         "--model",
         verb->describe.model,
         "describe: a model file, rootsift-vlad, or ARCHITECTURE-netvlad with random weights")
      ->capture_default_str();
  app->add_option("--size", verb->size, "describe: size of the photograph")->capture_default_str();
  app->add_option(
         "--runs", verb->describe.runs, "describe, cutouts: runs of which medians are taken")
      ->capture_default_str();
  app->add_option("--architecture", verb->train.architecture, "train: network, with random weights")
      ->capture_default_str();
  app->add_option("--train-from",
                  verb->train.train_from,
                  "train: first operator that learns (empty: its custom)");
  app->add_option("--busy",
                  verb->describe.busy.processes,
                  "describe: also beside so many processes that compute without end, one thread "
                  "and the default in turns");
  app->add_option("--precision", verb->precision, "describe: fp32, bf16, int8 or auto")
      ->capture_default_str();
  app->add_option("--kernels",
                  verb->kernels,
                  "describe: auto (timed, remembered), direct, library-winograd or winograd for "
                  "3x3 convolutions")
      ->capture_default_str();
  app->add_option(
         "--kernel-cache",
         verb->describe.kernel_cache,
         "describe: where auto keeps its choices: auto (the user's cache folder), off, or a file")
      ->capture_default_str();
  app->add_option("--threads", verb->search.num_threads, "threads, 0 for all")
      ->capture_default_str();
  add_options(app, verb->search);
  add_options(app, verb->cutouts);
  add_options(app, verb->loops);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_bench(*verb, console); };
  });
}

}  // namespace loci::cli
