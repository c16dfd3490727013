// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings.h"

namespace loci::python {

std::string path_of(py::handle path) {
  auto text = py::reinterpret_steal<py::object>(PyOS_FSPath(path.ptr()));
  if (text && PyUnicode_Check(text.ptr())) {
    text = py::reinterpret_steal<py::object>(PyUnicode_EncodeFSDefault(text.ptr()));
  }
  if (!text) throw py::error_already_set();
  const std::string bytes(PyBytes_AsString(text.ptr()),
                          static_cast<size_t>(PyBytes_Size(text.ptr())));
  if (bytes.find('\0') != std::string::npos) {
    throw Error(invalid_argument("path: holds a null character, which no file name can"));
  }
  return bytes;
}

py::str path_str(const std::string& path) {
  auto text = py::reinterpret_steal<py::str>(
      PyUnicode_DecodeFSDefaultAndSize(path.data(), static_cast<py::ssize_t>(path.size())));
  if (!text) throw py::error_already_set();
  return text;
}

std::vector<std::string> paths_of(const py::object& paths) {
  if (py::isinstance<py::str>(paths) || py::isinstance<py::bytes>(paths) ||
      py::hasattr(paths, "__fspath__")) {
    return {path_of(paths)};
  }
  std::vector<std::string> out;
  for (const py::handle path : paths) out.push_back(path_of(path));
  return out;
}

}  // namespace loci::python
