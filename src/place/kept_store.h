// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sqlite.h"

#include "loci/base/status.h"
#include "loci/local/kept_features.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// Local features of a collection's photos, beside its catalogue in `features.sqlite`, so that a
/// match can be verified without the photo: 39 KB each. Photos are named by the digest of their
/// content, so moved, renamed and merged ones need no care, and what is missing is only made again.
/// docs/formats/place_db.md
/// Threads: one at a time
class KeptStore {
 public:
  static std::string path_in(const std::string& folder);
  static bool exists(const std::string& folder);
  /// Opens the store of a collection, or makes one. `model`: fingerprint of the model without its
  /// centers (base_fingerprint()); features that another one made are forgotten.
  static Result<KeptStore> open_or_create(const std::string& folder, const std::string& model);
  /// For reading. NotFound where there is none, or it holds features of another model.
  static Result<KeptStore> open(const std::string& folder, const std::string& model);

  struct Entry {
    std::string sha256;           ///< of the photo's bytes
    std::vector<uint8_t> packed;  ///< pack()
  };
  /// One transaction.
  Status put(std::span<const Entry> entries) const;
  /// Nothing for a photo that the store does not have.
  Result<std::optional<KeptFeatures>> find(const std::string& sha256) const;
  Result<int64_t> count() const { return db_.integer("SELECT count(*) FROM features"); }
  /// Takes over all features of another store.
  Status copy_from(const KeptStore& other) const;
  /// Forgets the features of photos whose digest is not among these.
  Status keep_only(std::span<const std::string> sha256) const;

 private:
  explicit KeptStore(Sqlite db) : db_(std::move(db)) {}
  Sqlite db_;
};

}  // namespace loci
