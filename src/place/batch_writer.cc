// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "batch_writer.h"

#include "loci/base/sha256.h"

namespace loci {

Status BatchWriter::add(StoredImage image, std::vector<float> descriptor) {
  LOCI_REQUIRE(static_cast<int64_t>(descriptor.size()) == stage_.dim,
               "a descriptor of the collection's width");
  if (images_.empty()) since_flush_ = Stopwatch();
  paths_.push_back(image.image.path);
  images_.push_back(std::move(image));
  values_.insert(values_.end(), descriptor.begin(), descriptor.end());
  if (static_cast<int64_t>(images_.size()) < stage_.batch_images &&
      since_flush_.seconds() < stage_.batch_seconds)
    return {};
  return flush();
}

Status BatchWriter::flush() {
  if (images_.empty()) return {};
  stage_.reached("batch full", paths_);
  if (sound_) LOCI_RETURN_IF_ERROR(sound_());
  LOCI_TRY(place, appender_.append(values_));
  stage_.reached("rows written", paths_);
  const std::span bytes(reinterpret_cast<const uint8_t*>(values_.data()),
                        values_.size() * sizeof(float));
  const BatchInfo batch{.segment = place.segment,
                        .first_row = place.first_row,
                        .rows = static_cast<int64_t>(images_.size()),
                        .sha256 = sha256_hex(bytes)};
  LOCI_TRY(transaction, Transaction::begin_write(catalogue_.database()));
  LOCI_RETURN_IF_ERROR(catalogue_.add_batch(batch, place.new_segment));
  stage_.reached("batch declared", paths_);
  for (size_t i = 0; i < images_.size(); ++i) {
    images_[i].segment = place.segment;
    images_[i].row = place.first_row + static_cast<int64_t>(i);
    LOCI_RETURN_IF_ERROR(catalogue_.put_image(images_[i]));
  }
  stage_.reached("images declared", paths_);
  LOCI_RETURN_IF_ERROR(transaction.commit());
  stage_.reached("committed", paths_);
  saved_ += batch.rows;
  images_.clear();
  paths_.clear();
  values_.clear();
  return {};
}

}  // namespace loci
