// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "mcap_bag.h"

#include "bag_head.h"
#include "decompress.h"
#include "mcap_records.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <map>

namespace loci::internal {
namespace {

constexpr uint64_t kFooterRecord = 9 + 20;

class McapBag final : public Bag {
 public:
  Status open(const std::string& path) {
    path_ = path;
    LOCI_TRY(file, MappedFile::open(path));
    file_ = std::move(file);
    if (!read_summary()) scan();
    LOCI_RETURN_IF_ERROR(file_.intact());
    topics_ = channels_.topics();
    if (topics_.empty() && cut_) {
      return corrupt(printable(path_) +
                     ": an MCAP file that is cut short before its first message");
    }
    return {};
  }

  const std::string& path() const override { return path_; }
  const std::vector<BagTopic>& topics() const override { return topics_; }

  Result<std::vector<MessagePlace>> places(const BagTopic& topic) override {
    std::vector<MessagePlace> out;
    for (const uint32_t id : topic.ids) {
      const auto channel = static_cast<uint16_t>(id);
      if (const auto found = scanned_.find(channel); found != scanned_.end())
        out.insert(out.end(), found->second.begin(), found->second.end());
    }
    for (const McapChunkIndex& chunk : chunks_) {
      for (const uint32_t id : topic.ids) {
        const auto channel = static_cast<uint16_t>(id);
        const auto at = chunk.index.find(channel);
        if (at == chunk.index.end()) continue;
        if (!add_indexed(chunk.chunk, channel, at->second, &out)) {
          return corrupt(printable(path_) + ": the index of a chunk is damaged" + advice());
        }
      }
    }
    std::ranges::stable_sort(out, {}, &MessagePlace::recorded_ns);
    return out;
  }

  Result<Bytes> message(const MessagePlace& place) override {
    Bytes within = file_.bytes();
    if (place.chunk != 0) {
      LOCI_TRY(content, chunk_content(place.chunk));
      within = content;
    }
    const auto record = read_mcap_record(within, place.offset);
    const auto message = record && record->whole && record->op == McapOp::kMessage
                             ? parse_mcap_message(record->content)
                             : std::nullopt;
    if (!message) return corrupt(printable(path_) + ": a message is not where its index has it");
    if (message->data.size() > kMaxMessageBytes) return too_large(path_, message->data.size());
    return message->data;
  }

  Status intact() const override {
    LOCI_RETURN_IF_ERROR(file_.intact());
    LOCI_TRY(now, file_info(path_));
    if (now.size >= file_.bytes().size()) return {};
    return corrupt(printable(path_) +
                   ": was cut short while it was read; read it again when whole");
  }

  std::string note() const override {
    std::string out;
    if (cut_) {
      out = printable(path_) +
            ": an MCAP file that is cut short; what it holds up to the cut is read";
    }
    if (damaged_ > 0) {
      out += format("%s%s: %lld chunks are damaged and left out; the first: %s",
                    out.empty() ? "" : "; ",
                    printable(path_).c_str(),
                    static_cast<long long>(damaged_),
                    first_damage_.c_str());
    }
    return out;
  }

 private:
  std::string advice() const {
    return "; 'mcap recover " + printable(path_) + "' writes a whole file of what it holds";
  }

  /// The index at the end of the file, where that leads to every message.
  bool read_summary() {
    const Bytes bytes = file_.bytes();
    const uint64_t tail = kFooterRecord + kMcapMagic.size();
    if (bytes.size() < kMcapMagic.size() + tail) return false;
    if (!std::equal(kMcapMagic.begin(),
                    kMcapMagic.end(),
                    bytes.end() - static_cast<ptrdiff_t>(kMcapMagic.size()),
                    [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; })) {
      return false;
    }
    const uint64_t footer_at = bytes.size() - tail;
    const auto footer = read_mcap_record(bytes, footer_at);
    if (!footer || footer->op != McapOp::kFooter || footer->content.size() != 20) return false;
    const uint64_t begin = Cursor(footer->content).number<uint64_t>();
    if (begin < kMcapMagic.size() || begin >= footer_at) return false;
    std::map<uint16_t, int64_t> counts;
    std::optional<uint64_t> stated;  // messages, and chunks
    uint64_t stated_chunks = 0;
    for (uint64_t at = begin; at < footer_at;) {
      const auto record = read_mcap_record(bytes.first(footer_at), at);
      if (!record || !record->whole) return give_up();
      at = record->end;
      channels_.take(*record);
      if (record->op == McapOp::kChunkIndex) {
        auto chunk = parse_mcap_chunk_index(record->content);
        if (!chunk || chunk->chunk < kMcapMagic.size()) return give_up();
        chunks_.push_back(std::move(*chunk));
      } else if (record->op == McapOp::kStatistics) {
        Cursor in(record->content);
        stated = in.number<uint64_t>();
        in.bytes(2 + 4 + 4 + 4);  // schemas, channels, attachments, metadata
        stated_chunks = in.number<uint32_t>();
        in.bytes(16);  // first and last time
        const Bytes map = in.array();
        if (!in.ok() || map.size() % 10 != 0) return give_up();
        for (Cursor pair(map); pair.at() < map.size();) {
          const auto channel = pair.number<uint16_t>();
          counts[channel] = pair.number<int64_t>();
        }
      }
    }
    // Indexed chunks are all there is only where the statistics count no others, and where each names its messages.
    const bool named =
        std::ranges::all_of(chunks_, [](const McapChunkIndex& c) { return !c.index.empty(); });
    if (!stated || stated_chunks != chunks_.size() || !named || (*stated > 0 && chunks_.empty()))
      return give_up();
    for (const auto& [channel, count] : counts)
      channels_.count(channel, std::max<int64_t>(count, 0));
    return true;
  }

  bool give_up() {
    channels_ = {};
    chunks_.clear();
    return false;
  }

  /// Without an index: all records from the front.
  void scan() {
    const Bytes bytes = file_.bytes();
    uint64_t at = kMcapMagic.size();
    bool closed = false;
    while (at < bytes.size() && !closed) {
      const auto record = read_mcap_record(bytes, at);
      if (!record) break;
      if (record->op == McapOp::kChunk) {
        scan_chunk(*record, at);
      } else if (record->op == McapOp::kFooter) {
        closed = record->whole;
      } else if (record->whole) {
        take(*record, 0, at);
      }
      at = record->end;
      if (!record->whole) break;
    }
    cut_ = !closed;
  }

  void scan_chunk(const McapRecord& record, uint64_t chunk_at) {
    const auto content = chunk_content(chunk_at);
    if (!content.ok()) {
      if (record.whole && damaged_++ == 0) first_damage_ = content.status().message();
      return;
    }
    for (uint64_t at = 0; at < content->size();) {
      const auto inner = read_mcap_record(*content, at);
      if (!inner || !inner->whole) break;
      take(*inner, chunk_at, at);
      at = inner->end;
    }
  }

  void take(const McapRecord& record, uint64_t chunk, uint64_t at) {
    channels_.take(record);
    if (record.op != McapOp::kMessage) return;
    const auto message = parse_mcap_message(record.content);
    if (!message) return;
    scanned_[message->channel].push_back({message->log_ns, chunk, at});
    channels_.count(message->channel, 1);
  }

  bool add_indexed(uint64_t chunk,
                   uint16_t channel,
                   uint64_t at,
                   std::vector<MessagePlace>* out) const {
    const auto record = read_mcap_record(file_.bytes(), at);
    if (!record || !record->whole || record->op != McapOp::kMessageIndex) return false;
    Cursor in(record->content);
    if (in.number<uint16_t>() != channel) return false;
    const Bytes entries = in.array();
    // Indexes that overlap would make of a small file any number of places.
    if (!in.ok() || (out->size() + 1) * 16 > file_.bytes().size()) return false;
    for (Cursor entry(entries); entry.at() + 16 <= entries.size();) {
      const auto log_ns = entry.number<int64_t>();
      out->push_back({log_ns, chunk, entry.number<uint64_t>()});
    }
    return true;
  }

  Result<Bytes> chunk_content(uint64_t at) {
    const auto record = read_mcap_record(file_.bytes(), at);
    const auto chunk =
        record && record->op == McapOp::kChunk ? parse_mcap_chunk(*record) : std::nullopt;
    if (!chunk) return corrupt(printable(path_) + ": a chunk is not there" + advice());
    if (chunk->compression.empty() || chunk->compression == "none") return chunk->records;
    if (at != decompressed_at_) {
      decompressed_ =
          decompress_chunk(chunk->compression, chunk->records, chunk->size, !chunk->whole);
      decompressed_at_ = at;
    }
    if (!decompressed_.ok()) return decompressed_.status().with_context(printable(path_));
    return decompressed_->bytes();
  }

  std::string path_;
  MappedFile file_;
  McapChannels channels_;
  std::vector<BagTopic> topics_;
  std::vector<McapChunkIndex> chunks_;                     ///< of a file with an index
  std::map<uint16_t, std::vector<MessagePlace>> scanned_;  ///< of one without, by channel
  bool cut_ = false;
  int64_t damaged_ = 0;
  std::string first_damage_;
  /// The compressed chunk that was read last, also when that failed.
  Result<ChunkContent> decompressed_{ChunkContent()};
  uint64_t decompressed_at_ = 0;
};

}  // namespace

Result<std::unique_ptr<Bag>> open_mcap_bag(const std::string& path) {
  auto bag = std::make_unique<McapBag>();
  LOCI_RETURN_IF_ERROR(bag->open(path));
  return std::unique_ptr<Bag>(std::move(bag));
}

}  // namespace loci::internal
