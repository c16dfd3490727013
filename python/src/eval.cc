// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "arrays.h"
#include "job.h"

#include "loci/eval/recall.h"
#include "loci/place/evaluate.h"

#include <pybind11/functional.h>
#include <pybind11/stl.h>

namespace loci::python {
namespace {

void check_cut_offs(const std::vector<int>& n) {
  if (n.empty() || *std::min_element(n.begin(), n.end()) < 1) {
    throw Error(invalid_argument("n: expected cut-offs of 1 or more"));
  }
}

}  // namespace

void bind_eval(py::module_& m) {
  py::class_<Recall>(m, "Recall", "Recall at the cut-offs n, with 95 % intervals.")
      .def_readonly("n", &Recall::n)
      .def_readonly("all", &Recall::all, "over all queries")
      .def_readonly("answerable", &Recall::answerable, "over those that have a right answer")
      .def_readonly("ci95_low", &Recall::ci95_low)
      .def_readonly("ci95_high", &Recall::ci95_high)
      .def_readonly("queries", &Recall::queries)
      .def_readonly("first_right",
                    &Recall::first_right,
                    "per query the rank of its first right answer, 0 for none");
  m.def(
      "recall_at",
      [](const std::vector<std::vector<int64_t>>& results,
         const std::vector<std::vector<int64_t>>& positives,
         const std::vector<int>& n,
         uint64_t seed) {
        if (results.size() != positives.size()) {
          throw Error(invalid_argument("recall_at: " + std::to_string(results.size()) +
                                       " lists of results and " + std::to_string(positives.size()) +
                                       " of right answers; one of each a query"));
        }
        check_cut_offs(n);
        return unlocked([&] { return recall_at(results, positives, n, 2000, seed); });
      },
      py::arg("results"),
      py::arg("positives"),
      py::arg("n") = std::vector<int>{1, 5, 10, 20},
      py::arg("seed") = 1);
  m.def(
      "evaluate",
      [](const Dataset& dataset,
         const Describer& describer,
         const std::vector<int>& n,
         int dim,
         int num_threads,
         OnProgress on_progress) {
        check_cut_offs(n);
        return run_job(std::move(on_progress),
                       [&](const JobControl& job) {
                         const auto positives = ground_truth(dataset).value();
                         return evaluate(
                             dataset, positives, describer, n, dim, num_threads, job, 0);
                       })
            .value()
            .recall;
      },
      py::arg("dataset"),
      py::arg("describer"),
      py::arg("n") = std::vector<int>{1, 5, 10, 20},
      py::arg("dim") = 0,
      py::arg("num_threads") = 0,
      py::arg("on_progress") = OnProgress{},
      "Recall of a describer on a data set, as 'loci eval' measures it.");
}

}  // namespace loci::python
