// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/train/bench.h"

namespace loci::train {

std::string TrainBench::to_json() const {
  JsonWriter json;
  json.object().member("architecture", options.architecture);
  json.member("train_from", options.train_from);
  json.member("width", options.width).member("height", options.height);
  json.member("images", options.negatives + 2).member("threads", options.num_threads);
  const auto cost = [&json](const char* name, const StepCost& step) {
    json.key(name).object().member("seconds", step.seconds).member("peak_mib", step.peak_mib).end();
  };
  cost("cached", cached);
  cost("uncached", uncached);
  cost("ported", ported);
  json.member("ratio", ratio).member("descriptor_difference", descriptor_difference);
  return json.end().str();
}

std::string TrainBench::brief_report() const {
  std::string text =
      format("one training step of %d images, %s trained from %s, %dx%d, %d threads\n",
             options.negatives + 2,
             options.architecture.c_str(),
             options.train_from.c_str(),
             options.width,
             options.height,
             options.num_threads);
  const auto line = [](const char* name, const StepCost& step) {
    return format("%-48s %8.3f s %9.0f MiB\n", name, step.seconds, step.peak_mib);
  };
  text += line("maps of the fixed layers from the cache", cached);
  text += line("from pixels", uncached);
  text += line("pytorch-NetVlad's form, from pixels", ported);
  return text +
         format("ratio %.3f; descriptors differ by %.1e at most", ratio, descriptor_difference);
}

}  // namespace loci::train
