// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "write_container.h"

namespace loci::internal {

/// For tests: MCAP. Without chunks, messages lie in the data section by themselves; without an index, the summary is left
/// out, as of a recorder that broke off after its last chunk.
class McapContainer final : public Container {
 public:
  McapContainer(std::string path, ContainerStyle style, std::string encoding)
      : path_(std::move(path)), style_(std::move(style)), encoding_(std::move(encoding)) {
    magic();
    record(out_, 1, ByteWriter().text("ros2").text("test").bytes);
  }

  void write(const std::string& topic,
             const std::string& type,
             int64_t recorded_ns,
             const TestBytes& message) override {
    const auto [found, is_new] = ids_.try_emplace(topic, static_cast<uint16_t>(ids_.size() + 1));
    ByteWriter& to = style_.chunked ? chunk_ : out_;
    if (is_new) {
      const size_t slash = type.find('/');
      ByteWriter both;
      record(both,
             3,
             ByteWriter()
                 .number(found->second)
                 .text(type.substr(0, slash) + "/msg" + type.substr(slash))
                 .text("ros2msg")
                 .text("-")
                 .bytes);
      record(both,
             4,
             ByteWriter()
                 .number(found->second)
                 .number(found->second)
                 .text(topic)
                 .text(encoding_)
                 .number(uint32_t{0})
                 .bytes);
      channels_.raw(both.bytes);
      to.raw(both.bytes);
    }
    index_[found->second].push_back({recorded_ns, to.bytes.size()});
    ++counts_[found->second];
    record(to,
           5,
           ByteWriter()
               .number(found->second)
               .number(uint32_t{0})
               .number(recorded_ns)
               .number(recorded_ns)
               .raw(message)
               .bytes);
    if (style_.chunked && chunk_.bytes.size() > kChunkBytes) end_chunk();
  }

  void close() override {
    if (style_.chunked) end_chunk();
    record(out_, 0x0F, ByteWriter().number(uint32_t{0}).bytes);
    const uint64_t summary_at = out_.bytes.size();
    if (style_.indexed) {
      out_.raw(channels_.bytes).raw(chunk_indexes_.bytes);
      ByteWriter counts;
      uint64_t messages = 0;
      for (const auto& [id, count] : counts_) {
        counts.number(id).number(count);
        messages += count;
      }
      record(out_,
             0x0B,
             ByteWriter()
                 .number(messages)
                 .number(static_cast<uint16_t>(ids_.size()))
                 .number(static_cast<uint32_t>(ids_.size()))
                 .number(uint64_t{0})
                 .number(chunks_)
                 .raw(TestBytes(16))
                 .array(counts.bytes)
                 .bytes);
    }
    record(out_,
           2,
           ByteWriter()
               .number(style_.indexed ? summary_at : uint64_t{0})
               .number(uint64_t{0})
               .number(uint32_t{0})
               .bytes);
    magic();
    save(path_, out_.bytes);
  }

 private:
  void magic() {
    const std::string text("\x89MCAP0\r\n", 8);
    out_.raw({text.begin(), text.end()});
  }
  static void record(ByteWriter& to, uint8_t op, const TestBytes& content) {
    to.number(op).number(static_cast<uint64_t>(content.size())).raw(content);
  }
  void end_chunk() {
    if (chunk_.bytes.empty()) return;
    const uint64_t at = out_.bytes.size();
    const TestBytes content = packed(style_.compression, chunk_.bytes);
    const std::string compression = style_.compression == "none" ? "" : style_.compression;
    record(out_,
           6,
           ByteWriter()
               .raw(TestBytes(16))
               .number(static_cast<uint64_t>(chunk_.bytes.size()))
               .number(uint32_t{0})
               .text(compression)
               .number(static_cast<uint64_t>(content.size()))
               .raw(content)
               .bytes);
    const uint64_t length = out_.bytes.size() - at;
    ByteWriter offsets;
    for (const auto& [id, places] : index_) {
      offsets.number(id).number(static_cast<uint64_t>(out_.bytes.size()));
      ByteWriter entries;
      for (const auto& [ns, offset] : places) entries.number(ns).number(offset);
      record(out_, 7, ByteWriter().number(id).array(entries.bytes).bytes);
    }
    record(chunk_indexes_,
           8,
           ByteWriter()
               .raw(TestBytes(16))
               .number(at)
               .number(length)
               .array(offsets.bytes)
               .number(uint64_t{0})
               .text(compression)
               .number(static_cast<uint64_t>(content.size()))
               .number(static_cast<uint64_t>(chunk_.bytes.size()))
               .bytes);
    ++chunks_;
    chunk_.bytes.clear();
    index_.clear();
  }

  std::string path_;
  ContainerStyle style_;
  std::string encoding_;
  std::map<std::string, uint16_t> ids_;
  std::map<uint16_t, uint64_t> counts_;
  std::map<uint16_t, std::vector<std::pair<int64_t, uint64_t>>> index_;
  ByteWriter out_, chunk_, channels_, chunk_indexes_;
  uint32_t chunks_ = 0;
};

}  // namespace loci::internal
