// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "byte_reader.h"
#include "hdf5_tree.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>

namespace loci {
namespace {

constexpr uint64_t kUndefined = ~uint64_t{0};
constexpr int kMaxTreeDepth = 32;

/// Undoes HDF5's shuffle filter: the first bytes of all elements, then the second bytes, ...
void unshuffle(std::span<uint8_t> bytes, size_t element) {
  const size_t n = bytes.size() / element;
  std::vector<uint8_t> in(bytes.begin(), bytes.end());
  for (size_t b = 0; b < element; ++b) {
    for (size_t i = 0; i < n; ++i) bytes[i * element + b] = in[b * n + i];
  }
}

uint64_t element_size(const Hdf5Object& object) {
  return object.is_reference ? 8 : static_cast<uint64_t>(object.type->bytes);
}

}  // namespace

SharedSpan Hdf5Reader::read(const Hdf5Object& object, const std::string& what) {
  const uint64_t bytes = count_elements(object.shape, what) * element_size(object);
  // Spent even where nothing is copied: one data set may be referred to many times.
  budget_.spend(bytes, what);
  if (object.layout_class == 0) {
    if (object.compact.size() < bytes) fail_corrupt(what + " is shorter than its shape needs");
    return {object.compact.first(static_cast<size_t>(bytes)), owner_};
  }
  if (object.layout_class == 1 && object.data_at != kUndefined)
    return {at(object.data_at, bytes), owner_};
  auto out = std::make_shared<AlignedBuffer<uint8_t>>(static_cast<size_t>(bytes));
  if (bytes != 0) std::memset(out->data(), 0, static_cast<size_t>(bytes));
  if (object.layout_class == 2 && object.data_at != kUndefined && bytes != 0) {
    if (object.chunk.size() != object.shape.size() || object.chunk.empty())
      fail_corrupt(what + " has damaged chunks");
    chunks(object.data_at, object, 0, out->span());
  } else if (object.layout_class < 0) {
    fail_corrupt(what + " has no data");
  }
  return {out->span(), out};
}

std::vector<uint64_t> Hdf5Reader::references(const Hdf5Object& object, const std::string& what) {
  const SharedSpan raw = read(object, what);
  std::vector<uint64_t> out(raw.bytes.size() / 8);
  if (!out.empty()) std::memcpy(out.data(), raw.bytes.data(), out.size() * 8);
  return out;
}

/// Walks the B-tree (version 1, node type 1) of a chunked data set.
void Hdf5Reader::chunks(uint64_t address,
                        const Hdf5Object& object,
                        int depth,
                        std::span<uint8_t> out) {
  if (depth > kMaxTreeDepth) fail_corrupt("an HDF5 data set's tree is too deep");
  count(1);
  ByteReader in(from(address));
  if (in.text(4) != "TREE" || in.u8() != 1) fail_corrupt("an HDF5 data set's tree is damaged");
  const uint8_t level = in.u8();
  const uint16_t entries = in.u16();
  in.take(16);
  uint64_t full = element_size(object);
  for (const uint64_t side : object.chunk) {
    if (side == 0 || !checked_mul(full, side, &full))
      fail_corrupt("an HDF5 chunk's shape makes no sense");
  }
  for (int i = 0; i < entries; ++i) {
    count(1);
    const uint32_t packed_size = in.u32();
    const uint32_t skipped_filters = in.u32();
    std::vector<uint64_t> offset;
    for (size_t d = 0; d <= object.shape.size(); ++d) offset.push_back(in.u64());
    const uint64_t child = in.u64();
    if (level > 0) {
      chunks(child, object, depth + 1, out);
      continue;
    }
    const auto packed = at(child, packed_size);
    if (skipped_filters != 0 && (object.deflate || object.shuffle))
      fail_unsupported("an HDF5 chunk without its filters is not read");
    if (!object.deflate && !object.shuffle) {
      budget_.spend(full, "an HDF5 data set");
      if (packed.size() < full) fail_corrupt("an HDF5 chunk is shorter than its shape");
      place_chunk(packed, offset, object, out);
      continue;
    }
    SharedBytes plain;
    if (object.deflate) {
      plain = inflate_exactly(packed, full, /*raw=*/false, budget_, "an HDF5 chunk");
    } else {
      budget_.spend(full, "an HDF5 data set");
      if (packed.size() < full) fail_corrupt("an HDF5 chunk is shorter than its shape");
      plain = std::make_shared<AlignedBuffer<uint8_t>>(static_cast<size_t>(full));
      std::memcpy(plain->data(), packed.data(), static_cast<size_t>(full));
    }
    if (object.shuffle) unshuffle(plain->span(), element_size(object));
    place_chunk(plain->span(), offset, object, out);
  }
}

/// Copies the part of a chunk that lies inside the array, row by row.
void Hdf5Reader::place_chunk(std::span<const uint8_t> chunk,
                             const std::vector<uint64_t>& offset,
                             const Hdf5Object& object,
                             std::span<uint8_t> out) const {
  const size_t rank = object.shape.size();
  const uint64_t element = element_size(object);
  std::vector<uint64_t> length(rank);
  for (size_t d = 0; d < rank; ++d) {
    const auto side = static_cast<uint64_t>(object.shape[d]);
    if (offset[d] >= side) return;
    length[d] = std::min(object.chunk[d], side - offset[d]);
  }
  std::vector<uint64_t> index(rank, 0);
  while (true) {
    uint64_t from = 0, to = 0;
    for (size_t d = 0; d < rank; ++d) {
      from = from * object.chunk[d] + index[d];
      to = to * static_cast<uint64_t>(object.shape[d]) + offset[d] + index[d];
    }
    std::memcpy(out.data() + to * element,
                chunk.data() + from * element,
                static_cast<size_t>(length[rank - 1] * element));
    size_t d = rank - 1;
    while (d-- > 0) {
      if (++index[d] < length[d]) break;
      index[d] = 0;
    }
    if (d == static_cast<size_t>(-1)) return;
  }
}

}  // namespace loci
