// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "image_set.h"

namespace loci::train {

int32_t ImageSet::add(const std::string& path) {
  const auto [at, is_new] = numbers_.emplace(path, static_cast<int32_t>(paths_.size()));
  if (is_new) paths_.push_back(path);
  return at->second;
}

bool ImageSet::fail(int32_t image, const Status& why) {
  const std::lock_guard lock(mutex_);
  return failures_.emplace(image, why.message()).second;
}

bool ImageSet::failed(int32_t image) const {
  const std::lock_guard lock(mutex_);
  return failures_.contains(image);
}

std::vector<std::string> ImageSet::failures() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> list;
  for (const auto& [image, why] : failures_) list.push_back(why);
  return list;
}

std::map<int32_t, std::string> ImageSet::failed_images() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

}  // namespace loci::train
