// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bzlib.h>
#include <cstdint>
#include <fstream>
#include <lz4frame.h>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>
#include <zstd.h>

#include <sqlite3.h>

namespace loci::internal {

using TestBytes = std::vector<uint8_t>;

/// For tests: bytes, little-endian, one value after the other.
struct ByteWriter {
  TestBytes bytes;
  template <class T>
  ByteWriter& number(T value) {
    const auto* raw = reinterpret_cast<const uint8_t*>(&value);
    bytes.insert(bytes.end(), raw, raw + sizeof(T));
    return *this;
  }
  ByteWriter& raw(const TestBytes& content) {
    bytes.insert(bytes.end(), content.begin(), content.end());
    return *this;
  }
  ByteWriter& text(const std::string& value) {
    number(static_cast<uint32_t>(value.size()));
    bytes.insert(bytes.end(), value.begin(), value.end());
    return *this;
  }
  ByteWriter& array(const TestBytes& content) {
    number(static_cast<uint32_t>(content.size()));
    return raw(content);
  }
};

/// For tests: packs bytes; LZ4 as frames of linked blocks of 64 KiB with checksums, as the Python package lz4 does.
inline TestBytes packed(const std::string& how, const TestBytes& content) {
  TestBytes out(content.size() * 2 + 1000);
  if (how == "bz2") {
    auto size = static_cast<unsigned>(out.size());
    BZ2_bzBuffToBuffCompress(reinterpret_cast<char*>(out.data()),
                             &size,
                             reinterpret_cast<char*>(const_cast<uint8_t*>(content.data())),
                             static_cast<unsigned>(content.size()),
                             9,
                             0,
                             0);
    out.resize(size);
  } else if (how == "lz4") {
    LZ4F_preferences_t options{};
    options.frameInfo.blockSizeID = LZ4F_max64KB;
    options.frameInfo.blockMode = LZ4F_blockLinked;
    options.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    out.resize(LZ4F_compressFrameBound(content.size(), &options));
    out.resize(
        LZ4F_compressFrame(out.data(), out.size(), content.data(), content.size(), &options));
  } else if (how == "zstd") {
    out.resize(ZSTD_compressBound(content.size()));
    out.resize(ZSTD_compress(out.data(), out.size(), content.data(), content.size(), 1));
  } else {
    return content;
  }
  return out;
}

struct ContainerStyle {
  std::string compression = "none";
  bool chunked = true, indexed = true;
};

/// For tests: a file of messages.
class Container {
 public:
  virtual ~Container() = default;
  virtual void write(const std::string& topic,
                     const std::string& type,
                     int64_t recorded_ns,
                     const TestBytes& message) = 0;
  virtual void close() = 0;

 protected:
  static constexpr size_t kChunkBytes = 20'000;  // several chunks
  static void save(const std::string& path, const TestBytes& bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
};

/// ROS 1, format 2.0.
class Ros1Container final : public Container {
 public:
  Ros1Container(std::string path, ContainerStyle style)
      : path_(std::move(path)), style_(std::move(style)) {}

  void write(const std::string& topic,
             const std::string& type,
             int64_t recorded_ns,
             const TestBytes& message) override {
    const auto [found, is_new] = ids_.try_emplace(topic, static_cast<uint32_t>(ids_.size()));
    const uint32_t id = found->second;
    if (is_new) {
      const TestBytes record = connection(id, topic, type);
      connections_.raw(record);
      chunk_.raw(record);
    }
    index_[id].push_back({recorded_ns, static_cast<uint32_t>(chunk_.bytes.size())});
    chunk_.raw(
        record(2,
               ByteWriter().raw(field("conn", id)).raw(field_time("time", recorded_ns)).bytes,
               message));
    if (chunk_.bytes.size() > kChunkBytes) end_chunk();
  }

  void close() override {
    end_chunk();
    const uint64_t index_at = kHead + body_.bytes.size();
    ByteWriter fields;
    fields.raw(field("op", uint8_t{3}))
        .raw(field("index_pos", index_at))
        .raw(field("conn_count", static_cast<uint32_t>(ids_.size())))
        .raw(field("chunk_count", chunks_));
    ByteWriter out;
    const std::string magic = "#ROSBAG V2.0\n";
    out.bytes.assign(magic.begin(), magic.end());
    out.array(fields.bytes).array(TestBytes(kHead - 13 - 8 - fields.bytes.size(), ' '));
    out.raw(body_.bytes).raw(connections_.bytes).raw(chunk_infos_.bytes);
    save(path_, out.bytes);
  }

 private:
  static constexpr size_t kHead = 13 + 4096;
  template <class T>
  static TestBytes field(const std::string& name, T value) {
    ByteWriter content;
    content.bytes.assign(name.begin(), name.end());
    content.number('=').number(value);
    return ByteWriter().array(content.bytes).bytes;
  }
  static TestBytes field(const std::string& name, const std::string& value) {
    return ByteWriter().text(name + "=" + value).bytes;
  }
  static TestBytes field_time(const std::string& name, int64_t ns) {
    return field(name, time_of(ns));
  }
  static uint64_t time_of(int64_t ns) {
    return static_cast<uint64_t>(ns / 1'000'000'000) | static_cast<uint64_t>(ns % 1'000'000'000)
                                                           << 32;
  }
  static TestBytes record(uint8_t op, const TestBytes& fields, const TestBytes& data) {
    return ByteWriter()
        .array(ByteWriter().raw(field("op", op)).raw(fields).bytes)
        .array(data)
        .bytes;
  }
  static TestBytes connection(uint32_t id, const std::string& topic, const std::string& type) {
    return record(7,
                  ByteWriter().raw(field("conn", id)).raw(field("topic", topic)).bytes,
                  ByteWriter().raw(field("topic", topic)).raw(field("type", type)).bytes);
  }
  void end_chunk() {
    if (index_.empty()) return;
    const uint64_t at = kHead + body_.bytes.size();
    body_.raw(record(5,
                     ByteWriter()
                         .raw(field("compression", style_.compression))
                         .raw(field("size", static_cast<uint32_t>(chunk_.bytes.size())))
                         .bytes,
                     packed(style_.compression, chunk_.bytes)));
    ByteWriter counts;
    for (const auto& [id, places] : index_) {
      ByteWriter entries;
      for (const auto& [ns, offset] : places) entries.number(time_of(ns)).number(offset);
      const auto count = static_cast<uint32_t>(places.size());
      body_.raw(record(4,
                       ByteWriter()
                           .raw(field("ver", uint32_t{1}))
                           .raw(field("conn", id))
                           .raw(field("count", count))
                           .bytes,
                       entries.bytes));
      counts.number(id).number(count);
    }
    chunk_infos_.raw(record(6,
                            ByteWriter()
                                .raw(field("ver", uint32_t{1}))
                                .raw(field("chunk_pos", at))
                                .raw(field("count", static_cast<uint32_t>(index_.size())))
                                .bytes,
                            counts.bytes));
    ++chunks_;
    chunk_.bytes.clear();
    index_.clear();
  }

  std::string path_;
  ContainerStyle style_;
  std::map<std::string, uint32_t> ids_;
  std::map<uint32_t, std::vector<std::pair<int64_t, uint32_t>>> index_;
  ByteWriter chunk_, body_, connections_, chunk_infos_;
  uint32_t chunks_ = 0;
};

/// rosbag2's SQLite storage.
class Db3Container final : public Container {
 public:
  Db3Container(const std::string& path, ContainerStyle style) : style_(std::move(style)) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) throw std::runtime_error(path);
    run("PRAGMA synchronous=OFF");
    run("CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, "
        "serialization_format TEXT NOT NULL, offered_qos_profiles TEXT NOT NULL)");
    run("CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL, timestamp "
        "INTEGER NOT NULL, data BLOB NOT NULL)");
    run("CREATE INDEX timestamp_idx ON messages (timestamp ASC)");
    run("BEGIN");
  }
  ~Db3Container() override { close(); }
  void write(const std::string& topic,
             const std::string& type,
             int64_t recorded_ns,
             const TestBytes& message) override {
    const auto [found, is_new] = ids_.try_emplace(topic, static_cast<int>(ids_.size()) + 1);
    const size_t slash = type.find('/');
    const std::string full = type.substr(0, slash) + "/msg" + type.substr(slash);
    if (is_new) {
      run("INSERT INTO topics VALUES(" + std::to_string(found->second) + ", '" + topic + "', '" +
          full + "', 'cdr', '')");
    }
    const TestBytes data = packed(style_.compression, message);
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(db_,
                       "INSERT INTO messages(topic_id, timestamp, data) VALUES(?, ?, ?)",
                       -1,
                       &insert,
                       nullptr);
    sqlite3_bind_int(insert, 1, found->second);
    sqlite3_bind_int64(insert, 2, recorded_ns);
    sqlite3_bind_blob64(insert, 3, data.data(), data.size(), SQLITE_STATIC);
    if (sqlite3_step(insert) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db_));
    sqlite3_finalize(insert);
  }
  void close() override {
    if (db_ == nullptr) return;
    run("COMMIT");
    sqlite3_close(db_);
    db_ = nullptr;
  }

 private:
  void run(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(db_));
  }
  ContainerStyle style_;
  sqlite3* db_ = nullptr;
  std::map<std::string, int> ids_;
};

}  // namespace loci::internal
