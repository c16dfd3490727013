// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "arrays.h"

#include "loci/image/decode.h"
#include "loci/image/encode.h"

namespace loci::python {

void bind_image(py::module_& m) {
  m.def(
      "load_image",
      [](const py::object& path) {
        const std::string file = path_of(path);
        Image image = unlocked([&] { return load_image(file).value(); });
        const std::vector<py::ssize_t> shape{image.height, image.width, 3};
        return to_array(std::move(image.pixels), shape);
      },
      py::arg("path"),
      "Reads a JPEG, PNG, WebP or TIFF, upright, as uint8 [height, width, 3] (RGB).");
  m.def(
      "save_jpeg",
      [](const py::object& path, const py::object& image) {
        const std::string file = path_of(path);
        const ArrayImage pixels(image);
        unlocked([&] { must(save_jpeg(file, pixels)); });
      },
      py::arg("path"),
      py::arg("image"),
      "Writes uint8 [height, width, 3] (RGB) as a JPEG.");
}

}  // namespace loci::python
