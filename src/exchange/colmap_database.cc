// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/exchange/pairs.h"

#include <sqlite3.h>

namespace loci {
namespace {

struct Close {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

Status no_database(const std::string& path, const std::string& why) {
  return corrupt(
      printable(path) + ": is no COLMAP database (" + why +
      "); 'colmap feature_extractor --database_path FILE --image_path IMAGES' makes one");
}

}  // namespace

Result<std::vector<std::string>> read_colmap_images(const std::string& path) {
  const Result<FileInfo> info = file_info(path);
  if (info.status().code() == Code::kNotFound) {
    return not_found(printable(path) +
                     ": there is no COLMAP database; 'colmap feature_extractor --database_path "
                     "FILE --image_path IMAGES' makes one");
  }
  if (!info.ok()) return info.status();
  if (info->is_directory) return no_database(path, "it is a folder");
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, Close> db(opened);
  if (code != SQLITE_OK) return no_database(path, sqlite3_errstr(code));
  sqlite3_busy_timeout(opened, 10'000);
  sqlite3_stmt* prepared = nullptr;
  const char* sql = "SELECT name FROM images ORDER BY image_id";
  if (sqlite3_prepare_v2(opened, sql, -1, &prepared, nullptr) != SQLITE_OK) {
    return no_database(path, sqlite3_errmsg(opened));
  }
  const std::unique_ptr<sqlite3_stmt, Close> statement(prepared);
  std::vector<std::string> names;
  int step = 0;
  while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared, 0));
    if (text == nullptr) return no_database(path, "an image has no name");
    names.emplace_back(text, static_cast<size_t>(sqlite3_column_bytes(prepared, 0)));
  }
  if (step != SQLITE_DONE) return no_database(path, sqlite3_errmsg(opened));
  return names;
}

}  // namespace loci
