// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_facts.h"

#include "loci/data/photos.h"

namespace loci {

PlaceImage photo_facts(const std::string& path, const DescribedImage& described) {
  PlaceImage image;
  image.path = path;
  image.width = described.width;
  image.height = described.height;
  image.sha256 = described.sha256;
  const PhotoInfo info = complete_info(path, described.info);
  image.position = info.position;
  image.taken = info.taken;
  image.heading_deg = info.heading_deg;
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
