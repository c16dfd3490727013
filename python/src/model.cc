// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "arrays.h"
#include "job.h"
#include "options.h"

#include "loci/data/photos.h"
#include "loci/describe/describer.h"
#include "loci/describe/learn.h"
#include "loci/describe/load_photo.h"
#include "loci/describe/named_model.h"

#include <pybind11/functional.h>
#include <pybind11/stl.h>

namespace loci::python {
namespace {

ModelPtr named_model(const std::string& name,
                     const std::vector<std::string>& learn_from,
                     OnProgress on_progress,
                     const py::kwargs& given) {
  LearnOptions options = classic_learn_options();
  read_options(given, "load_model", options);
  return shared(run_job(std::move(on_progress), [&](const JobControl& job) {
                  PhotoSearch search;
                  const auto photos = [&] { return find_photos(learn_from, &search).value(); };
                  return named_model(name, photos, options, job);
                }).value());
}

std::unique_ptr<Describer> make_describer(const std::shared_ptr<Model>& model,
                                          const std::string& precision,
                                          int num_threads) {
  const DescribeOptions options{.precision = parse_precision(precision).value(),
                                .num_threads = num_threads};
  not_none(model, "model", "loci.Model");
  return unlocked([&] { return Describer::create(model, options).value(); });
}

FloatArray describe_one(const Describer& describer, const py::object& image, int num_threads) {
  std::vector<float> out(static_cast<size_t>(describer.dim()));
  if (py::isinstance<py::array>(image)) {
    const ArrayImage pixels(image);
    unlocked([&] { must(describer.describe(pixels, out, num_threads)); });
  } else {
    const std::string file = path_of(image);
    unlocked(
        [&] { must(describer.describe(load_photo(describer, file).value(), out, num_threads)); });
  }
  return to_array(std::move(out));
}

/// Rows in the order of the files; a file that cannot be described has its error and a row of NaN.
py::tuple describe_many(const Describer& describer,
                        const py::object& paths,
                        int num_threads,
                        OnProgress on_progress) {
  const std::vector<std::string> files = paths_of(paths);
  const auto dim = static_cast<size_t>(describer.dim());
  std::vector<float> rows(files.size() * dim, std::numeric_limits<float>::quiet_NaN());
  std::map<std::string, std::string> failures;
  must(run_job(std::move(on_progress), [&](const JobControl& job) {
    const auto sink = [&](size_t i, DescribedImage&& image) {
      if (image.status.ok()) {
        std::copy(image.descriptor.begin(),
                  image.descriptor.end(),
                  rows.begin() + static_cast<std::ptrdiff_t>(i * dim));
      } else {
        failures[files[i]] = image.status.message();
      }
      job.progress("describing", static_cast<int64_t>(i) + 1, static_cast<int64_t>(files.size()));
      return true;
    };
    return describe_files(describer, files, num_threads, false, sink, job);
  }));
  py::dict failed;
  for (const auto& [path, why] : failures) failed[path_str(path)] = path_str(why);
  const std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(files.size()),
                                       static_cast<py::ssize_t>(dim)};
  return py::make_tuple(to_array(std::move(rows), shape), failed);
}

}  // namespace

void bind_model(py::module_& m) {
  py::class_<Model, ModelPtr>(
      m, "Model", "A place descriptor: network or RootSIFT, pooling, whitening.")
      .def_property_readonly("name", [](const Model& model) { return model.spec.name; })
      .def_property_readonly("fingerprint", [](const Model& model) { return model.fingerprint; })
      .def_property_readonly("pooling", [](const Model& model) { return model.spec.pooling.type; })
      .def(
          "save",
          [](const Model& model, const py::object& path) {
            const std::string file = path_of(path);
            unlocked([&] { must(save_model(model, file)); });
          },
          py::arg("path"),
          "Writes a model file (.safetensors).")
      .def("__repr__", [](const Model& model) { return "<loci.Model " + model.spec.name + ">"; });
  m.def(
      "load_model",
      [](const py::object& name,
         const py::object& learn_from,
         OnProgress on_progress,
         const py::kwargs& options) {
        return named_model(path_of(name), paths_of(learn_from), std::move(on_progress), options);
      },
      py::arg("model") = "default",
      py::arg("learn_from") = py::tuple(),
      py::arg("on_progress") = OnProgress{},
      "A model file, 'default' (the built-in network), or 'rootsift-vlad', whose vocabulary is "
      "learnt from the photos and\n"
      "folders in learn_from (options as of 'loci index': num_clusters, whiten_dim, max_images, "
      "seed).");

  py::class_<Describer>(m, "Describer", "Image to descriptor. Safe from many threads.")
      .def(py::init(&make_describer),
           py::arg("model"),
           py::arg("precision") = "auto",
           py::arg("num_threads") = 0,
           "precision: fp32, bf16, int8 or auto.")
      .def_property_readonly("dim", &Describer::dim, "Numbers of a descriptor.")
      .def_property_readonly(
          "precision",
          [](const Describer& d) { return std::string(precision_name(d.precision())); })
      .def_property_readonly("note", &Describer::note)
      .def("describe",
           &describe_one,
           py::arg("image"),
           py::arg("num_threads") = 1,
           "The descriptor, float32 [dim] of unit length, of uint8 [height, width, 3] (RGB) or of "
           "a file.")
      .def("describe_files",
           &describe_many,
           py::arg("paths"),
           py::arg("num_threads") = 0,
           py::arg("on_progress") = OnProgress{},
           "(float32 [n, dim], {path: error}): all files on all threads; rows of files that failed "
           "are NaN.")
      .def(
          "features",
          [](const Describer& d, const py::object& image, int num_threads) {
            const ArrayImage pixels(image);
            Features features = unlocked([&] { return d.features(pixels, num_threads).value(); });
            std::vector<py::ssize_t> shape;
            if (features.height > 0) {
              shape = {features.height, features.width, features.values.cols()};
            }
            return to_array(std::move(features.values), shape);
          },
          py::arg("image"),
          py::arg("num_threads") = 1,
          "What is pooled: float32 [height, width, D] of a network's map, or [n, D] of points.");
}

}  // namespace loci::python
