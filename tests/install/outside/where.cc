// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// where COLLECTION PHOTOS PHOTO: remembers a folder of photographs and says which of them PHOTO is most like.
#include <iostream>
#include <vector>

#include <loci/describe/builtin.h>
#include <loci/image/decode.h>
#include <loci/place/place_db.h>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "where COLLECTION PHOTOS PHOTO\n";
    return 2;
  }
  try {
    if (!loci::PlaceDb::exists(argv[1])) {
      loci::PlaceDb::create(argv[1], loci::builtin_model("default").value()).value();
    }
    const auto collection = loci::PlaceDb::open(argv[1]).value();
    const loci::IndexReport report = collection->update({argv[2]}).value();

    const loci::Image photo = loci::load_image(argv[3]).value();
    std::vector<float> descriptor(static_cast<size_t>(collection->describer().dim()));
    const loci::Status described = collection->describer().describe(photo, descriptor);
    if (!described.ok()) throw loci::Error(described);

    std::cout << report.total << " photos, " << descriptor.size() << " numbers each\n";
    for (const loci::Match& match : collection->query_descriptor(descriptor, 1).value().matches) {
      std::cout << match.image.path << ' ' << match.score << '\n';
    }
  } catch (const loci::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
