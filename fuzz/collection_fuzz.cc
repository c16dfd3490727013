// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/describe/learn.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"
#include "loci/place/place_db.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace loci;

/// A small collection as it was made, whose files each input damages in its own way.
struct Whole {
  TempFolder folder{"loci_fuzz"};
  std::string db = folder / "db";
  const char* names[2] = {"catalogue.sqlite", "segments/00000001.seg"};
  std::vector<uint8_t> files[2];
  std::vector<float> descriptor;

  Whole() {
    std::vector<std::string> photos;
    for (uint64_t i = 0; i < 6; ++i) {
      photos.push_back(folder / (std::to_string(i) + ".jpg"));
      if (!save_jpeg(photos.back(), sketch_place(i / 2, i % 2, 96, 72)).ok()) __builtin_trap();
    }
    LearnOptions options;
    options.num_clusters = 2;
    options.features_per_image = 50;
    const auto model = learn_model(rootsift_vlad_spec(), {}, photos, options).value();
    const auto made = PlaceDb::create(db, model).value();
    if (made->update(photos).value().added != 6) __builtin_trap();
    descriptor = made->descriptor(made->images().value().front().id).value();
    for (int i = 0; i < 2; ++i) files[i] = read_file(db + "/" + names[i]).value();
  }
};

}  // namespace

/// Six bytes an edit: which file, how (a byte, a bit, a cut, zeros to the end of a page), where, and with what. The damaged collection is
/// opened and used; it may refuse anything, with a sentence.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Whole* const whole = new Whole;
  std::vector<uint8_t> files[2] = {whole->files[0], whole->files[1]};
  for (; size >= 6; data += 6, size -= 6) {
    std::vector<uint8_t>& file = files[data[0] & 1];
    if (file.empty()) continue;
    uint32_t at = 0;
    std::memcpy(&at, data + 1, 3);
    at %= static_cast<uint32_t>(file.size());
    switch (data[0] >> 1 & 3) {
      case 0:
        file[at] = data[5];
        break;
      case 1:
        file[at] ^= static_cast<uint8_t>(1 << (data[5] & 7));
        break;
      case 2:
        file.resize(at);
        break;
      default:
        std::fill(file.begin() + at,
                  file.begin() +
                      std::min<ptrdiff_t>(static_cast<ptrdiff_t>(file.size()), at + 2 * data[5]),
                  data[4]);
    }
  }
  for (int i = 0; i < 2; ++i) {  // write_file would wait for the disk
    std::ofstream(whole->db + "/" + whole->names[i], std::ios::binary)
        .write(reinterpret_cast<const char*>(files[i].data()),
               static_cast<std::streamsize>(files[i].size()));
  }
  const auto db = PlaceDb::open(whole->db);
  if (!db.ok()) return 0;
  const auto images = (*db)->images();
  if (images.ok()) {
    for (const PlaceImage& image : *images) (void)(*db)->descriptor(image.id).ok();
  }
  (void)(*db)->query_descriptor(whole->descriptor, 3, {}).ok();
  (void)(*db)->verify().ok();
  (void)(*db)->row_counts().ok();
  return 0;
}
