// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bag.h"
#include "cursor.h"

#include <map>
#include <optional>
#include <string_view>

namespace loci::internal {

/// The kinds of records of an MCAP file that are read here.
enum class McapOp : uint8_t {
  kHeader = 0x01,
  kFooter = 0x02,
  kSchema = 0x03,
  kChannel = 0x04,
  kMessage = 0x05,
  kChunk = 0x06,
  kMessageIndex = 0x07,
  kChunkIndex = 0x08,
  kStatistics = 0x0B,
};

struct McapRecord {
  McapOp op{};
  Bytes content;
  uint64_t end = 0;    ///< where the next one begins
  bool whole = false;  ///< false: the file ends in it, and `content` is what there is
};

/// The record that begins at `at`; nothing where not even its length is there.
std::optional<McapRecord> read_mcap_record(Bytes bytes, uint64_t at);

struct McapMessage {
  uint16_t channel = 0;
  int64_t log_ns = 0;
  Bytes data;
};
std::optional<McapMessage> parse_mcap_message(Bytes content);

struct McapChunk {
  uint64_t size = 0;  ///< uncompressed
  std::string_view compression;
  Bytes records;
  bool whole = false;
};
/// With the records that are there, of a chunk that was cut as well.
std::optional<McapChunk> parse_mcap_chunk(const McapRecord& record);

struct McapChunkIndex {
  uint64_t chunk = 0;                  ///< where the chunk begins
  std::map<uint16_t, uint64_t> index;  ///< where the message index of a channel begins
};
std::optional<McapChunkIndex> parse_mcap_chunk_index(Bytes content);

/// Schemas and channels, as they come.
class McapChannels {
 public:
  /// Takes a Schema or Channel record; others are passed over.
  void take(const McapRecord& record);
  void count(uint16_t channel, int64_t messages);
  /// Channels of one name and type are one topic.
  std::vector<BagTopic> topics() const;

 private:
  struct Channel {
    std::string topic;
    uint16_t schema = 0;
    Wire wire = Wire::kOther;
  };
  std::map<uint16_t, std::string> types_;
  std::map<uint16_t, Channel> channels_;
  std::map<uint16_t, int64_t> counts_;
};

}  // namespace loci::internal
