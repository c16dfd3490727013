// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/index/index.h"

#include "arrays.h"
#include "options.h"

#include <limits>

namespace loci::python {
namespace {

/// An index over an array that it keeps alive and does not copy.
struct ArrayIndex {
  py::array rows;
  std::unique_ptr<Index> index;
};

std::unique_ptr<ArrayIndex> make(const py::object& rows,
                                 const std::string& kind,
                                 int num_threads,
                                 const py::kwargs& given) {
  if (given.contains("index")) {
    throw Error(invalid_argument("index: make_index() takes the kind of index as 'kind'"));
  }
  IndexOptions options;
  read_options(given, "make_index", options);
  options.kind = kind;
  options.num_threads = num_threads;
  auto out = std::make_unique<ArrayIndex>();
  out->rows = want_floats(rows, 2, "rows");
  const ConstMatrixView view = want_matrix(out->rows, 0, "rows");
  out->index = unlocked([&] { return make_index({view}, view.cols(), options).value(); });
  return out;
}

py::tuple search(const ArrayIndex& self, const py::object& queries, int k, int num_threads) {
  if (k < 1) throw Error(invalid_argument("k: expected 1 or more, got " + std::to_string(k)));
  const py::array array = want_floats(queries, 2, "queries");
  const ConstMatrixView view = want_matrix(array, self.index->dim(), "queries");
  const auto width = static_cast<size_t>(std::min<int64_t>(k, self.index->size()));
  const auto count = static_cast<size_t>(view.rows());
  std::vector<int64_t> ids(count * width, -1);
  std::vector<float> scores(count * width, -std::numeric_limits<float>::infinity());
  unlocked([&] {
    const auto hits = self.index->search(view, static_cast<int>(width), num_threads);
    for (size_t q = 0; q < count; ++q) {
      for (size_t i = 0; i < hits[q].size(); ++i) {
        ids[q * width + i] = hits[q][i].id;
        scores[q * width + i] = hits[q][i].score;
      }
    }
  });
  const std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(count),
                                       static_cast<py::ssize_t>(width)};
  return py::make_tuple(to_array(std::move(ids), shape), to_array(std::move(scores), shape));
}

}  // namespace

void bind_index(py::module_& m) {
  py::class_<ArrayIndex>(
      m,
      "Index",
      "Finds the rows of an array with the largest dot products. Safe from many threads.")
      .def_property_readonly("kind", [](const ArrayIndex& i) { return i.index->kind(); })
      .def_property_readonly("dim", [](const ArrayIndex& i) { return i.index->dim(); })
      .def_property_readonly(
          "memory_bytes",
          [](const ArrayIndex& i) { return i.index->memory_bytes(); },
          "of the index itself, without the rows")
      .def("search",
           &search,
           py::arg("queries"),
           py::arg("k") = 10,
           py::arg("num_threads") = 0,
           "(ids int64 [q, k], scores float32 [q, k]) of float32 [q, dim], best first; k is at "
           "most the number of rows,\nand an approximate index that finds fewer fills up with -1 "
           "and -inf.")
      .def("__len__", [](const ArrayIndex& i) { return i.index->size(); });
  m.def("make_index",
        &make,
        py::arg("rows"),
        py::arg("kind") = "auto",
        py::arg("num_threads") = 0,
        "An index over float32 [n, dim], which is not copied and must not change. kind: auto, "
        "flat, flat-f16, flat-i8,\nhnsw or ivfpq; options as of 'loci query' (hnsw_ef, ivf_probes, "
        "...).");
}

}  // namespace loci::python
