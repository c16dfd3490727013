// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/pooling.h"

#include "arrays.h"
#include "options.h"

#include <map>

#include <pybind11/stl.h>

namespace loci::python {
namespace {

/// The layer and the arrays that its tensors were copied from.
struct PoolingLayer {
  std::unique_ptr<Pooling> pooling;
  int64_t feature_dim = 0;
};

/// The members of a PoolingSpec by their names in a model file (docs/formats/model_file.md).
PoolingSpec spec_of(const py::kwargs& named) {
  PoolingSpec spec;
  py::dict left(named);
  const auto take = [&left](const char* name, auto& field) {
    if (!left.contains(name)) return;
    try {
      field = left[name].template cast<std::remove_reference_t<decltype(field)>>();
    } catch (const py::cast_error&) {
      throw Error(invalid_argument(std::string(name) + ": cannot take " +
                                   py::repr(left[name]).template cast<std::string>()));
    }
    left.attr("pop")(name);
  };
  std::string eps = "clamp";
  take("normalize_features", spec.normalize_features);
  take("intra_norm", spec.intra_norm);
  take("final_norm", spec.final_norm);
  take("signed_sqrt", spec.signed_sqrt);
  take("dimension_outer", spec.dimension_outer);
  take("gem_p", spec.gem_p);
  take("rmac_levels", spec.rmac_levels);
  take("grid_height", spec.grid_height);
  take("grid_width", spec.grid_width);
  take("eps", eps);
  no_more_options(left, "Pooling");
  if (eps != "clamp" && eps != "root") {
    throw Error(invalid_argument("eps: expected 'clamp' or 'root', got '" + eps + "'"));
  }
  spec.eps = eps == "root" ? NormEps::kRoot : NormEps::kClamp;
  return spec;
}

std::unique_ptr<PoolingLayer> make_pooling(const std::string& type,
                                           int64_t feature_dim,
                                           const std::map<std::string, py::object>& tensors,
                                           const py::kwargs& named) {
  if (feature_dim < 1) {
    throw Error(
        invalid_argument("feature_dim: expected 1 or more, got " + std::to_string(feature_dim)));
  }
  PoolingSpec spec = spec_of(named);
  spec.type = type;
  TensorMap map;
  for (const auto& [name, value] : tensors) {
    if (!py::isinstance<py::array>(value)) {
      throw Error(
          invalid_argument(name + ": expected a float32 array, got " + describe_array(value)));
    }
    const py::array array =
        want_floats(value, static_cast<int>(py::reinterpret_borrow<py::array>(value).ndim()), name);
    std::vector<int64_t> shape(array.shape(), array.shape() + array.ndim());
    map["pooling." + name] = make_tensor(shape, floats_of(array));
    if (name == "centers" && shape.size() == 2) spec.num_clusters = static_cast<int>(shape[0]);
  }
  auto layer = std::make_unique<PoolingLayer>();
  layer->pooling = Pooling::create(spec, map, feature_dim).value();
  layer->feature_dim = feature_dim;
  return layer;
}

py::object pool(const PoolingLayer& layer,
                const py::object& features,
                int num_threads,
                const py::object& out) {
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
  const auto size = static_cast<size_t>(layer.pooling->output_dim(dim));
  if (out.is_none()) {
    std::vector<float> values(size);
    unlocked([&] { layer.pooling->pool(view, values, num_threads); });
    return to_array(std::move(values));
  }
  py::array target = want_floats(out, 1, "out");
  if (static_cast<size_t>(target.size()) != size || !target.writeable()) {
    throw Error(invalid_argument("out: expected a writable float32 [" + std::to_string(size) +
                                 "], got " + describe_array(out) +
                                 (target.writeable() ? "" : " that is read-only")));
  }
  const std::span values(static_cast<float*>(target.mutable_data()), size);
  unlocked([&] { layer.pooling->pool(view, values, num_threads); });
  return target;
}

}  // namespace

void bind_pooling(py::module_& m) {
  py::class_<PoolingLayer>(m, "Pooling", "Turns N features of width D into one descriptor.")
      .def(py::init(&make_pooling),
           py::arg("type"),
           py::arg("feature_dim"),
           py::arg("tensors") = std::map<std::string, py::object>{},
           "type: netvlad (tensors weight [K, D], optional bias [K], centers [K, D]), vlad, gem, "
           "max, mean, rmac, salad,\n"
           "mixvpr, cosplace, convap; tensors without their 'pooling.' prefix "
           "(loci/pooling/pooling.h). Keywords:\n"
           "normalize_features, intra_norm, final_norm, signed_sqrt, dimension_outer, eps ('clamp' "
           "or "
           "'root'), gem_p,\n"
           "rmac_levels, grid_height, grid_width, as in a model file.")
      .def("output_dim",
           [](const PoolingLayer& layer) { return layer.pooling->output_dim(layer.feature_dim); })
      .def("pool",
           &pool,
           py::arg("features"),
           py::arg("num_threads") = 1,
           py::arg("out") = py::none(),
           "The descriptor of float32 [n, D], or of a map [height, width, D], which is read where "
           "it lies; a new\n"
           "array, or `out`, float32 [output_dim()], which is written in place.");
}

}  // namespace loci::python
