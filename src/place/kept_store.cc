// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kept_store.h"

#include "loci/base/text.h"

#include <unistd.h>

namespace loci {
namespace {

constexpr int kFormatVersion = 1;
constexpr int kApplicationId = 0x4c4f4346;  // "LOCF"

// A row is some 39 KB: large pages keep it in few pieces.
constexpr const char* kPragmas =
    "PRAGMA page_size = 16384; PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; "
    "PRAGMA cell_size_check = ON";
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS features (sha256 TEXT PRIMARY KEY, packed BLOB NOT NULL)";

Result<std::string> model_of(const Sqlite& db) {
  LOCI_TRY(select, db.prepare("SELECT value FROM facts WHERE name = 'model'"));
  LOCI_TRY(row, select.step());
  return row ? select.bytes(0) : std::string();
}

Status check_kind(const Sqlite& db) {
  LOCI_TRY(application, db.integer("PRAGMA application_id"));
  LOCI_TRY(version, db.integer("PRAGMA user_version"));
  if (application != kApplicationId) {
    return invalid_argument(printable(db.where()) +
                            ": is an SQLite file of another program, no features of a collection; "
                            "move it away");
  }
  if (version > kFormatVersion) {
    return unsupported(printable(db.where()) +
                       format(": has format version %lld, this loci reads up to %d: use a newer "
                              "loci, or remove the file, which can be made again",
                              static_cast<long long>(version),
                              kFormatVersion));
  }
  return {};
}

}  // namespace

std::string KeptStore::path_in(const std::string& folder) { return folder + "/features.sqlite"; }

bool KeptStore::exists(const std::string& folder) {
  return ::access(path_in(folder).c_str(), F_OK) == 0;
}

Result<KeptStore> KeptStore::open_or_create(const std::string& folder, const std::string& model) {
  const bool is_new = !exists(folder);
  LOCI_TRY(db, Sqlite::open(path_in(folder), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  LOCI_RETURN_IF_ERROR(db.exec(kPragmas));
  // A file without tables is left from a kill while it was made.
  LOCI_TRY(tables, db.integer("SELECT count(*) FROM sqlite_master"));
  if (!is_new && tables > 0) LOCI_RETURN_IF_ERROR(check_kind(db));
  LOCI_TRY(transaction, Transaction::begin_write(db));
  if (is_new || tables == 0) {
    LOCI_RETURN_IF_ERROR(db.exec(format("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                        kApplicationId,
                                        kFormatVersion)
                                     .c_str()));
    LOCI_RETURN_IF_ERROR(db.exec(kSchema));
  }
  LOCI_TRY(made_by, model_of(db));
  if (made_by != model) {
    LOCI_RETURN_IF_ERROR(db.exec("DELETE FROM features"));
    LOCI_TRY(set, db.prepare("INSERT OR REPLACE INTO facts VALUES ('model', ?)"));
    LOCI_RETURN_IF_ERROR(set.bind_text(1, model).run());
  }
  LOCI_RETURN_IF_ERROR(transaction.commit());
  return KeptStore(std::move(db));
}

Result<KeptStore> KeptStore::open(const std::string& folder, const std::string& model) {
  if (!exists(folder)) return not_found(printable(folder) + ": keeps no local features");
  LOCI_TRY(db, Sqlite::open(path_in(folder), SQLITE_OPEN_READONLY));
  LOCI_RETURN_IF_ERROR(check_kind(db));
  LOCI_TRY(made_by, model_of(db));
  if (made_by != model)
    return not_found(printable(folder) + ": keeps local features of another model");
  return KeptStore(std::move(db));
}

Status KeptStore::put(std::span<const Entry> entries) const {
  if (entries.empty()) return {};
  LOCI_TRY(transaction, Transaction::begin_write(db_));
  LOCI_TRY(insert, db_.prepare("INSERT OR REPLACE INTO features VALUES (?, ?)"));
  for (const Entry& entry : entries) {
    insert.bind_text(1, entry.sha256);
    insert.bind_blob(2, {reinterpret_cast<const char*>(entry.packed.data()), entry.packed.size()});
    LOCI_RETURN_IF_ERROR(insert.run());
  }
  return transaction.commit();
}

Result<std::optional<KeptFeatures>> KeptStore::find(const std::string& sha256) const {
  LOCI_TRY(select, db_.prepare("SELECT packed FROM features WHERE sha256 = ?"));
  select.bind_text(1, sha256);
  LOCI_TRY(row, select.step());
  if (!row) return std::optional<KeptFeatures>();
  const std::string bytes = select.bytes(0);
  LOCI_TRY(kept,
           unpack_kept({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()},
                       printable(db_.where()) + ", photo " + sha256.substr(0, 12)));
  return std::optional<KeptFeatures>(std::move(kept));
}

Status KeptStore::copy_from(const KeptStore& other) const {
  LOCI_TRY(transaction, Transaction::begin_write(db_));
  LOCI_TRY(select, other.db_.prepare("SELECT sha256, packed FROM features"));
  LOCI_TRY(insert, db_.prepare("INSERT OR IGNORE INTO features VALUES (?, ?)"));
  for (;;) {
    LOCI_TRY(row, select.step());
    if (!row) break;
    const std::string sha256 = select.bytes(0), packed = select.bytes(1);
    insert.bind_text(1, sha256);
    insert.bind_blob(2, packed);
    LOCI_RETURN_IF_ERROR(insert.run());
  }
  return transaction.commit();
}

Status KeptStore::keep_only(std::span<const std::string> sha256) const {
  LOCI_RETURN_IF_ERROR(db_.exec("CREATE TEMP TABLE IF NOT EXISTS used (sha256 TEXT PRIMARY KEY)"));
  LOCI_TRY(transaction, Transaction::begin_write(db_));
  LOCI_TRY(insert, db_.prepare("INSERT OR IGNORE INTO used VALUES (?)"));
  for (const std::string& each : sha256) LOCI_RETURN_IF_ERROR(insert.bind_text(1, each).run());
  LOCI_RETURN_IF_ERROR(
      db_.exec("DELETE FROM features WHERE sha256 NOT IN (SELECT sha256 FROM used);"
               "DELETE FROM used"));
  return transaction.commit();
}

}  // namespace loci
