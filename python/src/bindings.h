// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/geo.h"
#include "loci/base/status.h"
#include "loci/model/model.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pybind11/pybind11.h>

namespace loci::python {

namespace py = pybind11;

// One file a module; each adds its classes and functions.
void bind_errors(py::module_& m);
void bind_image(py::module_& m);
void bind_model(py::module_& m);
void bind_pooling(py::module_& m);
void bind_whitening(py::module_& m);
void bind_index(py::module_& m);
void bind_exchange(py::module_& m);
void bind_place(py::module_& m);
void bind_loops(py::module_& m);
void bind_groups(py::module_& m);
void bind_data(py::module_& m);
void bind_eval(py::module_& m);
void bind_train(py::module_& m);
void bind_timemachine(py::module_& m);

/// Models do not change once they are made; pybind11 holds no pointers to const.
using ModelPtr = std::shared_ptr<Model>;
inline ModelPtr shared(const std::shared_ptr<const Model>& model) {
  return std::const_pointer_cast<Model>(model);
}

/// (lat, lon) or None.
inline py::object position_of(const std::optional<LatLon>& position) {
  return position ? py::object(py::make_tuple(position->lat, position->lon)) : py::none();
}

/// None where an object is wanted comes as a null pointer.
template <class Pointer>
void not_none(const Pointer& object, const char* name, const char* kind) {
  if (!object)
    throw Error(invalid_argument(std::string(name) + ": expected a " + kind + ", got None"));
}

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

/// The bytes of a path given as str, bytes or os.PathLike, as os.fsencode makes them: names that
/// are no UTF-8 stay what they are. TypeError for anything else; InvalidArgument for a null
/// character.
std::string path_of(py::handle path);
/// One path, or each of a list of them.
std::vector<std::string> paths_of(const py::object& paths);
/// A path for Python, as os.fsdecode makes it.
py::str path_str(const std::string& path);

}  // namespace loci::python
