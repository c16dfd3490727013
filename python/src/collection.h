// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bindings.h"

#include "loci/place/place_db.h"

#include <memory>
#include <mutex>
#include <utility>

namespace loci::python {

/// A collection that can be closed: every use behind close() is an error, never a crash.
class Collection {
 public:
  Collection(std::unique_ptr<PlaceDb> db, std::string folder)
      : folder_(std::move(folder)), db_(std::move(db)) {}

  const std::string& folder() const { return folder_; }

  std::shared_ptr<PlaceDb> use() const {
    const std::lock_guard lock(mutex_);
    if (!db_)
      throw Error(invalid_argument("this collection is closed; PlaceDb.open() opens it again"));
    return db_;
  }
  /// The same collection, opened again.
  void replace(std::shared_ptr<PlaceDb> db) const {
    const std::lock_guard lock(mutex_);
    db_ = std::move(db);
  }
  void close() {
    std::shared_ptr<PlaceDb> last;  // uses that are under way keep it alive
    const std::lock_guard lock(mutex_);
    last.swap(db_);
  }

 private:
  std::string folder_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<PlaceDb> db_;
};

/// Adds what is said of places to the class.
void bind_place_labels(py::class_<Collection>& db);

}  // namespace loci::python
