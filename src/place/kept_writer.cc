// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kept_writer.h"

#include "collection.h"

#include "loci/base/text.h"
#include "loci/describe/adapt.h"

namespace loci {
namespace {

constexpr size_t kBatch = 64;

}  // namespace

Result<KeptWriter> KeptWriter::open(const std::string& folder, const Stage& stage, bool wanted) {
  KeptWriter writer(stage);
  if (stage.describe_with_features == nullptr) {
    if (!wanted) return writer;
    return invalid_argument("the model '" + printable(stage.model->spec.name) +
                            "' has no local features to keep; leave --keep-features out, or index "
                            "with the built-in model");
  }
  if (!wanted && !KeptStore::exists(folder)) return writer;
  LOCI_TRY(store, KeptStore::open_or_create(folder, base_fingerprint(*stage.model)));
  writer.store_ = std::move(store);
  return writer;
}

const DescribeFiles& KeptWriter::describe_files() const {
  return store_ ? stage_->describe_with_features : stage_->describe_files;
}

Status KeptWriter::add(DescribedImage& described) {
  if (!store_ || described.kept_features.empty()) return {};
  waiting_.push_back({.sha256 = described.sha256, .packed = std::move(described.kept_features)});
  return waiting_.size() < kBatch ? Status() : flush();
}

Status KeptWriter::flush() {
  if (!store_) return {};
  LOCI_RETURN_IF_ERROR(store_->put(waiting_));
  waiting_.clear();
  return {};
}

Status Collection::copy_features(const std::string& other) const {
  if (!KeptStore::exists(other)) return {};
  const std::string model = base_fingerprint(*stage_.model);
  const Result<KeptStore> theirs = KeptStore::open(other, model);
  if (theirs.status().code() == Code::kNotFound) return {};
  LOCI_RETURN_IF_ERROR(theirs.status());
  LOCI_TRY(ours, KeptStore::open_or_create(folder_, model));
  return ours.copy_from(*theirs);
}

Result<std::optional<KeptFeatures>> Collection::kept_features(const PlaceImage& image) const {
  const std::lock_guard lock(kept_mutex_);
  if (kept_ == nullptr) {
    if (!KeptStore::exists(folder_)) return std::optional<KeptFeatures>();
    Result<KeptStore> opened = KeptStore::open(folder_, base_fingerprint(*stage_.model));
    if (opened.status().code() == Code::kNotFound) return std::optional<KeptFeatures>();
    LOCI_TRY(store, std::move(opened));
    kept_ = std::make_unique<KeptStore>(std::move(store));
  }
  return kept_->find(image.sha256);
}

}  // namespace loci
