// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "arrays.h"
#include "job.h"

#include "loci/eval/precision_recall.h"
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

PrecisionRecall judge(const std::vector<double>& scores,
                      const std::vector<bool>& right,
                      std::optional<int64_t> answerable) {
  const std::vector<uint8_t> marks(right.begin(), right.end());
  const int64_t hits = std::count(right.begin(), right.end(), true);
  if (scores.size() != right.size() || answerable.value_or(hits) < hits) {
    throw Error(invalid_argument("precision_recall: " + std::to_string(scores.size()) +
                                 " scores and " + std::to_string(right.size()) +
                                 " marks of which " + std::to_string(hits) +
                                 " are right; expected as many marks as scores, and answerable to "
                                 "be at least the number of right ones"));
  }
  return precision_recall(scores, marks, answerable.value_or(hits));
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
  py::class_<PrecisionRecall>(
      m, "PrecisionRecall", "One point a threshold, from the strictest down.")
      .def_readonly("threshold", &PrecisionRecall::threshold)
      .def_readonly("precision", &PrecisionRecall::precision)
      .def_readonly("recall", &PrecisionRecall::recall)
      .def_readonly("average_precision", &PrecisionRecall::average_precision)
      .def_readonly("recall_at_full_precision", &PrecisionRecall::recall_at_full_precision);
  m.def(
      "precision_recall",
      &judge,
      py::arg("scores"),
      py::arg("right"),
      py::arg("answerable") = std::nullopt,
      "Judges the best answer of each query by its score (NaN: none given): right[q] says whether "
      "it is right,\nanswerable how many queries have a right answer (those that got it, when not "
      "given).");
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
