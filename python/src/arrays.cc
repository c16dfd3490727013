// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "arrays.h"

namespace loci::python {

std::string describe_array(const py::handle& value) {
  if (!py::isinstance<py::array>(value)) {
    return "a " + py::cast<std::string>(py::type::of(value).attr("__name__"));
  }
  const auto array = py::reinterpret_borrow<py::array>(value);
  std::string text = py::str(array.dtype()).cast<std::string>() + " [";
  for (py::ssize_t i = 0; i < array.ndim(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(array.shape(i));
  }
  return text +
         ((array.flags() & py::array::c_style) != 0 ? "]" : "], not in C order or not contiguous");
}

py::array want_floats(const py::handle& value, int ndim, const std::string& name) {
  const bool is_array = py::isinstance<py::array>(value);
  const auto array = is_array ? py::reinterpret_borrow<py::array>(value) : py::array();
  if (!is_array || !py::isinstance<py::array_t<float>>(array) || array.ndim() != ndim ||
      (array.flags() & py::array::c_style) == 0) {
    throw Error(invalid_argument(name + ": expected a float32 array of " + std::to_string(ndim) +
                                 (ndim == 1 ? " axis" : " axes") + " in C order, got " +
                                 describe_array(value) +
                                 "; numpy.ascontiguousarray(x, dtype=numpy.float32) makes one"));
  }
  if (!array.attr("flags").attr("aligned").cast<bool>()) {
    throw Error(invalid_argument(name + ": expected float32 at a multiple of 4 bytes, got " +
                                 describe_array(value) +
                                 " at an unaligned address; pass a copy of it"));
  }
  return array;
}

ConstMatrixView want_matrix(const py::array& array, int64_t cols, const std::string& name) {
  if (cols > 0 && array.shape(1) != cols) {
    throw Error(invalid_argument(name + ": expected rows of " + std::to_string(cols) +
                                 " numbers, got " + describe_array(array)));
  }
  return {static_cast<const float*>(array.data()), array.shape(0), array.shape(1)};
}

FloatArray to_array(Matrix matrix, std::vector<py::ssize_t> shape) {
  auto* owned = new Matrix(std::move(matrix));
  const py::capsule owner(owned, [](void* p) { delete static_cast<Matrix*>(p); });
  if (shape.empty()) shape = {owned->rows(), owned->cols()};
  return FloatArray(shape, owned->data(), owner);
}

constexpr py::ssize_t kMaxSide = 1 << 20;  // an image's sides are ints

ArrayImage::ArrayImage(const py::handle& value) {
  const bool is_array = py::isinstance<py::array>(value);
  if (is_array) array_ = py::reinterpret_borrow<py::array>(value);
  if (!is_array || !py::isinstance<py::array_t<uint8_t>>(array_) || array_.ndim() != 3 ||
      array_.shape(2) != 3 || array_.shape(0) < 1 || array_.shape(1) < 1 ||
      array_.shape(0) > kMaxSide || array_.shape(1) > kMaxSide) {
    throw Error(invalid_argument("image: expected uint8 [height, width, 3] (RGB), got " +
                                 describe_array(value) +
                                 "; OpenCV's BGR becomes RGB by image[:, :, ::-1]"));
  }
  const int width = static_cast<int>(array_.shape(1)), height = static_cast<int>(array_.shape(0));
  const auto* from = static_cast<const uint8_t*>(array_.data());
  const py::ssize_t row = array_.strides(0), column = array_.strides(1),
                    channel = array_.strides(2);
  if (channel == 1 && column == 3 && row >= 3 * py::ssize_t{width}) {
    view_ = {from, width, height, static_cast<size_t>(row)};
    return;
  }
  copy_ = Image(width, height);
  for (int y = 0; y < height; ++y) {
    uint8_t* to = copy_.at(0, y);
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) to[3 * x + c] = from[y * row + x * column + c * channel];
    }
  }
  view_ = copy_;
}

}  // namespace loci::python
