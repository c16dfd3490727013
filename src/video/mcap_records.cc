// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "mcap_records.h"

namespace loci::internal {

std::optional<McapRecord> read_mcap_record(Bytes bytes, uint64_t at) {
  if (at > bytes.size() || bytes.size() - at < 9) return std::nullopt;
  Cursor in(bytes.subspan(at));
  McapRecord record;
  record.op = static_cast<McapOp>(in.number<uint8_t>());
  const auto length = in.number<uint64_t>();
  const uint64_t there = bytes.size() - at - 9;
  record.whole = length <= there;
  record.content = bytes.subspan(at + 9, record.whole ? length : there);
  record.end = at + 9 + record.content.size();
  return record;
}

std::optional<McapMessage> parse_mcap_message(Bytes content) {
  Cursor in(content);
  McapMessage out;
  out.channel = in.number<uint16_t>();
  in.number<uint32_t>();  // sequence
  out.log_ns = in.number<int64_t>();
  in.number<int64_t>();  // publish time
  if (!in.ok()) return std::nullopt;
  out.data = content.subspan(in.at());
  return out;
}

std::optional<McapChunk> parse_mcap_chunk(const McapRecord& record) {
  Cursor in(record.content);
  McapChunk out;
  in.bytes(16);  // first and last time
  out.size = in.number<uint64_t>();
  in.number<uint32_t>();  // CRC
  out.compression = in.text();
  const auto length = in.number<uint64_t>();
  if (!in.ok()) return std::nullopt;
  const uint64_t there = record.content.size() - in.at();
  if (length > there && record.whole) return std::nullopt;
  out.whole = length <= there;
  out.records = record.content.subspan(in.at(), out.whole ? length : there);
  return out;
}

std::optional<McapChunkIndex> parse_mcap_chunk_index(Bytes content) {
  Cursor in(content);
  McapChunkIndex out;
  in.bytes(16);  // first and last time
  out.chunk = in.number<uint64_t>();
  in.number<uint64_t>();  // length
  const Bytes map = in.array();
  if (!in.ok() || map.size() % 10 != 0) return std::nullopt;
  for (Cursor pair(map); pair.at() < map.size();) {
    const auto channel = pair.number<uint16_t>();
    out.index[channel] = pair.number<uint64_t>();
  }
  return out;
}

void McapChannels::take(const McapRecord& record) {
  Cursor in(record.content);
  const auto id = in.number<uint16_t>();
  if (record.op == McapOp::kSchema) {
    const std::string_view name = in.text();
    if (in.ok()) types_[id] = plain_type(name);
  } else if (record.op == McapOp::kChannel) {
    Channel channel;
    channel.schema = in.number<uint16_t>();
    channel.topic = in.text();
    const std::string_view encoding = in.text();
    if (!in.ok()) return;
    channel.wire = encoding == "cdr" ? Wire::kCdr : encoding == "ros1" ? Wire::kRos1 : Wire::kOther;
    channels_[id] = std::move(channel);
  }
}

void McapChannels::count(uint16_t channel, int64_t messages) { counts_[channel] += messages; }

std::vector<BagTopic> McapChannels::topics() const {
  std::map<std::pair<std::string, std::string>, BagTopic> by_name;
  for (const auto& [id, channel] : channels_) {
    const auto type = types_.find(channel.schema);
    const std::string name = type == types_.end() ? "no type" : type->second;
    BagTopic& topic = by_name[{channel.topic, name}];
    topic.name = channel.topic;
    topic.type = name;
    topic.wire = channel.wire;
    topic.ids.insert(id);
    if (const auto count = counts_.find(id); count != counts_.end()) topic.count += count->second;
  }
  std::vector<BagTopic> out;
  for (auto& [key, topic] : by_name) out.push_back(std::move(topic));
  return out;
}

}  // namespace loci::internal
