// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/whitening.h"

#include "arrays.h"

#include "loci/math/pca.h"

#include <pybind11/stl.h>

namespace loci::python {
namespace {

std::unique_ptr<Whitening> make_whitening(const py::object& weight, const py::object& bias) {
  const py::array w = want_floats(weight, 2, "weight"), b = want_floats(bias, 1, "bias");
  const ConstMatrixView rows = want_matrix(w, 0, "weight");
  if (b.size() != rows.rows()) {
    throw Error(invalid_argument("bias: expected a number for each of the " +
                                 std::to_string(rows.rows()) + " rows of weight, got " +
                                 describe_array(bias)));
  }
  TensorMap tensors;
  tensors["whitening.weight"] = make_tensor(rows);
  tensors["whitening.bias"] = make_tensor({b.size()}, floats_of(b));
  const WhiteningSpec spec{.output_dim = static_cast<int>(rows.rows())};
  return Whitening::create(spec, tensors, rows.cols()).value();
}

}  // namespace

void bind_whitening(py::module_& m) {
  py::class_<Whitening>(m, "Whitening", "y = W x + b, then unit length.")
      .def(py::init(&make_whitening),
           py::arg("weight"),
           py::arg("bias"),
           "weight: float32 [M, D]; bias: float32 [M], as fit_pca() gives them.")
      .def_property_readonly("input_dim", &Whitening::input_dim)
      .def_property_readonly("output_dim", &Whitening::output_dim)
      .def(
          "apply",
          [](const Whitening& whitening, const py::object& rows, int num_threads) {
            const py::array array = want_floats(rows, 2, "rows");
            const ConstMatrixView in = want_matrix(array, whitening.input_dim(), "rows");
            Matrix out(in.rows(), whitening.output_dim());
            unlocked([&] { whitening.apply(in, out, num_threads); });
            return to_array(std::move(out));
          },
          py::arg("rows"),
          py::arg("num_threads") = 0,
          "float32 [n, M] of float32 [n, D].");
  m.def(
      "fit_pca",
      [](const py::object& samples, int output_dim, bool whiten, int num_threads) {
        const py::array array = want_floats(samples, 2, "samples");
        const ConstMatrixView rows = want_matrix(array, 0, "samples");
        const PcaOptions options{
            .output_dim = output_dim, .power = whiten ? 1.0 : 0.0, .num_threads = num_threads};
        Pca pca = unlocked([&] { return fit_pca(rows, options).value(); });
        return py::make_tuple(to_array(std::move(pca.projection)), to_array(std::move(pca.bias)));
      },
      py::arg("samples"),
      py::arg("output_dim") = 512,
      py::arg("whiten") = true,
      py::arg("num_threads") = 0,
      "(weight [M, D], bias [M]) of the principal components of float32 [n, D], scaled to unit "
      "variance with whiten;\nM is output_dim, or less where the samples span less.");
}

}  // namespace loci::python
