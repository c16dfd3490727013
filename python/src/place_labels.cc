// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/place_labels.h"

#include "collection.h"

#include <pybind11/stl.h>

namespace loci::python {
namespace {

using Photos = std::vector<std::string>;

template <class Say>
void change(const Collection& collection, const py::object& photos, const Say& say) {
  const auto db = collection.use();
  const Photos paths = paths_of(photos);
  unlocked([&] {
    const Photos contents = photo_contents(*db, paths).value();
    must(db->change_place_labels([&](PlaceLabels* labels) { return say(labels, contents); }));
  });
}

py::dict labels_dict(const Collection& collection) {
  const auto db = collection.use();
  const auto labels = unlocked([&] { return db->place_labels().value(); });
  std::map<std::string, std::string> path_of;
  for (const PlaceImage& image : unlocked([&] { return db->images().value(); }))
    path_of.emplace(image.sha256, image.path);
  const auto path = [&](const std::string& photo) {
    const auto found = path_of.find(photo);
    return path_str(found == path_of.end() ? photo : found->second);
  };
  py::dict names;
  py::list same, different, alone;
  for (const auto& [photo, name] : labels.names) names[path(photo)] = name;
  for (const auto& [a, b] : labels.same) same.append(py::make_tuple(path(a), path(b)));
  for (const auto& [a, b] : labels.different) different.append(py::make_tuple(path(a), path(b)));
  for (const std::string& photo : labels.alone) alone.append(path(photo));
  return py::dict(py::arg("names") = names,
                  py::arg("same") = same,
                  py::arg("different") = different,
                  py::arg("alone") = alone);
}

}  // namespace

void bind_place_labels(py::class_<Collection>& db) {
  db.def(
        "name_place",
        [](const Collection& collection, const py::object& photos, const std::string& name) {
          change(collection, photos, [&](PlaceLabels* labels, const Photos& contents) {
            return name_place(labels, contents, name);
          });
        },
        py::arg("photos"),
        py::arg("name"),
        "The photos show one place, and this is its name; group_photos() obeys it.")
      .def(
          "same_place",
          [](const Collection& collection, const py::object& photos) {
            change(collection, photos, [](PlaceLabels* labels, const Photos& contents) {
              return say_same_place(labels, contents);
            });
          },
          py::arg("photos"),
          "The photos show one place, whatever the pictures say.")
      .def(
          "different_places",
          [](const Collection& collection, const py::object& photos) {
            change(collection, photos, [](PlaceLabels* labels, const Photos& contents) {
              return say_different_places(labels, contents);
            });
          },
          py::arg("photos"),
          "The first photo does not show the place of the others.")
      .def(
          "stands_alone",
          [](const Collection& collection, const py::object& photos) {
            change(collection, photos, [](PlaceLabels* labels, const Photos& contents) {
              return say_alone(labels, contents);
            });
          },
          py::arg("photos"),
          "The photos belong to no group.")
      .def(
          "forget_place",
          [](const Collection& collection, const py::object& photos) {
            change(collection, photos, [](PlaceLabels* labels, const Photos& contents) {
              forget_labels(labels, contents);
              return Status();
            });
          },
          py::arg("photos"),
          "Takes back all that was said of the places of the photos.")
      .def("place_labels",
           &labels_dict,
           "What was said: {'names': {path: name}, 'same': [(path, path)], 'different': [(path, "
           "path)], 'alone': [path]}.");
}

}  // namespace loci::python
