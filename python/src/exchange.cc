// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "job.h"
#include "options.h"

#include "loci/describe/learn.h"
#include "loci/exchange/import.h"
#include "loci/exchange/onnx.h"
#include "loci/exchange/pairs.h"

#include <pybind11/functional.h>
#include <pybind11/stl.h>

namespace loci::python {
namespace {

std::vector<NamedPair> named(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::vector<NamedPair> out;
  out.reserve(pairs.size());
  for (const auto& [query, match] : pairs) out.push_back({query, match});
  return out;
}

void bind_models_of_others(py::module_& m) {
  py::class_<ImportedModel>(m, "ImportedModel", "A model made of other people's weights.")
      .def_property_readonly("model", [](const ImportedModel& i) { return shared(i.model); })
      .def_property_readonly("family", [](const ImportedModel& i) { return i.report.family; })
      .def_property_readonly("warnings", [](const ImportedModel& i) { return i.report.warnings; })
      .def_property_readonly(
          "needs_clusters",
          [](const ImportedModel& i) { return i.report.needs_clusters; },
          "the file has no vocabulary; 'loci import --init-from PHOTOS' learns one")
      .def("report", [](const ImportedModel& i) { return i.report.to_text(); })
      .def("__repr__",
           [](const ImportedModel& i) { return "<loci.ImportedModel " + i.report.family + ">"; });
  m.def(
      "import_model",
      [](const py::object& path, const py::kwargs& given) {
        ImportOptions options;
        read_options(given, "import_model", options);
        const std::string file = path_of(path);
        return unlocked([&] { return import_model(file, options).value(); });
      },
      py::arg("path"),
      "Reads a checkpoint of other people's (pytorch-NetVlad, OpenIBL, MATLAB, ONNX, ...: 'loci "
      "import --list');\noptions as of 'loci import': family, architecture, pooling, last, input, "
      "pca, num_clusters, whitening_dim.");
  m.def(
      "export_onnx",
      [](const ModelPtr& model, const py::object& path, const py::kwargs& given) {
        OnnxOptions options;
        read_options(given, "export_onnx", options);
        not_none(model, "model", "loci.Model");
        const std::string file = path_of(path);
        const OnnxReport report =
            unlocked([&] { return export_onnx(*model, file, options).value(); });
        return py::make_tuple(report.input, report.output, report.output_dim);
      },
      py::arg("model"),
      py::arg("path"),
      "Writes network, pooling and whitening as ONNX; (name of the input, name of the output, "
      "numbers of a descriptor).\nOptions as of 'loci export': width, height, batch, pixels, "
      "maps.");
}

template <class Learn>
auto learning(const char* name, Learn learn) {
  return [name, learn](const ModelPtr& model,
                       const py::object& photos,
                       OnProgress on_progress,
                       const py::kwargs& given) {
    LearnOptions options;
    read_options(given, name, options);
    not_none(model, "model", "loci.Model");
    const std::vector<std::string> files = paths_of(photos);
    return shared(run_job(std::move(on_progress), [&](const JobControl& job) {
      return learn(model, files, options, job);
    }));
  };
}

}  // namespace

void bind_exchange(py::module_& m) {
  bind_models_of_others(m);
  m.def(
      "add_whitening",
      learning("add_whitening",
               [](const ModelPtr& model, const auto& files, const auto& options, const auto& job) {
                 auto whitened = add_whitening(*model, files, options, job).value();
                 if (whitened->spec.whitening.output_dim == 0) {
                   throw Error(invalid_argument("add_whitening: " + std::to_string(files.size()) +
                                                " photographs for whiten_dim " +
                                                std::to_string(options.whiten_dim) +
                                                "; expected two for each number, and 32 at least"));
                 }
                 return whitened;
               }),
      py::arg("model"),
      py::arg("photos"),
      py::arg("on_progress") = OnProgress{},
      "The model with a PCA-whitening of whiten_dim numbers learnt from photographs; one that it "
      "had is replaced.");
  m.def(
      "calibrate_model",
      learning("calibrate_model",
               [](const ModelPtr& model, const auto& files, const auto& options, const auto& job) {
                 return calibrate_model(model, files, options, job).value().model;
               }),
      py::arg("model"),
      py::arg("photos"),
      py::arg("on_progress") = OnProgress{},
      "The model with the ranges that int8 needs, found over calibration_images of the "
      "photographs.");
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  const auto writer = [&m](const char* name, auto write, const char* text) {
    m.def(
        name,
        [write](const py::object& path, const Pairs& pairs) {
          const std::string file = path_of(path);
          const std::vector<NamedPair> list = named(pairs);
          unlocked([&] { must(write(file, std::span<const NamedPair>(list))); });
        },
        py::arg("path"),
        py::arg("pairs"),
        text);
  };
  writer("write_hloc_pairs", &write_hloc_pairs, "hloc's pairs of (query, match) names.");
  writer("write_colmap_pairs", &write_colmap_pairs, "COLMAP's match list, each pair once.");
  writer("write_kapture_pairs", &write_kapture_pairs, "kapture's pairs.");
}

}  // namespace loci::python
