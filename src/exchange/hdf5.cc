// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "byte_reader.h"
#include "hdf5_message.h"
#include "hdf5_tree.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>

namespace loci {
namespace {

constexpr std::string_view kSignature("\x89HDF\r\n\x1a\n", 8);
constexpr int kMaxTreeDepth = 32;

}  // namespace

bool Hdf5Reader::is_hdf5(std::span<const uint8_t> bytes) {
  for (size_t at = 0; at + 8 <= bytes.size() && at <= (size_t{1} << 20);
       at = at == 0 ? 512 : at * 2) {
    if (std::memcmp(bytes.data() + at, kSignature.data(), 8) == 0) return true;
  }
  return false;
}

Hdf5Reader::Hdf5Reader(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner)
    : bytes_(bytes), owner_(std::move(owner)), budget_(bytes.size()) {
  read_superblock();
}

void Hdf5Reader::count(uint64_t amount) {
  if (amount > steps_left_)
    fail_corrupt("the HDF5 structure is larger than any real file of this kind");
  steps_left_ -= amount;
}

std::span<const uint8_t> Hdf5Reader::at(uint64_t address, uint64_t size) const {
  uint64_t begin = 0;
  if (!checked_add(base_, address, &begin) || begin > bytes_.size() ||
      size > bytes_.size() - begin) {
    fail_corrupt("points to " + std::to_string(size) + " bytes at " + std::to_string(address) +
                 ", outside the file");
  }
  return bytes_.subspan(static_cast<size_t>(begin), static_cast<size_t>(size));
}

std::span<const uint8_t> Hdf5Reader::from(uint64_t address) const {
  at(address, 0);
  return bytes_.subspan(static_cast<size_t>(base_ + address));
}

void Hdf5Reader::read_superblock() {
  size_t start = 0;
  while (start + 8 <= bytes_.size() &&
         std::memcmp(bytes_.data() + start, kSignature.data(), 8) != 0) {
    start = start == 0 ? 512 : start * 2;
  }
  ByteReader in(bytes_);
  in.seek(start);
  in.take(8);
  const uint8_t version = in.u8();
  if (version > 3)
    fail_unsupported("HDF5 superblock version " + std::to_string(version) + " is not read");
  if (version < 2) in.take(4);
  const uint8_t offset_size = in.u8(), length_size = in.u8();
  if (offset_size != 8 || length_size != 8)
    fail_unsupported("HDF5 with addresses of " + std::to_string(offset_size) +
                     " bytes is not read");
  if (version < 2) {
    in.take(1 + 2 + 2 + 4 + (version == 1 ? 4 : 0));
    base_ = in.u64();
    in.take(3 * 8 + 8);
  } else {
    in.take(1);
    base_ = in.u64();
    in.take(2 * 8);
  }
  root_ = in.u64();
  // Some writers leave the base address at zero behind a user block.
  if (base_ == 0) base_ = start;
}

Hdf5Object Hdf5Reader::object(uint64_t address) {
  count(1);
  Hdf5Object out;
  const auto head = at(address, 4);
  if (std::memcmp(head.data(), "OHDR", 4) == 0)
    header_v2(address, &out);
  else if (head[0] == 1)
    header_v1(address, &out);
  else
    fail_corrupt("no HDF5 object at address " + std::to_string(address));
  return out;
}

void Hdf5Reader::header_v1(uint64_t address, Hdf5Object* out) {
  ByteReader in(at(address, 16));
  in.take(2);
  uint32_t messages_left = in.u16();
  in.u32();
  std::vector<std::pair<uint64_t, uint64_t>> blocks{{address + 16, in.u32()}};
  for (size_t b = 0; b < blocks.size() && messages_left > 0; ++b) {
    ByteReader block(at(blocks[b].first, blocks[b].second));
    while (block.left() >= 8 && messages_left > 0) {
      count(1);
      --messages_left;
      const uint16_t type = block.u16(), size = block.u16();
      const uint8_t flags = block.u8();
      block.take(3);
      const auto data = block.take(size);
      if (type == kContinuation) {
        ByteReader next(data);
        const uint64_t where = next.u64();
        blocks.emplace_back(where, next.u64());
      } else if ((flags & 2) == 0) {
        message(type, data, out);
      }
    }
  }
}

void Hdf5Reader::header_v2(uint64_t address, Hdf5Object* out) {
  ByteReader in(from(address));
  in.take(5);
  const uint8_t flags = in.u8();
  if ((flags & 0x20) != 0) in.take(16);
  if ((flags & 0x10) != 0) in.take(4);
  const int width = flags & 3;
  const uint64_t size = width == 0   ? in.u8()
                        : width == 1 ? in.u16()
                        : width == 2 ? in.u32()
                                     : in.u64();
  std::vector<std::span<const uint8_t>> blocks{in.take(size)};
  for (size_t b = 0; b < blocks.size(); ++b) {
    ByteReader block(blocks[b]);
    const size_t head = (flags & 4) != 0 ? 6 : 4;
    while (block.left() >= head) {
      count(1);
      const uint8_t type = block.u8();
      const uint16_t length = block.u16();
      const uint8_t message_flags = block.u8();
      if ((flags & 4) != 0) block.u16();
      const auto data = block.take(length);
      if (type == kContinuation) {
        ByteReader next(data);
        const uint64_t where = next.u64(), bytes = next.u64();
        if (bytes < 8) fail_corrupt("an HDF5 header continues in too few bytes");
        blocks.push_back(at(where, bytes).subspan(4, static_cast<size_t>(bytes) - 8));
      } else if ((message_flags & 2) == 0) {
        message(type, data, out);
      }
    }
  }
}

void Hdf5Reader::group_tree(uint64_t address,
                            std::span<const uint8_t> heap,
                            int depth,
                            Hdf5Object* out) {
  if (depth > kMaxTreeDepth) fail_corrupt("an HDF5 group's tree is too deep");
  count(1);
  ByteReader in(from(address));
  const std::string_view signature = in.text(4);
  if (signature == "TREE") {
    in.take(2);
    const uint16_t entries = in.u16();
    in.take(16);
    for (int i = 0; i < entries; ++i) {
      in.u64();
      group_tree(in.u64(), heap, depth + 1, out);
    }
    return;
  }
  if (signature != "SNOD") fail_corrupt("an HDF5 group's tree is damaged");
  in.take(2);
  const uint16_t symbols = in.u16();
  for (int i = 0; i < symbols; ++i) {
    count(1);
    ByteReader entry(in.take(40));
    ByteReader names(heap);
    names.seek(entry.u64());
    const char* begin = reinterpret_cast<const char*>(heap.data()) + names.at();
    const std::string name(begin, strnlen(begin, names.left()));
    count(name.size() / 64);
    const uint64_t object = entry.u64();
    // A soft link is a path, not an object: what it leads to is listed under its own name.
    constexpr uint32_t kSoftLink = 2;
    if (entry.u32() != kSoftLink) out->links.emplace_back(name, object);
  }
}

}  // namespace loci
