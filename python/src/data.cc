// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "loci/base/text.h"
#include "loci/data/dataset.h"
#include "loci/exchange/dbstruct.h"

#include <pybind11/stl.h>

namespace loci::python {

void bind_data(py::module_& m) {
  py::class_<ImageRecord>(m, "ImageRecord")
      .def_property_readonly("path", [](const ImageRecord& r) { return path_str(r.path); })
      .def_property_readonly(
          "position",
          [](const ImageRecord& r) { return position_of(r.position); },
          "(lat, lon) or None")
      .def_property_readonly(
          "utm",
          [](const ImageRecord& r) {
            return r.utm ? py::object(py::make_tuple(r.utm->east_m, r.utm->north_m)) : py::none();
          },
          "(east, north) in metres, or None")
      .def_readonly("time", &ImageRecord::time)
      .def_readonly("place", &ImageRecord::place)
      .def_readonly("frame", &ImageRecord::frame);
  py::class_<Dataset>(
      m, "Dataset", "Database and query photographs, and the rule of what is right.")
      .def_readonly("name", &Dataset::name)
      .def_property_readonly("root", [](const Dataset& d) { return path_str(d.root); })
      .def_readonly("format", &Dataset::format)
      .def_readonly("database", &Dataset::database)
      .def_readonly("queries", &Dataset::queries)
      .def_readonly("notes", &Dataset::notes)
      .def_property_readonly("rule", [](const Dataset& d) { return describe_rule(d.rule); })
      .def(
          "image_path",
          [](const Dataset& d, const ImageRecord& record) {
            return path_str(image_path(d, record));
          },
          py::arg("record"))
      .def(
          "ground_truth",
          [](const Dataset& d) { return unlocked([&] { return ground_truth(d).value(); }); },
          "For every query the database rows that are right answers.");
  m.def(
      "load_dataset",
      [](const py::object& path, const py::kwargs& given) {
        DatasetOptions options;
        read_options(given, "load_dataset", options);
        const std::string folder = path_of(path);
        return unlocked([&] {
          return to_lower(folder).ends_with(".mat") ? load_dbstruct(folder, options).value()
                                                    : load_dataset(folder, options).value();
        });
      },
      py::arg("path"),
      "Reads a data set that says by its content what it is, a folder, places.csv or dbStruct .mat "
      "(docs/data_sets.md); options: split, "
      "format,\n"
      "radius_m, query_filter, database_filter, skip_missing, ...");
}

}  // namespace loci::python
