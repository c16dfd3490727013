// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bindings.h"

#include <filesystem>
#include <stdexcept>

namespace loci::python {
namespace {

// One class a code, each an Error and what Python programs expect to catch.
struct Classes {
  py::object error, invalid_argument, not_found, corrupt, unsupported, io, cancelled;
};
Classes* classes = nullptr;

py::object make_class(py::module_& m, const char* name, const py::tuple& bases, const char* text) {
  py::dict members;
  members["__doc__"] = text;
  members["__module__"] = "loci";
  py::object made = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(&PyType_Type))(
      name, bases, members);
  m.attr(name) = made;
  return made;
}

const py::object& class_of(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return classes->invalid_argument;
    case Code::kNotFound:
      return classes->not_found;
    case Code::kCorrupt:
      return classes->corrupt;
    case Code::kUnsupported:
      return classes->unsupported;
    case Code::kIo:
      return classes->io;
    case Code::kCancelled:
      return classes->cancelled;
    case Code::kOk:
      break;
  }
  return classes->error;
}

void raise(Code code, const std::string& message) {
  // A message may quote a file name that is no UTF-8; the error must come out all the same.
  const auto text = py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(
      message.data(), static_cast<py::ssize_t>(message.size()), "backslashreplace"));
  PyErr_SetObject(class_of(code).ptr(), text.ptr());
}

}  // namespace

void bind_errors(py::module_& m) {
  const auto builtin = [](PyObject* type) { return py::reinterpret_borrow<py::object>(type); };
  classes = new Classes;
  classes->error = make_class(
      m, "Error", py::make_tuple(builtin(PyExc_Exception)), "What loci could not do, and why.");
  const auto sub = [&](const char* name, PyObject* also, const char* text) {
    return make_class(m, name, py::make_tuple(classes->error, builtin(also)), text);
  };
  classes->invalid_argument = sub("InvalidArgumentError",
                                  PyExc_ValueError,
                                  "The caller asked for something that makes no sense.");
  classes->not_found =
      sub("NotFoundError", PyExc_FileNotFoundError, "A file, image or tensor that is not there.");
  classes->corrupt = sub(
      "CorruptError", PyExc_ValueError, "A file whose content contradicts itself or its format.");
  classes->unsupported = sub("UnsupportedError",
                             PyExc_NotImplementedError,
                             "A correct file or a wish that this build cannot handle.");
  classes->io = sub("IoError", PyExc_OSError, "The operating system refused.");
  classes->cancelled = sub(
      "CancelledError", PyExc_RuntimeError, "Stopped on request; what was done before is kept.");
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const Error& error) {
      raise(error.status().code(), error.status().message());
    } catch (const std::invalid_argument& broken) {  // a contract of the C++ side
      raise(Code::kInvalidArgument, broken.what());
    } catch (const std::filesystem::filesystem_error& refused) {
      raise(Code::kIo, refused.what());
    }
  });
}

}  // namespace loci::python
