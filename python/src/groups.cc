// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "collection.h"
#include "job.h"
#include "options.h"

#include "loci/place/group.h"
#include "loci/place/pairs.h"

#include <pybind11/functional.h>
#include <pybind11/stl.h>

namespace loci::python {
namespace {

Grouping group(const Collection& collection, OnProgress on_progress, const py::kwargs& given) {
  const auto db = collection.use();
  GroupOptions options;
  VerifyOptions checks;
  read_options(given, "group_photos", options, checks);
  const auto verifier = Verifier::create(db->describer(), checks).value();
  return run_job(
             std::move(on_progress),
             [&](const JobControl& job) { return group_photos(*db, *verifier, options, {}, job); })
      .value();
}

/// (path, path, score) a pair.
py::list pairs(const Collection& collection, OnProgress on_progress, const py::kwargs& given) {
  const auto db = collection.use();
  PairOptions options;
  read_options(given, "find_pairs", options);
  DescribedSet set;
  const std::vector<ImagePair> found = run_job(std::move(on_progress), [&](const JobControl& job) {
                                         set = described_set(*db).value();
                                         return find_pairs(set, options, job);
                                       }).value();
  py::list out;
  for (const ImagePair& pair : found) {
    out.append(py::make_tuple(path_str(set.images[static_cast<size_t>(pair.query)].path),
                              path_str(set.images[static_cast<size_t>(pair.match)].path),
                              pair.score));
  }
  return out;
}

}  // namespace

void bind_groups(py::module_& m) {
  py::class_<PhotoGroup>(m, "PhotoGroup", "Photographs of one place.")
      .def_readonly("ids", &PhotoGroup::ids, "numbers as of PlaceImage.id, earliest first")
      .def_readonly("cover", &PhotoGroup::cover, "the picture to show")
      .def_readonly("name", &PhotoGroup::name, "that a person gave the place, or ''")
      .def_readonly("links", &PhotoGroup::links);
  py::class_<Grouping>(m, "Grouping")
      .def_readonly("groups", &Grouping::groups, "largest first")
      .def_readonly("photos", &Grouping::photos)
      .def_readonly("ungrouped", &Grouping::ungrouped);
  m.def("group_photos",
        &group,
        py::arg("db"),
        py::arg("on_progress") = OnProgress{},
        "Groups the photographs of a collection by place, from their pictures alone; options as of "
        "'loci group'.");
  m.def("find_pairs",
        &pairs,
        py::arg("db"),
        py::arg("on_progress") = OnProgress{},
        "[(path, path, score)]: which photographs of a collection are worth matching; options as "
        "of 'loci pairs'\n(num_matches, min_score, max_distance_m, min_time_gap_s, mutual, ...).");
}

}  // namespace loci::python
