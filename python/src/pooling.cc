// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/pooling.h"

#include "arrays.h"

#include <map>

#include <pybind11/stl.h>

namespace loci::python {
namespace {

/// The layer and the arrays that its tensors were copied from.
struct PoolingLayer {
  std::unique_ptr<Pooling> pooling;
  int64_t feature_dim = 0;
};

std::unique_ptr<PoolingLayer> make_pooling(const std::string& type,
                                           int64_t feature_dim,
                                           const std::map<std::string, py::object>& tensors,
                                           double gem_p,
                                           bool normalize_features) {
  PoolingSpec spec;
  spec.type = type;
  spec.gem_p = gem_p;
  spec.normalize_features = normalize_features;
  TensorMap map;
  for (const auto& [name, value] : tensors) {
    if (!py::isinstance<py::array>(value)) {
      throw Error(
          invalid_argument(name + ": expected a float32 array, got " + describe_array(value)));
    }
    const py::array array =
        want_floats(value, static_cast<int>(py::reinterpret_borrow<py::array>(value).ndim()), name);
    std::vector<int64_t> shape(array.shape(), array.shape() + array.ndim());
    map["pooling." + name] = make_tensor(
        shape,
        std::span(static_cast<const float*>(array.data()), static_cast<size_t>(array.size())));
    if (name == "centers" && shape.size() == 2) spec.num_clusters = static_cast<int>(shape[0]);
  }
  auto layer = std::make_unique<PoolingLayer>();
  layer->pooling = Pooling::create(spec, map, feature_dim).value();
  layer->feature_dim = feature_dim;
  return layer;
}

FloatArray pool(const PoolingLayer& layer, const py::object& features, int num_threads) {
  const bool is_map = py::isinstance<py::array>(features) &&
                      py::reinterpret_borrow<py::array>(features).ndim() == 3;
  const py::array array = want_floats(features, is_map ? 3 : 2, "features");
  const int64_t dim = array.shape(array.ndim() - 1);
  if (dim != layer.feature_dim) {
    throw Error(invalid_argument("features: this layer takes features of width " +
                                 std::to_string(layer.feature_dim) + ", got " +
                                 describe_array(features)));
  }
  const int64_t height = is_map ? array.shape(0) : 0, width = is_map ? array.shape(1) : 0;
  const int64_t rows = is_map ? height * width : array.shape(0);
  const FeaturesView view({static_cast<const float*>(array.data()), rows, dim}, height, width);
  std::vector<float> out(static_cast<size_t>(layer.pooling->output_dim(dim)));
  unlocked([&] { layer.pooling->pool(view, out, num_threads); });
  return to_array(std::move(out));
}

}  // namespace

void bind_pooling(py::module_& m) {
  py::class_<PoolingLayer>(m, "Pooling", "Turns N features of width D into one descriptor.")
      .def(py::init(&make_pooling),
           py::arg("type"),
           py::arg("feature_dim"),
           py::arg("tensors") = std::map<std::string, py::object>{},
           py::arg("gem_p") = 3.0,
           py::arg("normalize_features") = true,
           "type: netvlad (tensors weight [K, D], optional bias [K], centers [K, D]), vlad, gem, "
           "max, mean, rmac, salad,\n"
           "mixvpr, cosplace, convap; tensors without their 'pooling.' prefix "
           "(loci/pooling/pooling.h).")
      .def("output_dim",
           [](const PoolingLayer& layer) { return layer.pooling->output_dim(layer.feature_dim); })
      .def("pool",
           &pool,
           py::arg("features"),
           py::arg("num_threads") = 1,
           "The descriptor of float32 [n, D], or of a map [height, width, D], which is read where "
           "it lies.");
}

}  // namespace loci::python
