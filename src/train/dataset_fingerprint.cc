// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/dataset_fingerprint.h"

#include "loci/base/file.h"
#include "loci/base/sha256.h"
#include "loci/base/text.h"

namespace loci::train {
namespace {

/// Texts go in with their length, so that no two lists run together into the same bytes.
void add(Sha256* sha, std::string_view text) {
  const uint64_t size = text.size();
  sha->update(&size, sizeof size);
  sha->update(text.data(), text.size());
}

template <class T>
void add_number(Sha256* sha, T value) {
  sha->update(&value, sizeof value);
}

template <class T>
void add_optional(Sha256* sha, const std::optional<T>& value) {
  add_number(sha, static_cast<uint8_t>(value.has_value()));
  if (value.has_value()) add_number(sha, *value);
}

void add_truth(Sha256* sha, const ImageRecord& image) {
  add_number(sha, static_cast<uint8_t>(image.utm.has_value()));
  if (image.utm.has_value()) {
    add_number(sha, image.utm->east_m);
    add_number(sha, image.utm->north_m);
    add_number(sha, image.utm->zone);
    add_number(sha, static_cast<uint8_t>(image.utm->band < 'N'));
  }
  add_optional(sha, image.time);
  add(sha, image.place);
  add_number(sha, image.frame);
  add(sha, image.group);
}

}  // namespace

std::string DatasetFingerprint::digest() const {
  Sha256 sha;
  add_number(&sha, database_images);
  add_number(&sha, query_images);
  for (const std::string& part : {paths, sizes, truth}) add(&sha, part);
  return sha.hex_digest();
}

DatasetFingerprint fingerprint_of(const Dataset& dataset) {
  DatasetFingerprint fingerprint;
  fingerprint.database_images = static_cast<int64_t>(dataset.database.size());
  fingerprint.query_images = static_cast<int64_t>(dataset.queries.size());
  Sha256 paths, sizes, truth;
  for (const auto* side : {&dataset.database, &dataset.queries}) {
    for (const ImageRecord& image : *side) {
      add(&paths, image.path);
      const Result<FileInfo> info = file_info(image_path(dataset, image));
      add_number(&sizes, info.ok() ? static_cast<int64_t>(info->size) : int64_t{-1});
      add_truth(&truth, image);
    }
  }
  for (const int64_t row : dataset.query_in_database) add_number(&truth, row);
  add(&truth, describe_rule(dataset.rule));
  fingerprint.paths = paths.hex_digest();
  fingerprint.sizes = sizes.hex_digest();
  fingerprint.truth = truth.hex_digest();
  return fingerprint;
}

std::string difference(const DatasetFingerprint& before,
                       const DatasetFingerprint& now,
                       const char* was,
                       const char* is) {
  std::string text;
  const auto say = [&](const std::string& what) { text += (text.empty() ? "" : "; ") + what; };
  const auto counted = [&](const char* side, int64_t first, int64_t second) {
    if (first == second) return;
    say(format("%lld %s %s, %lld %s",
               static_cast<long long>(first),
               side,
               was,
               static_cast<long long>(second),
               is));
  };
  counted("database images", before.database_images, now.database_images);
  counted("queries", before.query_images, now.query_images);
  if (before.paths != now.paths) say("the list of images changed");
  if (before.paths == now.paths && before.sizes != now.sizes)
    say("image files changed (their sizes in bytes)");
  if (before.truth != now.truth)
    say("positions, times, places, frames or the rule of the data set changed");
  return text;
}

}  // namespace loci::train
