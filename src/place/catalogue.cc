// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "catalogue.h"

#include "image_row.h"
#include "own_file.h"

#include "loci/base/text.h"

#include <cerrno>
#include <unistd.h>

namespace loci {
namespace {

// A rollback journal, not WAL: it works on every file system and for readers who may not write, and
// leaves one file. EXTRA syncs the folder too after the journal is gone, so that what was declared
// survives a power cut.
constexpr const char* kPragmas =
    "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON; PRAGMA "
    "cell_size_check = ON;";

constexpr const char* kPlaceLabels = "place_labels";

constexpr const char* kSchema = R"sql(
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE segments (id INTEGER PRIMARY KEY AUTOINCREMENT, rows INTEGER NOT NULL);
CREATE TABLE batches (
  segment INTEGER NOT NULL REFERENCES segments(id), first_row INTEGER NOT NULL, rows INTEGER NOT NULL,
  sha256 TEXT NOT NULL, PRIMARY KEY (segment, first_row)) WITHOUT ROWID;
CREATE TABLE images (
  id INTEGER PRIMARY KEY AUTOINCREMENT, path BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  sha256 TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, lat REAL, lon REAL, taken INTEGER, heading REAL,
  device INTEGER NOT NULL, segment INTEGER NOT NULL REFERENCES segments(id), row INTEGER NOT NULL, digest TEXT,
  UNIQUE (segment, row));
)sql";

}  // namespace

std::string Catalogue::path_in(const std::string& folder) { return folder + "/catalogue.sqlite"; }

Status Catalogue::create(const std::string& folder, const CollectionInfo& info) {
  const std::string path = path_in(folder), temporary = path + ".new";
  ::unlink(temporary.c_str());
  ::unlink((temporary + "-journal").c_str());
  {
    LOCI_TRY(opened, Sqlite::open(temporary, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    const Catalogue catalogue(std::move(opened));
    const Sqlite& db = catalogue.database();
    LOCI_RETURN_IF_ERROR(db.exec(kPragmas));
    LOCI_TRY(transaction, Transaction::begin_write(db));
    LOCI_RETURN_IF_ERROR(db.exec(kSchema));
    LOCI_RETURN_IF_ERROR(db.exec(format("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                        kApplicationId,
                                        kFormatVersion)
                                     .c_str()));
    LOCI_RETURN_IF_ERROR(catalogue.set_fact("dim", std::to_string(info.dim)));
    LOCI_RETURN_IF_ERROR(catalogue.set_fact("fingerprint", info.fingerprint));
    LOCI_RETURN_IF_ERROR(catalogue.set_fact("model_name", info.model_name));
    LOCI_RETURN_IF_ERROR(transaction.commit());
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    return io_error(printable(path) + ": cannot be put in place", errno);
  }
  return sync_folder(folder);
}

Result<Catalogue> Catalogue::open(const std::string& folder) {
  const std::string path = path_in(folder);
  if (::access(path.c_str(), F_OK) != 0) {
    return not_found(
        printable(folder) +
        ": is no collection (catalogue.sqlite is not there); make one with 'loci index "
        "PHOTOS --db " +
        printable(folder) + "'");
  }
  LOCI_RETURN_IF_ERROR(check_own_files(folder));
  Result<Sqlite> opened = Sqlite::open(path, SQLITE_OPEN_READWRITE);
  if (!opened.ok()) opened = Sqlite::open(path, SQLITE_OPEN_READONLY);
  LOCI_TRY(db, std::move(opened));
  LOCI_TRY(application, db.integer("PRAGMA application_id"));
  if (application != kApplicationId) {
    return invalid_argument(
        printable(path) +
        ": is an SQLite file of another program, not the catalogue of a collection");
  }
  LOCI_TRY(version, db.integer("PRAGMA user_version"));
  if (version > kFormatVersion) {
    return unsupported(
        printable(folder) +
        format(": is a collection of format version %lld; this loci reads up to %d: use a "
               "newer loci, or index into a new folder",
               static_cast<long long>(version),
               kFormatVersion));
  }
  if (version < 1) return corrupt(printable(path) + ": states no format version");
  LOCI_RETURN_IF_ERROR(db.exec(
      "PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"));
  return Catalogue(std::move(db));
}

Result<CollectionInfo> Catalogue::info() const {
  CollectionInfo info;
  LOCI_TRY(dim, fact("dim"));
  LOCI_TRY(fingerprint, fact("fingerprint"));
  LOCI_TRY(name, fact("model_name"));
  info.dim = parse_int(dim).value_or(0);
  info.fingerprint = std::move(fingerprint);
  info.model_name = std::move(name);
  if (info.dim < 1 || info.dim > (int64_t{1} << 24) || info.fingerprint.empty()) {
    return corrupt(db_.where() +
                   ": does not say the width of its descriptors and the model they are of");
  }
  return info;
}

Result<std::vector<SegmentInfo>> Catalogue::segments() const {
  LOCI_TRY(s, db_.prepare("SELECT id, rows FROM segments ORDER BY id"));
  std::vector<SegmentInfo> out;
  for (;;) {
    LOCI_TRY(row, s.step());
    if (!row) return out;
    out.push_back({.id = s.integer(0), .rows = s.integer(1)});
  }
}

Result<int64_t> Catalogue::next_segment() const {
  return db_.integer(
      "SELECT 1 + coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'segments'");
}

Result<std::vector<BatchInfo>> Catalogue::batches() const {
  LOCI_TRY(s,
           db_.prepare(
               "SELECT segment, first_row, rows, sha256 FROM batches ORDER BY segment, first_row"));
  std::vector<BatchInfo> out;
  for (;;) {
    LOCI_TRY(row, s.step());
    if (!row) return out;
    out.push_back({.segment = s.integer(0),
                   .first_row = s.integer(1),
                   .rows = s.integer(2),
                   .sha256 = s.bytes(3)});
  }
}

Status Catalogue::each_image(const std::function<void(StoredImage&&)>& visit) const {
  LOCI_TRY(s, db_.prepare(std::string(kImageColumns) + " ORDER BY id"));
  for (;;) {
    LOCI_TRY(row, s.step());
    if (!row) return {};
    visit(read_image(s));
  }
}

Status Catalogue::add_batch(const BatchInfo& batch, bool new_segment) const {
  LOCI_TRY(segment,
           db_.prepare(new_segment ? "INSERT INTO segments (rows, id) VALUES (?1, ?2)"
                                   : "UPDATE segments SET rows = ?1 WHERE id = ?2"));
  LOCI_RETURN_IF_ERROR(segment.bind(1, batch.first_row + batch.rows).bind(2, batch.segment).run());
  LOCI_TRY(
      insert,
      db_.prepare("INSERT INTO batches (segment, first_row, rows, sha256) VALUES (?, ?, ?, ?)"));
  insert.bind(1, batch.segment)
      .bind(2, batch.first_row)
      .bind(3, batch.rows)
      .bind_text(4, batch.sha256);
  return insert.run();
}

Status Catalogue::put_image(const StoredImage& stored) const {
  if (stored.image.id == 0) {
    LOCI_TRY(
        s,
        db_.prepare(
            "INSERT INTO images (path, size, mtime_ns, sha256, width, height, lat, "
            "lon, taken, heading, "
            "device, segment, row, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    bind_image(s, stored);
    return s.run();
  }
  LOCI_RETURN_IF_ERROR(keep_labels(stored));
  LOCI_TRY(s,
           db_.prepare(
               "UPDATE images SET path = ?, size = ?, mtime_ns = ?, sha256 = ?, width = ?, height "
               "= ?, lat = ?, "
               "lon = ?, taken = ?, heading = ?, device = ?, segment = ?, row = ?, digest = ? "
               "WHERE id = ?"));
  bind_image(s, stored);
  return s.bind(15, stored.image.id).run();
}

Status Catalogue::keep_labels(const StoredImage& changed) const {
  LOCI_TRY(labels, fact(kPlaceLabels));
  if (labels.empty()) return {};
  LOCI_TRY(s, db_.prepare("SELECT sha256 FROM images WHERE id = ?"));
  LOCI_TRY(found, s.bind(1, changed.image.id).step());
  const std::string before = found ? s.bytes(0) : "";
  if (before.empty() || before == changed.image.sha256) return {};
  LOCI_TRY(known, place_labels());
  return set_place_labels(with_photo_renamed(known, before, changed.image.sha256));
}

Status Catalogue::touch_image(int64_t id,
                              uint64_t size_bytes,
                              int64_t mtime_ns,
                              int64_t device) const {
  LOCI_TRY(s, db_.prepare(std::string(kImageColumns) + " WHERE id = ?"));
  LOCI_TRY(found, s.bind(1, id).step());
  if (!found) return {};
  StoredImage stored = read_image(s);
  stored.image.size_bytes = size_bytes;
  stored.image.mtime_ns = mtime_ns;
  stored.device = device;
  return put_image(stored);
}

Status Catalogue::remove_image(int64_t id) const {
  LOCI_TRY(s, db_.prepare("DELETE FROM images WHERE id = ?"));
  return s.bind(1, id).run();
}

Status Catalogue::drop_segments_before(int64_t first_kept) const {
  LOCI_TRY(batches, db_.prepare("DELETE FROM batches WHERE segment < ?"));
  LOCI_RETURN_IF_ERROR(batches.bind(1, first_kept).run());
  LOCI_TRY(segments, db_.prepare("DELETE FROM segments WHERE id < ?"));
  return segments.bind(1, first_kept).run();
}

Result<std::string> Catalogue::fact(const std::string& name) const {
  LOCI_TRY(s, db_.prepare("SELECT value FROM facts WHERE name = ?"));
  LOCI_TRY(found, s.bind_text(1, name).step());
  return found ? s.bytes(0) : std::string();
}

Result<PlaceLabels> Catalogue::place_labels() const {
  LOCI_TRY(text, fact(kPlaceLabels));
  return parse_place_labels(text, db_.where());
}

Status Catalogue::set_place_labels(const PlaceLabels& labels) const {
  return set_fact(kPlaceLabels, to_text(labels));
}

Status Catalogue::set_fact(const std::string& name, const std::string& value) const {
  LOCI_TRY(s,
           db_.prepare("INSERT INTO facts (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO "
                       "UPDATE SET value = ?2"));
  LOCI_RETURN_IF_ERROR(s.bind_text(1, name).bind_text(2, value).run());
  LOCI_TRY(digest, digest_of_facts());
  return s.bind_text(1, kDigestOfFacts).bind_text(2, digest).run();
}

}  // namespace loci
