// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "job.h"
#include "options.h"

#include "loci/train/trainer.h"

#include <pybind11/functional.h>
#include <pybind11/stl.h>

namespace loci::python {
namespace {

using train::EpochRecord;
using train::TrainOptions;
using train::TrainSummary;

TrainSummary run(const std::shared_ptr<Model>& start,
                 const Dataset& data,
                 const py::object& work_folder,
                 const std::optional<Dataset>& validation,
                 bool resume,
                 const std::function<void(const EpochRecord&)>& on_epoch,
                 OnProgress on_progress,
                 const py::kwargs& given) {
  TrainOptions options;
  read_options(given, "train", options);
  train::TrainInputs inputs;
  not_none(start, "model", "loci.Model");
  inputs.start = start;
  inputs.data = data;
  inputs.validation = validation;
  inputs.work_folder = path_of(work_folder);
  inputs.resume = resume;
  train::TrainEngine* engine = unlocked([] { return train::train_engine().value(); });
  // Ctrl-C, or an exception of a callback, stops behind the step at hand with a checkpoint.
  JobRunner runner(std::move(on_progress));
  const auto told = [&](const EpochRecord& record) {
    if (on_epoch) runner.post([&on_epoch, record] { on_epoch(record); });
  };
  return runner
      .run([&](const JobControl& job) { return engine->train(inputs, options, told, job); })
      .value();
}

}  // namespace

void bind_train(py::module_& m) {
  py::class_<EpochRecord>(m, "EpochRecord")
      .def_readonly("epoch", &EpochRecord::epoch)
      .def_readonly("loss", &EpochRecord::loss)
      .def_readonly("violating", &EpochRecord::violating)
      .def_readonly("learning_rate", &EpochRecord::learning_rate)
      .def_readonly("seconds", &EpochRecord::seconds)
      .def_readonly("n", &EpochRecord::n)
      .def_readonly("recall", &EpochRecord::recall)
      .def_readonly("best", &EpochRecord::best);
  py::class_<TrainSummary>(m, "TrainSummary")
      .def_property_readonly("model", [](const TrainSummary& s) { return shared(s.model); })
      .def_readonly("epochs", &TrainSummary::epochs)
      .def_readonly("best_epoch", &TrainSummary::best_epoch)
      .def_readonly("stopped", &TrainSummary::stopped)
      .def_readonly("failed", &TrainSummary::failed)
      .def_property_readonly("curve_page",
                             [](const TrainSummary& s) { return path_str(s.curve_page); });
  m.def("train",
        &run,
        py::arg("model"),
        py::arg("data"),
        py::arg("work_folder"),
        py::arg("validation") = py::none(),
        py::arg("resume") = false,
        py::arg("on_epoch") = py::none(),
        py::arg("on_progress") = OnProgress{},
        "Learns a place descriptor as 'loci train' does; options by the same names (epochs, "
        "learning_rate, ...).\n"
        "UnsupportedError where the training plugin is not built.");
}

}  // namespace loci::python
