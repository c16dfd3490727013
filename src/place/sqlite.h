// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sqlite3.h>

namespace loci {

/// A prepared statement. Parameters count from 1, columns from 0, as SQLite has it.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement, std::string where)
      : statement_(statement), where_(std::move(where)) {}

  Statement& bind(int i, int64_t value);
  Statement& bind(int i, double value);
  Statement& bind_text(int i, std::string_view text);
  Statement& bind_blob(int i, std::string_view bytes);
  template <class T>
  Statement& bind(int i, const std::optional<T>& value) {
    return value ? bind(i, *value) : *this;
  }
  /// True while there is a row.
  Result<bool> step();
  /// For statements without rows: runs them and makes them ready for the next parameters.
  Status run();

  bool is_null(int column) const;
  int64_t integer(int column) const;
  double real(int column) const;
  std::string bytes(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string where_;
};

/// An open SQLite file.
class Sqlite {
 public:
  /// `flags` as for sqlite3_open_v2.
  static Result<Sqlite> open(const std::string& path, int flags);
  Status exec(const char* sql) const;
  Result<Statement> prepare(std::string_view sql) const;
  /// The first column of the first row of a query that has one.
  Result<int64_t> integer(std::string_view sql) const;
  /// How many rows the last statement changed.
  int64_t changes() const { return sqlite3_changes64(db_.get()); }
  const std::string& where() const { return where_; }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  Sqlite(sqlite3* db, std::string where) : db_(db), where_(std::move(where)) {}
  std::unique_ptr<sqlite3, Close> db_;
  std::string where_;
};

/// All or nothing: what is not committed is rolled back.
class Transaction {
 public:
  static Result<Transaction> begin_write(const Sqlite& db);
  /// What is read sees one state, whatever others commit meanwhile.
  static Result<Transaction> begin_read(const Sqlite& db);
  Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(const Sqlite& db) : db_(&db) {}
  const Sqlite* db_;
};

}  // namespace loci
