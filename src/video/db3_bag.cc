// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "db3_bag.h"

#include "decompress.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <map>

#include <sqlite3.h>

namespace loci::internal {
namespace {

struct CloseDb {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct EndStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
struct CloseBlob {
  void operator()(sqlite3_blob* blob) const { sqlite3_blob_close(blob); }
};
using Statement = std::unique_ptr<sqlite3_stmt, EndStatement>;

std::string text_of(const Statement& statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), column));
  const int size = sqlite3_column_bytes(statement.get(), column);
  return text == nullptr ? std::string() : std::string(text, static_cast<size_t>(size));
}

class Db3Bag final : public Bag {
 public:
  Status open(const std::string& path) {
    path_ = path;
    LOCI_TRY(info, file_info(path));
    size_ = info.size;
    // A recorder that still runs, or broke off, has messages in its log; else nobody writes, and no lock is asked for.
    const auto log = file_info(path + "-wal");
    const bool has_log = log.ok() && log->size > 0;
    const std::string uri = "file:" + escape_url_path(path) + (has_log ? "" : "?immutable=1");
    sqlite3* db = nullptr;
    const int code =
        sqlite3_open_v2(uri.c_str(), &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
    db_.reset(db);
    if (code != SQLITE_OK) return failed("cannot be opened");
    harden();
    cut_ = is_shorter_than_it_says();
    LOCI_RETURN_IF_ERROR(read_topics());
    return count_messages();
  }

  const std::string& path() const override { return path_; }
  const std::vector<BagTopic>& topics() const override { return topics_; }

  Result<std::vector<MessagePlace>> places(const BagTopic& topic) override {
    std::vector<MessagePlace> out;
    // In the order of the rows, which needs no index, and reads up to where a file was cut.
    const Statement rows = prepare("SELECT id, topic_id, timestamp FROM messages");
    int code = SQLITE_ERROR;
    while (rows && (code = sqlite3_step(rows.get())) == SQLITE_ROW) {
      if (!topic.ids.contains(static_cast<uint32_t>(sqlite3_column_int64(rows.get(), 1)))) continue;
      out.push_back({sqlite3_column_int64(rows.get(), 2),
                     0,
                     static_cast<uint64_t>(sqlite3_column_int64(rows.get(), 0))});
    }
    if (code != SQLITE_DONE && out.empty()) return failed("its messages cannot be read");
    std::ranges::stable_sort(out, {}, &MessagePlace::recorded_ns);
    return out;
  }

  Result<Bytes> message(const MessagePlace& place) override {
    const auto row = static_cast<sqlite3_int64>(place.offset);
    int code = SQLITE_OK;
    if (blob_) {
      code = sqlite3_blob_reopen(blob_.get(), row);
    } else {
      sqlite3_blob* blob = nullptr;
      code = sqlite3_blob_open(db_.get(), "main", "messages", "data", row, 0, &blob);
      blob_.reset(blob);
    }
    if (code != SQLITE_OK) {
      Status status = failed("a message cannot be read");
      blob_.reset();
      return status;
    }
    const auto size = static_cast<size_t>(sqlite3_blob_bytes(blob_.get()));
    if (size > kMaxMessageBytes) return too_large(path_, size);
    data_.resize(size);
    if (size > 0 &&
        sqlite3_blob_read(blob_.get(), data_.data(), static_cast<int>(size), 0) != SQLITE_OK)
      return failed("a message cannot be read");
    Result<std::optional<ChunkContent>> unpacked = decompress_message(data_);
    if (!unpacked.ok()) return unpacked.status().with_context(printable(path_));
    if (!*unpacked) return Bytes(data_);
    unpacked_ = std::move(**unpacked);
    return unpacked_.bytes();
  }

  Status intact() const override {
    LOCI_TRY(now, file_info(path_));
    if (now.size >= size_) return {};
    return corrupt(printable(path_) +
                   ": was cut short while it was read; read it again when whole");
  }

  std::string note() const override {
    if (!cut_) return {};
    return printable(path_) +
           ": a bag that is cut short or damaged; what can be reached of it is read ('sqlite3 " +
           printable(path_) + " .recover' may find more)";
  }

 private:
  /// The file is anybody's: no code of its schema runs, and a page count that the file does not reach is no error.
  void harden() {
    sqlite3* db = db_.get();
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, static_cast<int>(kMaxMessageBytes + 4096));
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_busy_timeout(db, 2000);
    sqlite3_exec(
        db, "PRAGMA cell_size_check=ON; PRAGMA writable_schema=ON", nullptr, nullptr, nullptr);
  }

  /// By the file's header (https://www.sqlite.org/fileformat.html, 1.3): pages, where the count is of the last change.
  bool is_shorter_than_it_says() const {
    const auto head = read_file_head(path_, 100);
    if (!head.ok() || head->size() < 100) return true;
    const auto big_endian = [&](size_t at, size_t bytes) {
      uint64_t value = 0;
      for (size_t i = 0; i < bytes; ++i) value = value << 8 | (*head)[at + i];
      return value;
    };
    const uint64_t page = big_endian(16, 2) == 1 ? 65536 : big_endian(16, 2);
    return big_endian(24, 4) == big_endian(92, 4) && big_endian(28, 4) * page > size_;
  }

  Statement prepare(const char* sql) const {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db_.get(), sql, -1, &statement, nullptr);
    return Statement(statement);
  }

  Status failed(const std::string& what) const {
    const char* why = db_ ? sqlite3_errmsg(db_.get()) : "no memory";
    return corrupt(printable(path_) + ": " + what + " (" + why + ")");
  }

  Status read_topics() {
    const Statement tables = prepare(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('topics', "
        "'messages') AND sql NOT LIKE '%VIRTUAL%' AND sql NOT LIKE '%GENERATED%'");
    if (!tables || sqlite3_step(tables.get()) != SQLITE_ROW)
      return failed("is no bag of ROS 2 that can be read");
    if (sqlite3_column_int(tables.get(), 0) != 2) {
      return corrupt(printable(path_) +
                     ": an SQLite file without the tables of a bag of ROS 2 (topics, messages)");
    }
    const Statement rows = prepare("SELECT id, name, type, serialization_format FROM topics");
    if (!rows) return failed("is no bag of ROS 2 that can be read");
    int code = SQLITE_ERROR;
    while ((code = sqlite3_step(rows.get())) == SQLITE_ROW) {
      BagTopic topic;
      topic.name = text_of(rows, 1);
      topic.type = plain_type(text_of(rows, 2));
      const std::string format = text_of(rows, 3);
      topic.wire = format == "cdr" ? Wire::kCdr : format == "ros1" ? Wire::kRos1 : Wire::kOther;
      topic.ids.insert(static_cast<uint32_t>(sqlite3_column_int64(rows.get(), 0)));
      topics_.push_back(std::move(topic));
    }
    if (code != SQLITE_DONE && topics_.empty()) return failed("its topics cannot be read");
    cut_ = cut_ || code != SQLITE_DONE;
    sort_topics(&topics_);
    return {};
  }

  Status count_messages() {
    std::map<uint32_t, int64_t> counts;
    const Statement rows = prepare("SELECT topic_id FROM messages");
    int code = SQLITE_ERROR;
    while (rows && (code = sqlite3_step(rows.get())) == SQLITE_ROW)
      ++counts[static_cast<uint32_t>(sqlite3_column_int64(rows.get(), 0))];
    if (code != SQLITE_DONE && counts.empty())
      return failed("is cut short or damaged, and its messages cannot be read");
    cut_ = cut_ || code != SQLITE_DONE;
    for (BagTopic& topic : topics_) {
      for (const uint32_t id : topic.ids) topic.count += counts[id];
    }
    return {};
  }

  std::string path_;
  uint64_t size_ = 0;
  std::unique_ptr<sqlite3, CloseDb> db_;
  std::unique_ptr<sqlite3_blob, CloseBlob> blob_;
  std::vector<BagTopic> topics_;
  std::vector<uint8_t> data_;
  ChunkContent unpacked_;
  bool cut_ = false;
};

}  // namespace

Result<std::unique_ptr<Bag>> open_db3_bag(const std::string& path) {
  auto bag = std::make_unique<Db3Bag>();
  LOCI_RETURN_IF_ERROR(bag->open(path));
  return std::unique_ptr<Bag>(std::move(bag));
}

}  // namespace loci::internal
