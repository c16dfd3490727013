// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "arrays.h"
#include "collection.h"
#include "job.h"
#include "options.h"

#include "loci/describe/load_photo.h"
#include "loci/image/decode.h"
#include "loci/place/index_photos.h"
#include "loci/place/rerank.h"

#include <pybind11/functional.h>
#include <pybind11/stl.h>

namespace loci::python {
namespace {

QueryAnswer query(const Collection& collection,
                  const py::object& image,
                  int k,
                  const std::optional<bool>& verify,
                  py::kwargs given) {
  const auto db = collection.use();
  py::dict left(given);
  IndexOptions index;
  VerifyOptions checks;
  take_options(index, left);
  take_options(checks, left);
  no_more_options(left, "query");
  const auto ask = [&](ImageView pixels, const std::string& file) {
    const Check check = !verify ? Check::kDoubtful : *verify ? Check::kAlways : Check::kNever;
    const auto verifier = verifier_for(db->describer(), checks, check).value();
    return query_checked(*db, verifier.get(), pixels, k, check, index, file).value();
  };
  if (py::isinstance<py::array>(image)) {
    const ArrayImage pixels(image);
    return unlocked([&] { return ask(pixels, ""); });
  }
  const std::string file = path_of(image);
  return unlocked([&] { return ask(load_photo(db->describer(), file).value(), file); });
}

void bind_answers(py::module_& m) {
  py::class_<PlaceImage>(m, "PlaceImage")
      .def_readonly("id", &PlaceImage::id)
      .def_property_readonly("path", [](const PlaceImage& i) { return path_str(i.path); })
      .def_readonly("width", &PlaceImage::width)
      .def_readonly("height", &PlaceImage::height)
      .def_readonly("sha256", &PlaceImage::sha256)
      .def_property_readonly(
          "position",
          [](const PlaceImage& i) { return position_of(i.position); },
          "(lat, lon) or None")
      .def_readonly("taken", &PlaceImage::taken, "seconds since 1970, or None")
      .def_readonly("heading_deg", &PlaceImage::heading_deg);
  py::class_<MatchGeometry>(m, "MatchGeometry")
      .def_readonly("matched", &MatchGeometry::matched)
      .def_readonly("inliers", &MatchGeometry::inliers)
      .def_readonly("verified", &MatchGeometry::verified);
  py::class_<Match>(m, "Match")
      .def_readonly("image", &Match::image)
      .def_readonly("score", &Match::score, "cosine similarity")
      .def_readonly("confidence",
                    &Match::confidence,
                    "how probable it is that it shows the query's place, 0 to 1")
      .def_readonly("geometry", &Match::geometry, "None where it was not checked");
  py::class_<Location>(m, "Location")
      .def_property_readonly(
          "position", [](const Location& l) { return position_of(l.position); }, "(lat, lon)")
      .def_readonly("radius_m", &Location::radius_m)
      .def_readonly("support", &Location::support)
      .def_readonly("confidence", &Location::confidence);
  py::class_<QueryAnswer>(m, "QueryAnswer")
      .def_readonly("matches", &QueryAnswer::matches, "best first")
      .def_property_readonly(
          "verdict",
          [](const QueryAnswer& answer) { return verdict_name(answer.verdict); },
          "'known', 'probably' or 'unknown'")
      .def_property_readonly("known_place", &QueryAnswer::known, "the verdict is 'known'")
      .def_readonly("confidence", &QueryAnswer::confidence, "of the best match")
      .def_readonly(
          "location", &QueryAnswer::location, "None for an unknown place or without positions");
  py::class_<IndexReport>(m, "IndexReport")
      .def_readonly("added", &IndexReport::added)
      .def_readonly("updated", &IndexReport::updated)
      .def_readonly("removed", &IndexReport::removed)
      .def_readonly("moved", &IndexReport::moved)
      .def_readonly("unchanged", &IndexReport::unchanged)
      .def_readonly("total", &IndexReport::total)
      .def_property_readonly(
          "failed",
          [](const IndexReport& report) {
            py::dict failed;
            for (const FailedImage& image : report.failed)
              failed[path_str(image.image)] = path_str(image.error.message());
            return failed;
          },
          "{path: error}");
}

}  // namespace

void bind_place(py::module_& m) {
  bind_answers(m);
  py::class_<Collection> place_db(
      m,
      "PlaceDb",
      "A collection of described photographs in one folder. Queries are safe from many threads.");
  bind_place_labels(place_db);
  place_db
      .def_static(
          "create",
          [](const py::object& folder, const std::shared_ptr<Model>& model) {
            const std::string path = path_of(folder);
            not_none(model, "model", "loci.Model");
            return unlocked([&] {
              return std::make_unique<Collection>(PlaceDb::create(path, model).value(), path);
            });
          },
          py::arg("folder"),
          py::arg("model"),
          "Makes an empty collection.")
      .def_static(
          "open",
          [](const py::object& folder) {
            const std::string path = path_of(folder);
            return unlocked(
                [&] { return std::make_unique<Collection>(PlaceDb::open(path).value(), path); });
          },
          py::arg("folder"))
      .def_static(
          "exists",
          [](const py::object& folder) { return PlaceDb::exists(path_of(folder)); },
          py::arg("folder"))
      .def(
          "update",
          [](const Collection& c,
             const py::object& paths,
             int num_threads,
             bool remove_missing,
             bool keep_features,
             const std::string& dimensions,
             OnProgress on_progress) {
            const std::vector<std::string> files = paths_of(paths);
            const UpdateOptions options{.num_threads = num_threads,
                                        .remove_missing = remove_missing,
                                        .keep_features = keep_features};
            const IndexPlan plan{.dimensions = parse_dimensions(dimensions).value()};
            return run_job(std::move(on_progress),
                           [&](const JobControl& job) -> Result<IndexReport> {
                             auto db = c.use();
                             auto report =
                                 index_photos(c.folder(), files, options, plan, {}, job, &db);
                             c.replace(std::move(db));
                             return report;
                           })
                .value();
          },
          py::arg("paths"),
          py::arg("num_threads") = 0,
          py::arg("remove_missing") = true,
          py::arg("keep_features") = false,
          py::arg("dimensions") = "auto",
          py::arg("on_progress") = OnProgress{},
          "Describes what is new or changed among files and folders, and forgets what is gone. The "
          "first time a model made for it, as the built-in one is, learns its cluster centers from "
          "these photos, where there are 10 or more, and from more than 5,000 photos on its "
          "descriptors "
          "are shortened to 4,096 numbers (dimensions: 'auto', 'full' or how many).\n"
          "on_progress(task, done, total) is called now and then; Ctrl-C and an exception of it "
          "stop "
          "the work, and what is described is kept.")
      .def(
          "remove",
          [](const Collection& c, const py::object& paths) {
            const auto db = c.use();
            const std::vector<std::string> files = paths_of(paths);
            return unlocked([&] { return db->remove(files).value(); });
          },
          py::arg("paths"),
          "Forgets photographs, or all below a folder; how many.")
      .def("query",
           &query,
           py::arg("image"),
           py::arg("k") = 5,
           py::arg("verify") = py::none(),
           "The k photographs most like an image (uint8 [height, width, 3], RGB) or a file, which "
           "is then no match itself.\n"
           "Their geometry is checked where the scores leave it open whether the place is known; "
           "verify=True always checks, verify=False never. Further options as of 'loci query'.")
      .def(
          "query_descriptor",
          [](const Collection& c, const py::object& descriptor, int k) {
            const auto db = c.use();
            const py::array array = want_floats(descriptor, 1, "descriptor");
            if (array.size() != db->describer().dim()) {
              throw Error(invalid_argument(
                  "descriptor: this collection has " + std::to_string(db->describer().dim()) +
                  " numbers a photo, got " + std::to_string(array.size())));
            }
            const std::span values = floats_of(array);
            return unlocked([&] { return db->query_descriptor(values, k).value(); });
          },
          py::arg("descriptor"),
          py::arg("k") = 5)
      .def("images",
           [](const Collection& c) {
             const auto db = c.use();
             return unlocked([&] { return db->images().value(); });
           })
      .def(
          "descriptor",
          [](const Collection& c, int64_t id) {
            const auto db = c.use();
            return to_array(unlocked([&] { return db->descriptor(id).value(); }));
          },
          py::arg("id"))
      .def("refresh",
           [](const Collection& c) {
             const auto db = c.use();
             unlocked([&] { must(db->refresh()); });
           })
      .def(
          "verify",
          [](const Collection& c) {
            const auto db = c.use();
            return unlocked([&] { return db->verify().value().problems; });
          },
          "Reads everything; the problems found.")
      .def("compact",
           [](const Collection& c) {
             const auto db = c.use();
             unlocked([&] { must(db->compact()); });
           })
      .def("close", &Collection::close)
      .def("__enter__", [](py::object self) { return self; })
      .def("__exit__", [](Collection& c, const py::args&) { c.close(); })
      .def("__len__", [](const Collection& c) { return c.use()->size(); });
}

}  // namespace loci::python
