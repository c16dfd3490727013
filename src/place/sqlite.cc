// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "sqlite.h"

#include "loci/base/text.h"

#include <cerrno>

namespace loci {
namespace {

constexpr int kBusyTimeoutMs = 60'000;  // another process holds the file for one commit only

Status failure(sqlite3* db, int code, const std::string& where) {
  const std::string found =
      where + ": " + (db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return corrupt(found + "; the catalogue is damaged: index the photographs into a new folder");
    case SQLITE_FULL:
      return io_error(found + "; make room on the disk and index again: what was saved is kept");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return io_error(found + "; another program holds the catalogue: try again");
    case SQLITE_NOMEM:
      return io_error(found);
    default: {
      const int system = db != nullptr ? sqlite3_system_errno(db) : 0;
      return system != 0 ? io_error(found, system) : io_error(found);
    }
  }
}

}  // namespace

Statement& Statement::bind(int i, int64_t value) {
  sqlite3_bind_int64(statement_.get(), i, value);
  return *this;
}

Statement& Statement::bind(int i, double value) {
  sqlite3_bind_double(statement_.get(), i, value);
  return *this;
}

Statement& Statement::bind_text(int i, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), i, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_blob(int i, std::string_view bytes) {
  sqlite3_bind_blob64(statement_.get(), i, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure(sqlite3_db_handle(statement_.get()), code, where_);
}

Status Statement::run() {
  const Status status = step().status();
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  return status;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data == nullptr ? std::string()
                         : std::string(static_cast<const char*>(data), static_cast<size_t>(size));
}

Result<Sqlite> Sqlite::open(const std::string& path, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Sqlite db(raw, printable(path));
  if (code != SQLITE_OK) return failure(raw, code, db.where_);
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  return db;
}

Status Sqlite::exec(const char* sql) const {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status() : failure(db_.get(), code, where_);
}

Result<Statement> Sqlite::prepare(std::string_view sql) const {
  sqlite3_stmt* raw = nullptr;
  const int code =
      sqlite3_prepare_v2(db_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  if (code != SQLITE_OK) return failure(db_.get(), code, where_);
  return Statement(raw, where_);
}

Result<int64_t> Sqlite::integer(std::string_view sql) const {
  LOCI_TRY(statement, prepare(sql));
  LOCI_TRY(row, statement.step());
  if (!row) return corrupt(where_ + ": an entry is missing (" + std::string(sql) + ")");
  return statement.integer(0);
}

Result<Transaction> Transaction::begin_write(const Sqlite& db) {
  LOCI_RETURN_IF_ERROR(db.exec("BEGIN IMMEDIATE"));
  return Transaction(db);
}

Result<Transaction> Transaction::begin_read(const Sqlite& db) {
  LOCI_RETURN_IF_ERROR(db.exec("BEGIN"));
  return Transaction(db);
}

Transaction::~Transaction() {
  // After some failures (disk full) SQLite has rolled back already; the second ROLLBACK then only
  // says so.
  if (db_ != nullptr) (void)db_->exec("ROLLBACK");
}

Status Transaction::commit() {
  const Status status = db_->exec("COMMIT");
  if (status.ok()) db_ = nullptr;
  return status;
}

}  // namespace loci
