// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "job.h"
#include "options.h"

#include "loci/timemachine/simulate.h"

#include <pybind11/functional.h>
#include <pybind11/stl.h>

namespace loci::python {

void bind_timemachine(py::module_& m) {
  py::class_<SimulateReport>(m, "SimulateReport")
      .def_readonly("images", &SimulateReport::images)
      .def_readonly("database", &SimulateReport::database)
      .def_readonly("queries", &SimulateReport::queries)
      .def_readonly("seconds", &SimulateReport::seconds);
  m.def(
      "simulate_town",
      [](const py::object& folder, OnProgress on_progress, const py::kwargs& given) {
        SimulateOptions options;
        read_options(given, "simulate_town", options);
        const std::string path = path_of(folder);
        return run_job(std::move(on_progress),
                       [&](const JobControl& job) { return simulate_town(path, options, job); })
            .value();
      },
      py::arg("folder"),
      py::arg("on_progress") = OnProgress{},
      "Writes photographs of a simulated town at several times, a data set for load_dataset(); "
      "options as of\n'loci simulate': num_places, num_times, seed, width, height, ...");
}

}  // namespace loci::python
