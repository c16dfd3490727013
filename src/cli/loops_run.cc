// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loops_run.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci::cli {
namespace {

double percentile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto at = static_cast<size_t>(std::ceil(part * static_cast<double>(values.size())));
  return values[std::clamp<size_t>(at, 1, values.size()) - 1];
}

template <class Part>
std::vector<double> times(const LoopsRun& run, Part part) {
  std::vector<double> out;
  for (const LoopFrame& report : run.reports) out.push_back(part(report));
  return out;
}

struct Timing {
  const char* name;
  std::vector<double> ms;
};

std::vector<Timing> timings(const LoopsRun& run) {
  return {
      {"add_ms",
       times(run, [](const LoopFrame& f) { return f.describe_ms + f.search_ms + f.verify_ms; })},
      {"describe_ms", times(run, [](const LoopFrame& f) { return f.describe_ms; })},
      {"search_ms", times(run, [](const LoopFrame& f) { return f.search_ms; })},
      {"verify_ms", times(run, [](const LoopFrame& f) { return f.verify_ms; })},
      {"decode_ms", run.decode_ms}};
}

}  // namespace

std::string LoopsRun::name_of(int64_t frame) const {
  if (frame >= first_frame) return frames[static_cast<size_t>(frame - first_frame)].name;
  const auto at = earlier.find(frame);
  const bool named = at != earlier.end() && !at->second.empty();
  return named ? at->second : format("frame %lld of the map", static_cast<long long>(frame));
}

std::string loop_json(const LoopsRun& run, const Loop& loop) {
  JsonWriter json;
  json.object().member("frame", loop.frame).member("match", loop.match);
  json.member("image", run.name_of(loop.frame)).member("match_image", run.name_of(loop.match));
  json.member("stamp_s", loop.stamp_s).member("match_stamp_s", loop.match_stamp_s);
  json.member("similarity", static_cast<double>(loop.similarity)).member("score", loop.score);
  json.member("confidence", loop.confidence).member("consistent", loop.consistent);
  if (loop.geometry) {
    json.member("matched", loop.geometry->matched).member("inliers", loop.geometry->inliers);
    json.member("chance", loop.chance).member("probability", loop.probability);
  }
  json.end();
  return json.str();
}

std::string loops_json(const LoopsRun& run) {
  JsonWriter json;
  json.object().member("frames", run.frames.size()).member("loops", run.loops.size());
  json.member("model", run.model).member("dim", run.dim);
  json.member("kept_frames", run.reports.empty() ? 0 : run.reports.back().kept_frames);
  json.member("memory_mib", static_cast<double>(run.memory_bytes) / (1 << 20));
  for (const Timing& timing : timings(run)) {
    json.key(timing.name).object();
    json.member("p50", percentile(timing.ms, 0.5)).member("p99", percentile(timing.ms, 0.99)).end();
  }
  json.key("recognised").array();
  for (const std::string& name : run.layouts) json.value(name);
  json.end();
  json.key("failed").array();
  for (const std::string& name : run.failed) json.value(name);
  json.end();
  if (run.scores) {
    const LoopScores& s = *run.scores;
    json.key("truth").object().member("frames", s.frames).member("answerable", s.answerable);
    json.member("given", s.given).member("right", s.right);
    json.member("precision", s.precision).member("recall", s.recall);
    json.member("average_precision", s.curve.average_precision);
    json.member("recall_at_full_precision", s.curve.recall_at_full_precision);
    for (const auto& [name, values] : {std::pair{"curve_precision", &s.curve.precision},
                                       std::pair{"curve_recall", &s.curve.recall}}) {
      json.key(name).array();
      for (const double value : *values) json.value(value);
      json.end();
    }
    json.end();
  }
  json.end();
  return json.str();
}

std::string summary_text(const LoopsRun& run) {
  return format("%zu loops in %zu frames (%s, %lld numbers a frame); %lld frames kept in %s",
                run.loops.size(),
                run.frames.size(),
                run.model.c_str(),
                static_cast<long long>(run.dim),
                static_cast<long long>(run.reports.empty() ? 0 : run.reports.back().kept_frames),
                human_bytes(static_cast<double>(run.memory_bytes)).c_str());
}

std::vector<std::string> truth_lines(const LoopsRun& run) {
  if (!run.scores) return {};
  const LoopScores& s = *run.scores;
  return {format("truth: %lld of %lld frames show a place again; %lld loops given, %lld right: "
                 "precision %.3f, recall %.3f",
                 static_cast<long long>(s.answerable),
                 static_cast<long long>(s.frames),
                 static_cast<long long>(s.given),
                 static_cast<long long>(s.right),
                 s.precision,
                 s.recall),
          format("recall at 100 %% precision %.3f, average precision %.3f",
                 s.curve.recall_at_full_precision,
                 s.curve.average_precision)};
}

std::string loops_text(const LoopsRun& run) {
  std::string text = summary_text(run);
  for (const Timing& timing : timings(run)) {
    text += format("\n  %-12s p50 %8.2f   p99 %8.2f",
                   timing.name,
                   percentile(timing.ms, 0.5),
                   percentile(timing.ms, 0.99));
  }
  for (const std::string& line : truth_lines(run)) text += "\n  " + line;
  return text;
}

std::vector<LoopTiming> loop_timings(const LoopsRun& run) {
  std::vector<LoopTiming> out;
  for (const Timing& timing : timings(run)) {
    std::string part(timing.name);
    part.resize(part.size() - std::string_view("_ms").size());
    out.push_back({part, percentile(timing.ms, 0.5), percentile(timing.ms, 0.99)});
  }
  return out;
}

Status judge_run(const PoseFile& truth, const LoopTruthOptions& options, LoopsRun* run) {
  LOCI_TRY(poses, truth.of(run->frames));
  std::vector<LoopGuess> guesses;
  std::vector<int64_t> old;
  size_t given = 0;
  for (const LoopFrame& report : run->reports) {
    LoopGuess guess;
    if (report.candidate) {
      guess.match = report.candidate->match;
      guess.score = report.candidate->score;
      guess.given = given < run->loops.size() && run->loops[given].frame == report.frame;
      given += guess.given;
    }
    guesses.push_back(guess);
    old.push_back(report.old_frames);
  }
  run->scores = judge_loops(poses, guesses, old, options);
  return {};
}

}  // namespace loci::cli
