// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "ros1_bag.h"

#include "bag_head.h"
#include "decompress.h"
#include "record.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace loci::internal {
namespace {

std::string advice(const std::string& path) {
  return "; 'rosbag reindex " + printable(path) + "' recovers what it holds";
}

class Ros1Bag final : public Bag {
 public:
  Status open(const std::string& path) {
    path_ = path;
    LOCI_TRY(file, MappedFile::open(path));
    file_ = std::move(file);
    LOCI_RETURN_IF_ERROR(read_index());
    return file_.intact();
  }
  const std::string& path() const override { return path_; }
  const std::vector<BagTopic>& topics() const override { return topics_; }
  Result<std::vector<MessagePlace>> places(const BagTopic& topic) override;
  Status intact() const override;
  Result<Bytes> message(const MessagePlace& place) override;

 private:
  struct ChunkInfo {
    uint64_t at = 0;
    Bytes counts;  ///< pairs of a connection and how many messages it has in the chunk
  };
  Status read_index();
  using TopicMap = std::map<std::pair<std::string, std::string>, BagTopic>;
  Status add_connection(const Record& record, TopicMap* topics) const;
  Status add_chunk(const Record& record);
  Result<Bytes> chunk_content(uint64_t at);
  Status damaged(const std::string& what) const;

  std::string path_;
  MappedFile file_;
  std::vector<BagTopic> topics_;
  std::vector<ChunkInfo> chunks_;
  /// The compressed chunk that was read last, also when that failed.
  Result<ChunkContent> decompressed_{ChunkContent()};
  uint64_t decompressed_at_ = 0;
};

Status Ros1Bag::damaged(const std::string& what) const {
  return corrupt(printable(path_) + ": a bag that is cut short or damaged (" + what + ")" +
                 advice(path_));
}

Status Ros1Bag::intact() const {
  LOCI_RETURN_IF_ERROR(file_.intact());
  LOCI_TRY(now, file_info(path_));
  if (now.size >= file_.bytes().size()) return {};
  return corrupt(printable(path_) + ": was cut short while it was read; read it again when whole");
}

Status Ros1Bag::read_index() {
  const Bytes bytes = file_.bytes();
  if (bytes.size() < kRos1Magic.size() ||
      !std::equal(kRos1Magic.begin(), kRos1Magic.end(), bytes.begin(), [](char a, uint8_t b) {
        return static_cast<uint8_t>(a) == b;
      })) {
    return corrupt(printable(path_) + ": no bag of format 2.0");
  }
  const auto head = read_record(bytes, kRos1Magic.size());
  if (!head || head->kind != RecordKind::kBagHeader) return damaged("no header");
  const auto index_at = record_number<uint64_t>(head->fields, "index_pos");
  const auto connections = record_number<uint32_t>(head->fields, "conn_count");
  const auto chunks = record_number<uint32_t>(head->fields, "chunk_count");
  if (!index_at || !connections || !chunks) return damaged("a header without its fields");
  if (record_field(head->fields, "encryptor").value_or("") != "") {
    return unsupported(printable(path_) + ": an encrypted bag; decrypt it by 'rosbag decrypt'");
  }
  if (*index_at == 0) {
    return corrupt(printable(path_) +
                   ": a bag without an index, since its recording was not closed" + advice(path_));
  }
  uint64_t at = *index_at;
  TopicMap topics;
  for (uint64_t i = 0; i < uint64_t{*connections} + *chunks; ++i) {
    const auto record = read_record(bytes, at);
    if (!record) return damaged("its index ends early");
    at = record->end;
    LOCI_RETURN_IF_ERROR(i < *connections ? add_connection(*record, &topics) : add_chunk(*record));
  }
  std::map<uint32_t, int64_t> counts;
  for (const ChunkInfo& chunk : chunks_) {
    for (Cursor in(chunk.counts); in.at() < chunk.counts.size();) {
      const auto connection = in.number<uint32_t>();
      counts[connection] += in.number<uint32_t>();
    }
  }
  for (auto& [key, topic] : topics) {
    for (const uint32_t connection : topic.ids) topic.count += counts[connection];
    topics_.push_back(std::move(topic));
  }
  return {};
}

Status Ros1Bag::add_connection(const Record& record, TopicMap* topics) const {
  const auto id = record_number<uint32_t>(record.fields, "conn");
  const auto name = record_field(record.fields, "topic");
  const auto type = record_field(record.data, "type");
  if (record.kind != RecordKind::kConnection || !id || !name || !type) {
    return damaged("no connection where its index has one");
  }
  BagTopic& topic = (*topics)[{std::string(*name), std::string(*type)}];
  topic.name = *name;
  topic.type = *type;
  topic.ids.insert(*id);
  return {};
}

Status Ros1Bag::add_chunk(const Record& record) {
  const auto at = record_number<uint64_t>(record.fields, "chunk_pos");
  const auto count = record_number<uint32_t>(record.fields, "count");
  if (record.kind != RecordKind::kChunkInfo || !at || !count ||
      record.data.size() != uint64_t{*count} * 8) {
    return damaged("no chunk where its index has one");
  }
  chunks_.push_back({*at, record.data});
  return {};
}

Result<std::vector<MessagePlace>> Ros1Bag::places(const BagTopic& topic) {
  std::vector<MessagePlace> out;
  for (const ChunkInfo& chunk : chunks_) {
    auto record = read_record(file_.bytes(), chunk.at);
    if (!record || record->kind != RecordKind::kChunk) return damaged("a chunk is not there");
    for (uint64_t i = 0; i < chunk.counts.size() / 8; ++i) {
      record = read_record(file_.bytes(), record->end);
      const auto connection =
          record ? record_number<uint32_t>(record->fields, "conn") : std::nullopt;
      if (!record || record->kind != RecordKind::kIndex || !connection) {
        return damaged("the index of a chunk is not there");
      }
      if (!topic.ids.contains(*connection)) continue;
      if ((out.size() * 12 + record->data.size()) > file_.bytes().size()) {
        return damaged("its chunks overlap");
      }
      for (Cursor in(record->data); in.at() + 12 <= record->data.size();) {
        const int64_t recorded_ns = in.time_ns();
        out.push_back({recorded_ns, chunk.at, in.number<uint32_t>()});
      }
    }
  }
  std::ranges::stable_sort(out, {}, &MessagePlace::recorded_ns);
  return out;
}

Result<Bytes> Ros1Bag::chunk_content(uint64_t at) {
  const auto record = read_record(file_.bytes(), at);
  const auto compression = record ? record_field(record->fields, "compression") : std::nullopt;
  const auto size = record ? record_number<uint32_t>(record->fields, "size") : std::nullopt;
  if (!record || record->kind != RecordKind::kChunk || !compression || !size) {
    return damaged("a chunk is not there");
  }
  if (*compression == "none") return record->data;
  if (at != decompressed_at_) {
    decompressed_ = decompress_chunk(*compression, record->data, *size);
    decompressed_at_ = at;
  }
  if (!decompressed_.ok()) return decompressed_.status().with_context(printable(path_));
  return decompressed_->bytes();
}

Result<Bytes> Ros1Bag::message(const MessagePlace& place) {
  LOCI_TRY(chunk, chunk_content(place.chunk));
  auto record = read_record(chunk, place.offset);
  while (record && record->kind == RecordKind::kConnection) {
    record = read_record(chunk, record->end);  // stands before a connection's first message
  }
  if (!record || record->kind != RecordKind::kMessage) return damaged("a message is not there");
  if (record->data.size() > kMaxMessageBytes) return too_large(path_, record->data.size());
  return record->data;
}

}  // namespace

Result<std::unique_ptr<Bag>> open_ros1_bag(const std::string& path) {
  auto bag = std::make_unique<Ros1Bag>();
  LOCI_RETURN_IF_ERROR(bag->open(path));
  return std::unique_ptr<Bag>(std::move(bag));
}

}  // namespace loci::internal
