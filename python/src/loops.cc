// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "arrays.h"
#include "options.h"

#include "loci/place/loop_detector.h"

#include <pybind11/stl.h>

namespace loci::python {
namespace {

LoopOptions options_of(const py::kwargs& given) {
  LoopOptions options;
  py::dict left(given);
  take_options(options, left);
  if (options.verify) take_options(options.geometry, left);
  no_more_options(left, "LoopDetector");
  return options;
}

/// The detector of a describer or of descriptors' width, with the map of an earlier run or none.
std::unique_ptr<LoopDetector> detector_of(const py::object& describer,
                                          const LoopOptions& options,
                                          const std::optional<std::string>& map) {
  if (py::isinstance<py::int_>(describer)) {
    const auto dim = describer.cast<int64_t>();
    return map ? LoopDetector::load(*map, dim, options).value()
               : LoopDetector::create(dim, options).value();
  }
  if (!py::isinstance<Describer>(describer)) {
    throw Error(invalid_argument(
        "describer: expected a loci.Describer, or the width of your own descriptors"));
  }
  // Kept alive by Python (keep_alive below).
  const std::shared_ptr<const Describer> kept(describer.cast<Describer*>(),
                                              [](const Describer*) {});
  return map ? LoopDetector::load(*map, kept, options).value()
             : LoopDetector::create(kept, options).value();
}

std::unique_ptr<LoopDetector> make_detector(const py::object& describer, const py::kwargs& given) {
  return detector_of(describer, options_of(given), std::nullopt);
}

std::unique_ptr<LoopDetector> load_detector(py::handle path,
                                            const py::object& describer,
                                            const py::kwargs& given) {
  return detector_of(describer, options_of(given), path_of(path));
}

void save_detector(const LoopDetector& detector,
                   py::handle path,
                   const std::vector<std::string>& names) {
  const std::string file = path_of(path);
  unlocked([&] {
    const Status saved = detector.save(file, names);
    if (!saved.ok()) throw Error(saved);
  });
}

std::optional<Loop> add(LoopDetector& detector, const py::object& frame, double stamp_s) {
  const bool is_descriptor =
      py::isinstance<py::array>(frame) && py::reinterpret_borrow<py::array>(frame).ndim() == 1;
  if (!is_descriptor) {
    const ArrayImage pixels(frame);
    return unlocked([&] { return detector.add(pixels, stamp_s).value(); });
  }
  const py::array array = want_floats(frame, 1, "frame");
  const std::span values = floats_of(array);
  return unlocked([&] { return detector.add(values, stamp_s).value(); });
}

}  // namespace

void bind_loops(py::module_& m) {
  py::class_<Loop>(m, "Loop", "The frame `frame` shows the place of the earlier frame `match`.")
      .def_readonly("frame", &Loop::frame)
      .def_readonly("match", &Loop::match)
      .def_readonly("stamp_s", &Loop::stamp_s)
      .def_readonly("match_stamp_s", &Loop::match_stamp_s)
      .def_readonly("similarity", &Loop::similarity)
      .def_readonly("score", &Loop::score)
      .def_readonly("confidence", &Loop::confidence)
      .def_property_readonly(
          "inliers",
          [](const Loop& loop) {
            return loop.geometry ? std::optional<int>(loop.geometry->inliers) : std::nullopt;
          },
          "of the geometric check; None where nothing was checked")
      .def_readonly("chance", &Loop::chance)
      .def_readonly("probability", &Loop::probability);
  py::class_<LoopFrame>(m, "LoopFrame", "What became of one frame, loop or not.")
      .def_readonly("frame", &LoopFrame::frame)
      .def_readonly("candidate", &LoopFrame::candidate, "the best Loop whatever its confidence")
      .def_readonly("kept_frames", &LoopFrame::kept_frames)
      .def_readonly("chance_known", &LoopFrame::chance_known)
      .def_readonly("describe_ms", &LoopFrame::describe_ms)
      .def_readonly("search_ms", &LoopFrame::search_ms)
      .def_readonly("verify_ms", &LoopFrame::verify_ms);
  py::class_<LoopDetector>(
      m, "LoopDetector", "Finds loops in a stream of frames while it comes (docs/slam.md).")
      .def(py::init(&make_detector),
           py::arg("describer"),
           py::keep_alive<1, 2>(),
           "describer: a Describer, or the width of descriptors of one's own. Options as of 'loci "
           "loops': exclude_s,\nmin_confidence, min_similarity, consistency, verify, max_frames, "
           "sequence, ...")
      .def("add",
           &add,
           py::arg("frame"),
           py::arg("stamp_s"),
           "The next frame, uint8 [height, width, 3] (RGB) or its descriptor, float32 [dim]; the "
           "Loop that it closes, or None.")
      .def_static(
          "load",
          &load_detector,
          py::arg("path"),
          py::arg("describer"),
          py::keep_alive<0, 2>(),
          "A detector that knows the frames of an earlier run, which save() wrote, from the "
          "first frame on.\nOptions as for LoopDetector itself; frames are numbered on.")
      .def("save",
           &save_detector,
           py::arg("path"),
           py::arg("names") = std::vector<std::string>(),
           "Writes the kept frames for load(), whole or not at all. names: of this run's frames in "
           "their order, for name().")
      .def_property_readonly(
          "first_frame", &LoopDetector::first_frame, "number of this run's first frame")
      .def("name",
           &LoopDetector::name,
           py::arg("frame"),
           "Name of a frame of an earlier run, as it was saved; else ''.")
      .def("last", &LoopDetector::last, "What became of the frame added last.")
      .def("memory_bytes", &LoopDetector::memory_bytes)
      .def("__len__", &LoopDetector::size);
}

}  // namespace loci::python
