// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bindings.h"

#include "loci/base/features.h"
#include "loci/base/matrix.h"
#include "loci/base/text.h"
#include "loci/image/image.h"

#include <cstring>
#include <span>
#include <vector>

#include <pybind11/numpy.h>

namespace loci::python {

using FloatArray = py::array_t<float>;

/// "float64 [3, 4], not contiguous", for messages.
std::string describe_array(const py::handle& value);

/// A float32 array of `ndim` axes in C order, looked at where it lies. InvalidArgument says what
/// was given and how to make it right.
py::array want_floats(const py::handle& value, int ndim, const std::string& name);

/// All numbers of what want_floats() gave.
inline std::span<const float> floats_of(const py::array& array) {
  return {static_cast<const float*>(array.data()), static_cast<size_t>(array.size())};
}

/// A float32 matrix looked at where it lies; `cols` > 0 is the width it must have.
ConstMatrixView want_matrix(const py::array& array, int64_t cols, const std::string& name);

/// An image as [height, width, 3] of uint8, RGB, looked at where it lies: its rows may be padded,
/// as those of a part of a larger picture are. Pixels in any other order (BGR seen as RGB, every
/// second column, a mirrored picture) are copied once.
class ArrayImage {
 public:
  explicit ArrayImage(const py::handle& value);
  operator ImageView() const { return view_; }  // NOLINT: it is one

 private:
  py::array array_;
  Image copy_;
  ImageView view_;
};

/// The numbers of a matrix as an array of its own, [rows, cols] unless told otherwise, without a
/// copy.
FloatArray to_array(Matrix matrix, std::vector<py::ssize_t> shape = {});

/// The memory of a vector as an array of its own, without a copy.
template <class T>
py::array_t<T> to_array(std::vector<T> values, std::vector<py::ssize_t> shape = {}) {
  auto* owned = new std::vector<T>(std::move(values));
  const py::capsule owner(owned, [](void* p) { delete static_cast<std::vector<T>*>(p); });
  if (shape.empty()) shape = {static_cast<py::ssize_t>(owned->size())};
  return py::array_t<T>(shape, owned->data(), owner);
}

}  // namespace loci::python
