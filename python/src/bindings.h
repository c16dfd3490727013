// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <string>

#include <pybind11/pybind11.h>

namespace loci::python {

namespace py = pybind11;

// One file a module; each adds its classes and functions.
void bind_errors(py::module_& m);
void bind_image(py::module_& m);
void bind_model(py::module_& m);
void bind_pooling(py::module_& m);
void bind_place(py::module_& m);
void bind_data(py::module_& m);
void bind_eval(py::module_& m);
void bind_train(py::module_& m);

/// Throws what Python shall see.
inline void must(const Status& status) {
  if (!status.ok()) throw Error(status);
}

/// Runs a long job without the interpreter's lock.
template <class F>
auto unlocked(F&& f) {
  const py::gil_scoped_release release;
  return f();
}

/// A path given as str or os.PathLike.
inline std::string path_of(const py::object& path) {
  return py::module_::import("os").attr("fspath")(path).cast<std::string>();
}

}  // namespace loci::python
