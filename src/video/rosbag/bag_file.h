// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decompress.h"
#include "record.h"

#include "loci/base/file.h"
#include "loci/base/status.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace loci::internal {

struct BagTopic {
  std::string name, type;
  int64_t count = 0;               ///< messages
  std::set<uint32_t> connections;  ///< of its publishers
};

/// Where a message lies.
struct MessagePlace {
  int64_t recorded_ns = 0;  ///< since 1970
  uint64_t chunk = 0;       ///< where its chunk begins in the file
  uint32_t offset = 0;      ///< in the chunk, decompressed
};

/// A bag of format 2.0, by its index. Every length and offset of the file is checked before it is
/// followed, which rosbag::Bag does not do: it reads outside its buffers for a damaged index.
class BagFile {
 public:
  /// Errors: Corrupt for a bag that was not closed, is cut short or damaged; Unsupported for one
  ///         that is encrypted
  static Result<BagFile> open(const std::string& path);

  const std::string& path() const { return path_; }
  const std::vector<BagTopic>& topics() const { return topics_; }  ///< by name
  /// The messages of a topic, in the order of their recording.
  Result<std::vector<MessagePlace>> places(const BagTopic& topic) const;
  /// Corrupt once the file is shorter than it was: what was read last may be zeros then.
  Status intact() const;
  /// A message as it was serialised; holds until the next call.
  /// Errors: Corrupt; Unsupported for a message above 256 MiB
  Result<Bytes> message(const MessagePlace& place);

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

}  // namespace loci::internal
