// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/place_batches.h"

#include "loci/base/rng.h"
#include "loci/base/text.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace loci::train {

Result<PlaceBatches> PlaceBatches::create(const Dataset& dataset,
                                          const PlaceBatchOptions& options) {
  if (options.places_per_batch < 2 || options.images_per_place < 2) {
    return invalid_argument(
        format("places_per_batch %d and images_per_place %d: both must be at least 2, since a "
               "batch needs positives and negatives",
               options.places_per_batch,
               options.images_per_place));
  }
  PlaceBatches batches;
  batches.options_ = options;
  std::map<std::string, std::vector<int32_t>> images_of;
  const auto add = [&](const ImageRecord& image) {
    if (image.place.empty()) return;
    images_of[image.place].push_back(static_cast<int32_t>(batches.paths_.size()));
    batches.paths_.push_back(image_path(dataset, image));
  };
  for (const ImageRecord& image : dataset.database) add(image);
  for (size_t q = 0; q < dataset.queries.size(); ++q) {
    const bool in_database =
        q < dataset.query_in_database.size() && dataset.query_in_database[q] >= 0;
    if (!in_database) add(dataset.queries[q]);
  }
  size_t largest = 0;
  for (auto& [place, images] : images_of) {
    largest = std::max(largest, images.size());
    if (images.size() < static_cast<size_t>(options.images_per_place)) {
      ++batches.small_;
      continue;
    }
    batches.images_of_.push_back(std::move(images));
  }
  if (batches.num_places() < 2) {
    return invalid_argument(
        printable(dataset.root) +
        format(": %zu places have a label, %lld of them %d photographs or more (the largest has "
               "%zu); at least 2 are needed, so lower images_per_place or add photographs",
               images_of.size(),
               static_cast<long long>(batches.num_places()),
               options.images_per_place,
               largest));
  }
  return batches;
}

int64_t PlaceBatches::batches_an_epoch() const {
  const int64_t places = num_places(), each = options_.places_per_batch;
  const int64_t full = places / each, left = places % each;
  return full + (left >= 2 || full == 0 ? 1 : 0);
}

std::vector<PlaceBatch> PlaceBatches::epoch(int64_t epoch) const {
  Rng rng(options_.seed, format("places of epoch %lld", static_cast<long long>(epoch)));
  std::vector<int32_t> order(images_of_.size());
  std::iota(order.begin(), order.end(), 0);
  rng.shuffle(order);
  std::vector<PlaceBatch> batches(static_cast<size_t>(batches_an_epoch()));
  for (size_t i = 0; i < order.size(); ++i) {
    const size_t b =
        std::min(i / static_cast<size_t>(options_.places_per_batch), batches.size() - 1);
    const std::vector<int32_t>& images = images_of_[static_cast<size_t>(order[i])];
    for (const int64_t chosen :
         rng.sample(static_cast<int64_t>(images.size()), options_.images_per_place)) {
      batches[b].images.push_back(images[static_cast<size_t>(chosen)]);
      batches[b].places.push_back(order[i]);
    }
  }
  return batches;
}

}  // namespace loci::train
