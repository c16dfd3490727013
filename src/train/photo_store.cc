// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "photo_store.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/image/decode.h"
#include "loci/image/resize.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace loci::train {
namespace {

/// The sides of a photo shrunk to `most_side` along its shorter one.
std::pair<int, int> bounded(int width, int height, int most_side) {
  const int shorter = std::min(width, height);
  if (shorter <= most_side) return {width, height};
  const double scale = static_cast<double>(most_side) / shorter;
  const auto side = [scale](int old) {
    return std::max(1, static_cast<int>(std::lround(old * scale)));
  };
  return {side(width), side(height)};
}

}  // namespace

PhotoStore::PhotoStore(std::vector<std::string> paths, int most_side, uint64_t bound_bytes)
    : paths_(std::move(paths)),
      most_side_(most_side),
      bound_bytes_(bound_bytes),
      photos_(paths_.size()) {}

Result<std::shared_ptr<const Image>> PhotoStore::load(int64_t photo) const {
  const std::string where = printable(path(photo));
  LOCI_TRY(bytes, read_file(path(photo)));
  LOCI_TRY(info, probe_image(bytes, where));
  const auto [width, height] = bounded(info.width, info.height, most_side_);
  LOCI_TRY(image, decode_image(bytes, where, {.wanted_width = width, .wanted_height = height}));
  const auto [w, h] = bounded(image.width, image.height, most_side_);
  if (w != image.width || h != image.height) image = resize(image, w, h, Resampling::kArea);
  return std::make_shared<const Image>(std::move(image));
}

Result<std::shared_ptr<const Image>> PhotoStore::get(int64_t photo) {
  Photo& slot = photos_[static_cast<size_t>(photo)];
  {
    const std::lock_guard lock(mutex_);
    if (slot.image != nullptr) return slot.image;
    if (!slot.status.ok()) return slot.status;
  }
  Result<std::shared_ptr<const Image>> loaded = load(photo);
  const std::lock_guard lock(mutex_);
  if (!loaded.ok()) {
    slot.status = loaded.status();
  } else if (slot.image == nullptr && kept_bytes_ + (*loaded)->pixels.size() <= bound_bytes_) {
    slot.image = *loaded;
    kept_bytes_ += slot.image->pixels.size();
  }
  return loaded;
}

std::vector<std::string> PhotoStore::failures() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> list;
  for (const Photo& photo : photos_) {
    if (!photo.status.ok()) list.push_back(photo.status.message());
  }
  return list;
}

uint64_t PhotoStore::kept_bytes() const {
  const std::lock_guard lock(mutex_);
  return kept_bytes_;
}

}  // namespace loci::train
