// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loops_feed.h"

#include "thumbnail.h"

#include "loci/base/progress.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci::cli {
namespace {

constexpr int kPictureSide = 160;  // some 5 KB a frame

Result<std::unique_ptr<LoopDetector>> make_detector(const LoopOptions& options,
                                                    const std::string& map,
                                                    const FrameDescriber& describer) {
  if (map.empty()) {
    return describer.bag ? LoopDetector::create(describer.dim, options)
                         : LoopDetector::create(describer.describer, options);
  }
  return describer.bag ? LoopDetector::load(map, describer.dim, options)
                       : LoopDetector::load(map, describer.describer, options);
}

/// From which frame on there can be loops.
std::string beginning(const LoopDetector& detector, double frame_s) {
  const LoopOptions& options = detector.options();
  if (detector.first_frame() > 0) {
    return format("loops from the %d. frame on: the frames of the map are candidates at once",
                  options.consistency);
  }
  int64_t frame = options.exclude_frames;
  if (frame_s > 0) {
    const double excluded = std::ceil(options.exclude_s / frame_s);
    frame = std::max(frame, static_cast<int64_t>(std::min(excluded, 1e9)));
  }
  frame += options.consistency - 1;
  return format(
      "loops from frame %lld on: the last %g s and %d frames are no candidates (--exclude-s)",
      static_cast<long long>(frame),
      options.exclude_s,
      options.exclude_frames);
}

/// That, and what makes them more: said before there are any.
std::string outlook(const LoopDetector& detector, const LoopFrame& first, double frame_s) {
  const LoopOptions& options = detector.options();
  std::string text = beginning(detector, frame_s);
  const bool waits = options.min_confidence > 0 && !first.chance_known;
  if (waits && detector.checked_by().empty()) {
    text +=
        "; and not before some 100 more have shown what chance gives: the built-in model needs "
        "no such time, nor does --min-confidence 0 --min-similarity S";
  }
  if (detector.checked_by().empty()) {
    text += "; candidates are not checked geometrically";
    text += options.verify ? ", as the model has no local features (--verify-features rootsift)"
                           : ", which finds fewer (--no-verify was given)";
  } else {
    text += "; candidates are checked geometrically (" + detector.checked_by() + ")";
  }
  return text;
}

Status save_map(const std::string& path, const LoopDetector& detector, const LoopsRun& run) {
  std::vector<std::string> names;
  for (const SeenFrame& frame : run.frames) names.push_back(frame.name);
  return detector.save(path, names);
}

/// One frame, described and looked for. `bag_ms`: what describing took outside of the detector.
Result<std::optional<Loop>> add(LoopDetector& detector,
                                const SequenceFrame& frame,
                                const FrameDescriber& describer,
                                double* bag_ms) {
  *bag_ms = 0;
  LOCI_RETURN_IF_ERROR(frame.status);
  if (!describer.bag) return detector.add(frame.image, frame.stamp_s);
  const Stopwatch watch;
  std::vector<float> row(static_cast<size_t>(describer.dim));
  LOCI_RETURN_IF_ERROR(describer.describe(frame.image, row, detector.options().num_threads));
  *bag_ms = watch.milliseconds();
  return detector.add(row, frame.stamp_s);
}

}  // namespace

Status feed_loops(const LoopOptions& options,
                  const LoopMapFiles& maps,
                  FrameSource& source,
                  const FrameDescriber& describer,
                  LoopsRun* run,
                  Console& console) {
  LOCI_TRY(detector, make_detector(options, maps.load, describer));
  run->first_frame = detector->first_frame();
  if (!maps.load.empty()) {
    console.note(format("%lld frames of %s are known",
                        static_cast<long long>(detector->size()),
                        printable(maps.load).c_str()));
  }
  const JobControl job = console.job();
  Status stopped;
  for (int64_t done = 0;; ++done) {
    if (job.cancelled()) {
      stopped = cancelled("stopped on request; the loops found so far are kept");
      break;
    }
    const Stopwatch decoding;
    std::optional<SequenceFrame> frame = source.next();
    if (!frame) break;
    const double decode_ms = decoding.milliseconds();
    job.progress("looking for loops", done, source.size());
    double bag_ms = 0;
    const auto added = add(*detector, *frame, describer, &bag_ms);
    if (!added.ok()) {
      run->failed.push_back(frame->name);
      console.note("failed: " + printable(frame->name) + ": " + added.status().message());
      continue;
    }
    run->frames.push_back({frame->name, frame->stamp_s});
    run->reports.push_back(detector->last());
    run->reports.back().describe_ms += bag_ms;
    run->decode_ms.push_back(decode_ms);
    if (run->want_pictures) run->pictures.push_back(jpeg_thumbnail(frame->image, kPictureSide));
    if (run->frames.size() == 2) {
      console.result(
          outlook(*detector, run->reports.front(), frame->stamp_s - run->frames.front().stamp_s));
    }
    if (!*added) continue;
    const Loop& loop = **added;
    if (loop.match < run->first_frame) run->earlier[loop.match] = detector->name(loop.match);
    run->loops.push_back(loop);
    console.result_json(loop_json(*run, loop));
    console.result(format("%s  is where  %s  was  (similarity %.3f, confidence %.5f)",
                          printable(frame->name).c_str(),
                          printable(run->name_of(loop.match)).c_str(),
                          static_cast<double>(loop.similarity),
                          loop.confidence));
  }
  run->memory_bytes = detector->memory_bytes();
  if (!maps.save.empty()) {
    const Status saved = save_map(maps.save, *detector, *run);
    if (!saved.ok()) return saved;
  }
  return stopped;
}

}  // namespace loci::cli
