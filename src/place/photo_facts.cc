// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_facts.h"

#include "loci/data/dataset.h"

namespace loci {

PlaceImage photo_facts(const std::string& path, const DescribedImage& described) {
  PlaceImage image;
  image.path = path;
  image.width = described.width;
  image.height = described.height;
  image.sha256 = described.sha256;
  image.position = described.info.position;
  image.taken = described.info.taken;
  image.heading_deg = described.info.heading_deg;
  if (!image.position || !image.taken || !image.heading_deg) {
    if (const auto named = parse_at_name(path)) {
      if (!image.position) image.position = named->position;
      if (!image.taken) image.taken = named->time;
      if (!image.heading_deg) image.heading_deg = named->heading_deg;
    }
  }
  if (image.position && !valid(*image.position)) image.position.reset();
  return image;
}

StoredImage stored_photo(const FoundFile& file, const DescribedImage& described) {
  StoredImage stored;
  stored.image = photo_facts(file.path, described);
  stored.image.id = file.id;
  stored.image.size_bytes = file.size_bytes;
  stored.image.mtime_ns = file.mtime_ns;
  stored.device = file.device;
  return stored;
}

}  // namespace loci
